"""热点问题: tickets gather, topics are counted, warned of once, fade, and are gathered anew."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from sqlalchemy import func, select, update

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid
from hotline.domain.surge import SurgeLevel
from hotline.domain.terms import Kind, Role
from hotline.models import Notice, Ticket, TopicKey, TopicProgress, TopicRow, TopicTicket
from hotline.queries.topics import listing, reading
from hotline.services.topics import assigning, counting
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

MIXER = [
    (
        "丽景新城旁搅拌站噪声扰民",
        "丽景新城小区北边的搅拌站昼夜作业，噪声很大，灰尘也大，老人睡不着。",
    ),
    ("丽景新城搅拌站扬尘严重", "丽景新城旁边的水泥搅拌站到处是灰，不敢开窗。"),
    ("搅拌站挨着丽景新城，粉尘污染", "丽景新城业主反映，搅拌站粉尘污染，孩子咳嗽。"),
    ("丽景新城附近搅拌站夜间噪音", "搅拌站半夜还在生产，丽景新城几百户睡不好。"),
    ("请取缔丽景新城边上的搅拌站", "丽景新城边上的搅拌站没有环评，噪声扬尘天天有。"),
    ("丽景新城搅拌站什么时候搬走", "说好搬迁的搅拌站一直没搬，丽景新城居民受不了。"),
]
BUS = [
    ("57路公交车间隔太长", "57路公交车早高峰等了四十分钟。"),
    ("57路公交经常甩站", "57路公交车司机不停站，上班迟到。"),
    ("希望57路公交增加班次", "57路公交车人多车少，挤不上去。"),
    ("57路公交末班车太早", "57路公交车八点半就没了。"),
    ("57路公交空调坏了", "57路公交车又旧又热。"),
]
PENSION = ("养老金资格认证打不开", "手机上认证养老金总是闪退，怎么办？")
STREET, ELSEWHERE = "990101001", "990102001"


@pytest.fixture
def said(a_ticket: Callable[..., int], at: datetime) -> Callable[..., list[int]]:
    """Register messages one every hour, each by another caller, and let a person classify them."""

    def tell(messages: list[tuple[str, str]], **more: object) -> list[int]:
        first = more.pop("at", at)
        same = more.pop("phone", None)
        ids = []
        for number, (title, content) in enumerate(messages):
            moment = first + timedelta(hours=number)  # type: ignore[operator]
            phone = same or f"139{crc32(f'{title}{moment}'.encode()) % 10**8:08d}"
            area = {"area_code": STREET, **more}
            one = a_ticket(title=title, content=content, phone=phone, at=moment, **area)
            ids.append(people.to_dispatch(one, at=moment))
        return ids

    return tell


def gather(at: datetime, limit: int = assigning.BATCH) -> None:
    while not assigning.go_on(at=at, limit=limit):
        pass
    while not counting.count_some(at=at):
        pass
    people.look()


def partition() -> dict[int, int]:
    people.look()
    query = select(TopicTicket.ticket_id, TopicTicket.topic_id)
    return dict(db.session.execute(query).all())


def test_one_matter_at_one_place_is_one_topic(said: Callable[..., list[int]], at: datetime) -> None:
    mixer, bus, pension = said(MIXER), said(BUS), said([PENSION])
    gather(at + timedelta(days=1))
    found = partition()
    assert {found[i] for i in mixer} == {mixer[0]}
    assert {found[i] for i in bus} == {bus[0]}
    assert found[pension[0]] == pension[0]
    page = listing.page(listing.TopicScope(), at=at + timedelta(days=1))
    assert [line.id for line in page.lines] == [mixer[0], bus[0]]


def test_a_warning_is_given_once_for_each_level(
    said: Callable[..., list[int]], at: datetime
) -> None:
    topic_id = said(MIXER)[0]
    later = at + timedelta(days=1)
    for _ in range(3):
        gather(later)
    first = notices()
    assert {n.role for n in first} == {Role.AUTHORITY, Role.SUPERVISOR}
    assert [n.link for n in first] == [f"/supervision/topics/{topic_id}"] * 2
    assert all(n.text.startswith("【热点预警】关注：“东湖区 丽景新城") for n in first)
    said(MIXER, at=later)
    gather(later + timedelta(hours=10))
    gather(later + timedelta(hours=12))
    assert db.session.get_one(TopicRow, topic_id).level is SurgeLevel.WARN
    assert len(notices()) == 4
    assigning.start_again(at=later + timedelta(hours=13))
    gather(later + timedelta(hours=13))
    assert len(notices()) == 4
    assert db.session.get_one(TopicRow, topic_id).level is SurgeLevel.WARN


def notices() -> list[Notice]:
    query = select(Notice).where(Notice.key.like("topic-%")).order_by(Notice.id)
    return list(db.session.scalars(query))


def test_two_workers_at_once_place_each_ticket_once_and_warn_once(
    app: Flask, said: Callable[..., list[int]], at: datetime
) -> None:
    ids = said([*MIXER, *BUS, PENSION])
    later = at + timedelta(days=1)

    def work() -> None:
        gather(later, limit=3)

    ends = people.together(app, [work, work])
    gather(later)
    assert all(end is None or isinstance(end, Conflict) for end in ends), ends
    assert sorted(partition()) == ids
    assert len(notices()) == 4  # two topics, each to two roles


def test_what_is_killed_half_way_leaves_nothing_and_goes_on(
    said: Callable[..., list[int]], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = said([*MIXER, *BUS, PENSION])
    later = at + timedelta(days=1)
    assigning.go_on(at=later, limit=4)
    before = partition()
    assert len(before) == 4

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(assigning, "_safe_end", die)
        with pytest.raises(KeyboardInterrupt):
            assigning.go_on(at=later, limit=4)
    assert partition() == before
    gather(later, limit=4)
    in_pieces = partition()
    assert sorted(in_pieces) == ids
    assigning.start_again(at=later)
    gather(later)
    assert partition() == in_pieces


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_gathered_anew_it_is_the_same(
    said: Callable[..., list[int]], at: datetime, limit: int
) -> None:
    """As they came, a few a day with fading in between, or all again from the beginning."""
    for day, some in enumerate([MIXER[:3], BUS[:1], [PENSION], MIXER[3:], BUS[1:]]):
        moment = at + timedelta(days=day)
        said(some, at=moment)
        gather(moment + timedelta(hours=12), limit=limit)
    before = partition()
    keys = sorted(db.session.execute(select(TopicKey.key, TopicKey.topic_id)).all())
    end = at + timedelta(days=5)
    assigning.start_again(at=end)
    gather(end)
    assert partition() == before
    assert sorted(db.session.execute(select(TopicKey.key, TopicKey.topic_id)).all()) == keys


def test_the_words_of_a_topic_are_the_words_it_is_found_by(
    said: Callable[..., list[int]], at: datetime
) -> None:
    said([*MIXER, *BUS, PENSION])
    gather(at + timedelta(days=1), limit=2)
    for row in db.session.scalars(select(TopicRow).where(TopicRow.is_living)):
        keys = db.session.scalars(select(TopicKey.key).where(TopicKey.topic_id == row.id))
        assert set(keys) == set(row.profile)
        members = select(func.count()).where(TopicTicket.topic_id == row.id)
        assert db.session.scalar(members) == row.size


def test_what_nobody_speaks_of_leaves_the_list_and_then_the_memory(
    said: Callable[..., list[int]], at: datetime
) -> None:
    old = said(MIXER)[0]
    gather(at + timedelta(days=1))
    after = at + timedelta(days=40)
    assert not listing.page(listing.TopicScope(), at=after).lines
    again = said(MIXER[:1], at=after)[0]
    gather(after + timedelta(hours=1))
    assert partition()[again] == old  # asleep, and awake again
    much_later = after + timedelta(days=100)
    new = said(MIXER[:1], at=much_later)[0]
    gather(much_later + timedelta(hours=1))
    assert partition()[new] == new
    faded = db.session.get_one(TopicRow, old)
    assert (faded.is_living, faded.profile) == (False, {})
    found = select(func.count()).where(TopicKey.topic_id == old)
    assert db.session.scalar(found) == 0


def test_two_topics_that_grow_together_become_the_older_one(
    said: Callable[..., list[int]], at: datetime
) -> None:
    """The younger one's tickets and its warning move; its address leads to the older one."""
    one = said([("云栖苑噪声扰民", "云栖苑夜里很吵。")], address=None)[0]
    two = said([("搅拌站扬尘粉尘污染", "搅拌站灰大。")] * 2, address=None)
    gather(at + timedelta(days=1))
    assert len(set(partition().values())) == 2
    both = [("云栖苑搅拌站噪声扰民扬尘", "云栖苑夜里很吵，搅拌站灰大。")] * 4
    three = said(both, at=at + timedelta(days=2), address=None)
    gather(at + timedelta(days=3))
    assert set(partition().values()) == {one}
    younger = db.session.get_one(TopicRow, two[0])
    assert (younger.is_living, younger.merged_into_id) == (False, one)
    assert db.session.get_one(TopicRow, one).size == 3 + len(three)
    assert reading.topic(two[0]).id == one


def test_one_person_who_calls_often_is_no_hot_topic(
    said: Callable[..., list[int]], at: datetime
) -> None:
    said(MIXER, phone="13912345678")
    gather(at + timedelta(days=1))
    assert not listing.page(listing.TopicScope(), at=at + timedelta(days=1)).lines
    assert not notices()


def test_praise_and_what_is_not_classified_yet_is_left_out(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    a_ticket(kind=Kind.PRAISE, title="表扬57路司机", content="57路司机扶老人上车。")
    waiting = a_ticket()
    gather(at + timedelta(minutes=5))
    assert not partition()
    gather(at + timedelta(minutes=20))  # no worker classifies: then it is taken as it is
    assert set(partition()) == {waiting}


def test_a_ticket_that_comes_in_late_is_found_the_next_day(
    said: Callable[..., list[int]], at: datetime
) -> None:
    first, late, last = said(MIXER[:3])
    db.session.execute(update(Ticket).where(Ticket.id == late).values(kind=Kind.PRAISE))
    db.session.commit()
    gather(at + timedelta(hours=12))
    assert set(partition()) == {first, last}
    db.session.execute(update(Ticket).where(Ticket.id == late).values(kind=Kind.COMPLAINT))
    db.session.commit()
    gather(at + timedelta(hours=13))
    assert set(partition()) == {first, last}
    gather(at + timedelta(days=1))
    assert set(partition()) == {first, late, last}
    assert db.session.scalar(select(TopicProgress.ticket_id)) == last


def test_a_look_that_finds_nothing_is_not_repeated_from_the_beginning(
    said: Callable[..., list[int]], a_ticket: Callable[..., int], at: datetime
) -> None:
    said(MIXER)
    praise = a_ticket(kind=Kind.PRAISE, title="表扬57路司机", content="扶老人上车。")
    gather(at + timedelta(days=1))
    gather(at + timedelta(days=2))
    assert db.session.scalar(select(TopicProgress.ticket_id)) == praise
    assert not assigning.is_waiting(at + timedelta(days=2))


@pytest.mark.parametrize("cursor", ["x", "1-", "-1", "1-1-1", "9" * 40 + "-1", "１-１", "1.5-2"])
def test_a_cursor_that_is_not_ours_is_refused(app: Flask, at: datetime, cursor: str) -> None:
    with pytest.raises(Invalid):
        listing.page(listing.TopicScope(), at=at, cursor=cursor)
    with pytest.raises(Invalid):
        reading.tickets(1, cursor=f"{cursor}x")


def test_pages_follow_each_other_without_a_gap(
    said: Callable[..., list[int]], at: datetime
) -> None:
    mixer = said(MIXER)
    said(BUS)
    later = at + timedelta(days=1)
    gather(later)
    first = listing.page(listing.TopicScope(), at=later, limit=1)
    second = listing.page(listing.TopicScope(), at=later, limit=1, cursor=first.next_cursor)
    assert second.next_cursor is None
    assert {first.lines[0].id, second.lines[0].id} == {mixer[0], mixer[-1] + 1}
    seen, cursor = [], None
    while True:
        page = reading.tickets(mixer[0], cursor=cursor, limit=2)
        seen += [line.id for line in page.lines]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == mixer[::-1]
