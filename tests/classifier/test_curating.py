"""Rows before they teach: copies, contradictions, spellings, rare labels, departments."""

from __future__ import annotations

from classifier import LabelledRow
from classifier.learning.curating import Curated, curate, merge_rare
from classifier.learning.surveying import key_of, survey, tidy


def curated(*rows: tuple[str, ...]) -> Curated:
    return curate(survey([LabelledRow("", *row) for row in rows]))


def labels_of(found: Curated) -> list[str | None]:
    return [None if t < 0 else found.labels[t] for t in found.targets.tolist()]


def test_each_message_counts_once_under_its_commonest_label() -> None:
    found = curated(
        ("停水了！", "水"), ("停水 了", "电"), ("停水了", "电"), ("补课", "学"), ("停电", "电")
    )
    assert labels_of(found) == [None, "电", None, "学", "电"]
    assert found.report["duplicates"] == 2
    assert (found.report["contradictions"], found.report["undecided"]) == (1, 0)


def test_of_two_labels_equally_common_nobody_knows() -> None:
    found = curated(("停水", "水"), ("停水", "电"), ("补课", "学"))
    assert labels_of(found) == [None, None, "学"]
    assert found.report["undecided"] == 1


def test_messages_without_a_letter_teach_nothing() -> None:
    found = curated(("！！！", "水"), ("😀", "电"), ("补课", "学"))
    assert labels_of(found) == [None, None, "学"]
    assert found.report["wordless"] == 2
    assert key_of("", "…") == key_of("！", " ") == 0


def test_spellings_of_one_label_are_merged_into_the_commonest() -> None:
    found = curated(
        *((f"停水{n}", "水务 ＡＢ") for n in "一二"),
        *((f"漏水{n}", "水务AB") for n in "一二三"),
        ("停电一", " 水务ab"),
    )
    assert found.labels == ("水务AB",)
    assert found.report["respelt"] == {"水务 ＡＢ": "水务AB", "水务ab": "水务AB"}
    assert tidy(" 甲 ／ 乙 / ") == "甲/乙"


def test_rare_labels_go_to_their_parent_and_stay_where_none_is() -> None:
    counts = {"水务/停水": 9, "水务/水质": 2, "水务/水表/坏": 1, "孤独": 1, "020203": 1}
    assert merge_rare(counts) == {
        "水务/水质": "水务",
        "水务/水表/坏": "水务",
        "020203": "02",
    }


def test_rare_siblings_meet_at_their_parent() -> None:
    counts = {"甲/乙/一": 2, "甲/乙/二": 2, "甲/丙": 1}
    assert merge_rare(counts) == {"甲/乙/一": "甲/乙", "甲/乙/二": "甲/乙", "甲/丙": "甲"}


def test_departments_with_too_few_messages_are_told() -> None:
    rows = [(f"停水{n}", "水", "水务局" if n in "一二三" else "") for n in "一二三四五"]
    found = curated(*rows, ("补课", "学", "教育局"))
    assert found.departments == ("水务局",)
    assert found.department_targets.tolist() == [0, 0, 0, -1, -1, -1]
    assert found.report["departments_ignored"] == {"教育局": 1}
