"""Topics gather as messages come in: the same in every batch, loose but not blind (热点聚类)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import Arrival, Looseness, Topic, TopicBook, looked_up, name_topic, read_keys

START = datetime(2026, 3, 1, tzinfo=UTC)
NOISE = [
    ("云栖苑旁搅拌站噪声扰民", "搅拌站昼夜作业，云栖苑几百户睡不着。"),
    ("云栖苑搅拌站扬尘严重", "搅拌站到处是灰，云栖苑不敢开窗。"),
    ("请取缔云栖苑边上的搅拌站", "搅拌站没有环评，噪声扬尘天天有。"),
]
WATER = [
    ("翠湖花园小区经常停水", "翠湖花园一到晚上就没水，泵坏了没人修。"),
    ("翠湖花园又没来水", "翠湖花园从早上六点停水到现在。"),
]
OTHERS = [
    ("57路公交甩站", "57路公交车到站不停。"),
    ("养老金认证打不开", "手机上认证总是闪退。"),
    ("公园长椅坏了", "湖边三张长椅断了木条。"),
]


def arrivals(messages: list[tuple[str, str]], area: str = "990101001") -> list[Arrival]:
    return [
        Arrival(id=n, at=START + timedelta(hours=n), keys=read_keys(*message), area=area)
        for n, message in enumerate(messages, 1)
    ]


def gathered(messages: list[Arrival]) -> dict[int, int]:
    """Into which topic each went, one book for all."""
    book = TopicBook([], held={}, alive=0)
    found: dict[int, int] = {}
    for message in messages:
        place = book.place(message)
        if place.absorbed is not None:
            found = {m: place.topic_id if t == place.absorbed else t for m, t in found.items()}
        found[message.id] = place.topic_id
    return found


def test_same_matter_same_place_is_one_topic_and_the_rest_stays_apart() -> None:
    found = gathered(arrivals([*NOISE, *WATER, *OTHERS]))
    assert [found[n] for n in (1, 2, 3)] == [1, 1, 1]
    assert [found[n] for n in (4, 5)] == [4, 4]
    assert len({found[n] for n in (6, 7, 8)} | {1, 4}) == 5


@pytest.mark.parametrize(
    "message",
    [
        ("", ""),
        ("！！！", "？？"),
        ("😀😀", "😀"),
        ("abc", "def"),
        ("的", "了"),
        ("路灯", "路" * 10_000),
    ],
)
def test_what_says_nothing_begins_a_topic_of_its_own(message: tuple[str, str]) -> None:
    found = gathered(arrivals([message, *NOISE, message]))
    assert found[1] == 1
    assert found[2] == found[3] == found[4] == 2


def test_short_everyday_words_do_not_meet_across_districts() -> None:
    book = TopicBook([], held={}, alive=0)
    lamp = read_keys("路灯不亮", "路灯坏了没人修。")
    here = book.place(Arrival(id=1, at=START, keys=lamp, area="990101001"))
    there = book.place(Arrival(id=2, at=START, keys=lamp, area="990102001"))
    assert here.topic_id != there.topic_id


def test_a_message_of_two_topics_makes_them_one() -> None:
    rules = Looseness(merge=0.05)
    book = TopicBook([], held={}, alive=0, looseness=rules)
    one, other = arrivals([("云栖苑搅拌站噪声", ""), ("云栖苑幼儿园门口停车难", "")])
    first, second = book.place(one), book.place(other)
    assert first.topic_id != second.topic_id
    both = read_keys("云栖苑搅拌站的车停在云栖苑幼儿园门口", "停车难，噪声也大")
    third = book.place(Arrival(id=3, at=START, keys=both, area="990101001"))
    assert (third.topic_id, third.absorbed) == (1, 2)
    assert set(book.topics) == {1}
    assert book.topics[1].size == 3


texts = st.sampled_from([*NOISE, *WATER, *OTHERS])


@given(st.lists(texts, min_size=1, max_size=40), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_batches_do_not_matter(messages: list[tuple[str, str]], size: int) -> None:
    """A book that is closed and opened again, with only the topics asked for, goes on alike."""
    all_at_once = arrivals(messages)
    stored: dict[int, Topic] = {}
    found: dict[int, int] = {}
    for first in range(0, len(all_at_once), size):
        batch = all_at_once[first : first + size]
        held: dict[str, int] = {}
        for topic in stored.values():
            for key in topic.profile:
                held[key] = held.get(key, 0) + 1
        asked = looked_up(batch, held=held, alive=len(stored))
        brought = [topic for topic in stored.values() if asked & topic.profile.keys()]
        book = TopicBook(brought, held=held, alive=len(stored))
        for message in batch:
            place = book.place(message)
            if place.absorbed is not None:
                stored.pop(place.absorbed, None)
                found = {m: place.topic_id if t == place.absorbed else t for m, t in found.items()}
            found[message.id] = place.topic_id
        stored |= book.topics
    assert found == gathered(all_at_once)


def test_a_name_says_place_and_matter() -> None:
    profile = dict.fromkeys(read_keys(*NOISE[0]), 1.0)
    named = name_topic([title for title, _ in NOISE], profile)
    assert named.title.startswith("云栖苑")
    assert "搅拌站" in named.title
    assert named.place == "云栖苑"


def test_a_numbered_line_keeps_its_number() -> None:
    titles = ["57路公交甩站", "57路公交间隔太长", "希望57路公交增加班次"]
    assert name_topic(titles, {}).title == "57路 公交"


@pytest.mark.parametrize(
    "titles",
    [
        ["张小明老师打骂学生", "张小明打骂学生", "要求处理张小明"],
        ["联系人王建国13912345678路灯坏了", "王建国13912345678路灯坏了"],
    ],
)
def test_nobody_is_named(titles: list[str]) -> None:
    profile = {key: 1.0 for title in titles for key in read_keys(title, title)}
    named = name_topic(titles, profile)
    for hidden in ("张小明", "王建国", "139"):
        assert hidden not in named.title
        assert not any(hidden in word for word in named.words)
