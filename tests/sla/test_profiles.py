"""The profiles on the shelf say what the papers say, and each figure says where it comes from."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest

from sla.errors import ProfileError
from sla.limits import Limit, Unit
from sla.policy import CLOCK_LABELS, KINDS, URGENCIES, Case, Clock
from sla.profile_files import DEFAULT_PROFILE, load_profile, profile_names
from sla.profiles.writing import profile_toml

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 3, 2)
CITIES = ["通用默认", "上海", "山东", "北京式"]

FIGURES = [
    # clock, kind, urgency, round, amount, unit
    ("dispatch", "help", "normal", 1, 30, "working_minutes"),
    ("dispatch", "help", "urgent", 1, 5, "natural_minutes"),
    ("dispatch", "help", "critical", 1, 5, "natural_minutes"),
    ("sign", "complaint", "normal", 1, 2, "working_hours"),
    ("sign", "complaint", "complex", 1, 2, "working_hours"),
    ("sign", "complaint", "urgent", 1, 30, "natural_minutes"),
    ("sign", "complaint", "critical", 1, 30, "natural_minutes"),
    ("contact", "help", "normal", 1, 1, "working_days"),
    ("contact", "help", "urgent", 1, 2, "natural_hours"),
    ("contact", "help", "critical", 1, 30, "natural_minutes"),
    ("handle", "consult", "normal", 1, 1, "working_days"),
    ("handle", "help", "normal", 1, 5, "working_days"),
    ("handle", "complaint", "normal", 1, 5, "working_days"),
    ("handle", "report", "normal", 1, 5, "working_days"),
    ("handle", "suggestion", "normal", 1, 5, "working_days"),
    ("handle", "praise", "normal", 1, 3, "working_days"),
    ("handle", "consult", "urgent", 1, 24, "natural_hours"),  # urgency before kind
    ("handle", "complaint", "critical", 1, 2, "natural_hours"),
    ("handle", "complaint", "complex", 1, 15, "working_days"),
    ("handle", "complaint", "normal", 2, 3, "working_days"),
    ("handle", "complaint", "complex", 3, 3, "working_days"),  # a redo before all
    ("callback", "complaint", "normal", 1, 2, "working_days"),
    ("review_return", "complaint", "normal", 1, 4, "working_hours"),
    ("review_extension", "complaint", "normal", 1, 4, "working_hours"),
    ("review_extension", "help", "critical", 1, 30, "natural_minutes"),
    ("review_hanging", "complaint", "normal", 1, 1, "working_days"),
    ("review_unreasonable", "complaint", "normal", 1, 1, "working_days"),
    ("review_appeal", "complaint", "normal", 1, 3, "working_days"),
    ("adjudicate", "complaint", "normal", 1, 1, "working_days"),
    ("hang_review", "help", "complex", 1, 30, "natural_days"),
    ("verify", "help", "normal", 1, 1, "working_days"),
    ("correct", "help", "normal", 1, 5, "working_days"),
    ("correct", "help", "complex", 1, 15, "working_days"),
]

CITY_FIGURES = [
    # city, kind, urgency, round, amount, unit of handling
    ("上海", "consult", "normal", 1, 1, "working_days"),
    ("上海", "suggestion", "normal", 1, 1, "working_days"),
    ("上海", "complaint", "normal", 1, 5, "working_days"),
    ("上海", "complaint", "complex", 1, 15, "working_days"),
    ("上海", "complaint", "normal", 2, 3, "working_days"),
    ("山东", "consult", "normal", 1, 5, "working_days"),
    ("山东", "help", "complex", 1, 5, "working_days"),  # longer only by extension
    ("北京式", "help", "critical", 1, 2, "natural_hours"),
    ("北京式", "help", "urgent", 1, 24, "natural_hours"),
    ("北京式", "help", "normal", 1, 7, "natural_days"),
    ("北京式", "help", "complex", 1, 15, "natural_days"),
]


@pytest.mark.parametrize(("clock", "kind", "urgency", "round_no", "amount", "unit"), FIGURES)
def test_default_figures(  # noqa: PLR0917 - one argument per column of the table
    clock: str, kind: str, urgency: str, round_no: int, amount: int, unit: str
) -> None:
    case = Case(kind=kind, urgency=urgency, round_no=round_no)
    assert load_profile().rule(clock, case, on=TODAY).limit == Limit(amount, Unit(unit))


@pytest.mark.parametrize(("city", "kind", "urgency", "round_no", "amount", "unit"), CITY_FIGURES)
def test_city_figures_of_handling(  # noqa: PLR0917 - one argument per column of the table
    city: str, kind: str, urgency: str, round_no: int, amount: int, unit: str
) -> None:
    case = Case(kind=kind, urgency=urgency, round_no=round_no)
    assert load_profile(city).rule("handle", case, on=TODAY).limit == Limit(amount, Unit(unit))


def test_a_promise_stands_beside_the_statutory_limit() -> None:
    complaint = Case(kind="complaint", urgency="normal")
    rule = load_profile("山东").rule("handle", complaint, on=TODAY)
    assert (str(rule.limit), str(rule.statutory)) == ("5 个工作日", "15 个工作日")
    assert "2017" in rule.statutory_source


@pytest.mark.parametrize(
    ("city", "extension", "return_within"),
    [
        ("通用默认", (5, 5, 10), 1),
        ("上海", (5, 5, 10), 1),
        ("山东", (7, 3, 10), 2),
        ("北京式", (5, 5, 10), 1),
    ],
)
def test_terms_of_motions(city: str, extension: tuple[int, ...], return_within: int) -> None:
    profile = load_profile(city)
    terms = profile.extension
    assert (terms.first_max, terms.second_max, terms.total_max) == extension
    assert terms.ask_before is None
    assert profile.returns.within == Limit(return_within, Unit.WORKING_DAYS)
    assert (profile.returns.max_returns, profile.redo.max_rounds) == (2, 2)
    assert (profile.hanging.review_every_days, profile.hanging.max_days) == (30, 365)
    assert profile.pauses == {"supplementing", "hung"}


@pytest.mark.parametrize("city", CITIES)
def test_every_ticket_has_a_limit_for_every_clock(city: str) -> None:
    profile = load_profile(city)
    for clock, kind, urgency, round_no in product(Clock, KINDS, URGENCIES, (1, 2, 3)):
        case = Case(kind=kind, urgency=urgency, round_no=round_no)
        assert profile.rule(clock, case, on=TODAY).clock is clock


@pytest.mark.parametrize("city", CITIES)
def test_every_figure_names_its_document_or_says_it_is_ours(city: str) -> None:
    profile = load_profile(city)
    sources = [rule.source for rule in profile.rules]
    terms = (profile.extension, profile.hanging, profile.returns, profile.redo)
    sources += [*(term.source for term in terms), profile.pauses_source]
    for source in sources:
        assert "本系统默认" in source or "20" in source or "分级办理" in source, source


def test_each_clock_has_its_own_chinese_word() -> None:
    assert set(CLOCK_LABELS) == set(Clock)
    assert len(set(CLOCK_LABELS.values())) == len(Clock)


def test_a_profile_is_found_by_its_name_or_its_file() -> None:
    assert DEFAULT_PROFILE == "通用默认"
    assert profile_names()[0] == "通用默认"
    assert set(profile_names()) == set(CITIES)
    assert load_profile("default") is load_profile("通用默认")
    assert load_profile("shandong") is load_profile("山东")
    with pytest.raises(ProfileError, match=r"没有名为 '火星市' 的时限配置，可用：.*通用默认"):
        load_profile("火星市")


def city_text(name: str) -> str:
    return profile_toml(load_profile()).replace('"通用默认"', f'"{name}"')


def test_a_city_profile_may_be_written(tmp_path: Path) -> None:
    night = '\n[[rule]]\nid = "night"\nclock = "sign"\nurgencies = ["critical"]\nkinds = ["help"]\n'
    night += 'amount = 9\nunit = "natural_minutes"\nsource = "甲市规定"\n'
    (tmp_path / "jia.toml").write_text("\ufeff" + city_text("甲市") + night, encoding="utf-8")
    profile = load_profile("甲市", folder=tmp_path)
    rule = profile.rule("sign", Case(kind="help", urgency="critical"), on=TODAY)
    assert (rule.id, rule.limit.amount) == ("night", 9)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "没有时限配置文件"),
        ({"one.toml": "甲市", "two.toml": "甲市"}, r"two\.toml：.*甲市.*已被另一文件使用"),
    ],
)
def test_a_bad_folder_is_refused(tmp_path: Path, files: dict[str, str], words: str) -> None:
    for file, name in files.items():
        (tmp_path / file).write_text(city_text(name), encoding="utf-8")
    with pytest.raises(ProfileError, match=words):
        profile_names(folder=tmp_path)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_bytes('name = "甲市"'.encode("gbk"))
    with pytest.raises(ProfileError, match=r"old\.toml：文件须以 UTF-8 编码保存"):
        profile_names(folder=tmp_path)
