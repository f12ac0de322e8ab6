"""派单质量: first dispatches judged by what became of them, counted by hand (一次派准率)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.db import transaction
from hotline.domain.errors import Invalid
from hotline.domain.identity import CITIZEN, SYSTEM
from hotline.models import Assignment
from hotline.queries import quality
from hotline.queries.indicators import Period
from hotline.queries.quality import Asked, Judged, Narrow, Part, Sender
from hotline.services import dispatching, endings, handling, motions
from hotline.services.motions import adjudicating
from tests.conftest import local
from tests.hotline import people
from tests.hotline.people import CHENGGUAN, ZHUJIAN, handler, unit, who
from tests.hotline.queries import indicator_month as march

if TYPE_CHECKING:
    from datetime import datetime

Made = Callable[..., int]
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
HUANBAO, DISTRICT, STREET = "D0103", "D0100", "S990101001"
ALL = Narrow()
END = march.at_the_end


def drilled(part: Part, narrow: Narrow = ALL, **more: int | None) -> list[int]:
    """Ticket ids behind a figure."""
    asked = Asked(part=part, to_id=more.get("to_id"))
    lines, _ = quality.tickets(MARCH, narrow, asked, at=END())
    return sorted(people.id_of(line.ticket_no) for line in lines)


def back(ticket_id: int, suggested: str, when: str, by: str = CHENGGUAN) -> int:
    """The unit asks to return the ticket."""
    plea = dataclasses.replace(
        march.NOT_OURS, suggested_code=suggested, evidence=f"{by} 的现场记录 {when}"
    )
    return motions.file(ticket_id, plea, handler(by), at=local(when))


def granted(ticket_id: int, suggested: str, day: str, by: str = CHENGGUAN) -> None:
    """… and the hotline agrees, within the hour."""
    motion = back(ticket_id, suggested, f"{day} 09:30", by)
    motions.grant(motion, who("dispatcher"), note="同意", at=local(f"{day} 10:00"))


def moved(ticket_id: int, to: str, day: str = "2026-03-02", by: str = CHENGGUAN) -> None:
    """… and sends it on."""
    granted(ticket_id, to, day, by)
    at = local(f"{day} 10:30")
    dispatching.dispatch(ticket_id, to, actor=who("dispatcher"), at=at)


def by_machine(ticket_id: int) -> int:
    """As if the machine had dispatched it first."""
    with transaction() as session:
        row = session.query(Assignment).filter_by(ticket_id=ticket_id).order_by("id").first()
        row.dispatched_by = SYSTEM.name
    return ticket_id


def test_a_month_counted_by_hand(a_ticket: Made) -> None:
    """F 退单后并单，J 改派：派错；E 撤单不计；退单被驳回的 G、挂账的 D、重办的 H 都派准。"""
    month = march.play(a_ticket)

    def ids(names: str) -> list[int]:
        return sorted(month[name] for name in names.split())

    found = quality.counted(MARCH, ALL, at=END())
    total = found.total
    assert {each: total.count(each) for each in Judged} == {
        Judged.RIGHT: 6,
        Judged.WRONG: 2,
        Judged.OPEN: 0,
        Judged.LEFT_OUT: 1,
    }
    assert total.accuracy() == pytest.approx(6 / 8)
    assert drilled(Part.SENT) == ids("A B C D E F G H J")
    assert drilled(Part.RIGHT) == ids("A B C D G H")
    assert drilled(Part.WRONG) == drilled(Part.MOVED) == ids("F J")
    assert drilled(Part.DECIDED) == ids("A B C D F G H J")
    assert drilled(Part.LEFT_OUT) == ids("E")
    assert (drilled(Part.FILED), drilled(Part.GRANTED)) == (ids("F G J"), ids("F J"))
    assert drilled(Part.REFUSED) == ids("G")
    assert {code: tally.decided() for code, tally in found.categories.items()} == {"02": 8}
    assert {unit_id: tally.accuracy() for unit_id, tally in found.units.items()} == {
        unit(CHENGGUAN).id: pytest.approx(5 / 7),
        unit(ZHUJIAN).id: 1.0,
    }
    assert quality.totals(MARCH, ALL, at=END()) == total


def test_returns_of_that_month(a_ticket: Made) -> None:
    """城管局收到八件、退三件；住建局收到首派一件、改派一件。"""
    march.play(a_ticket)
    found = quality.returns(MARCH, ALL)
    assert (found.total.filed, found.total.granted, found.total.refused) == (3, 2, 1)
    assert found.total.rate == pytest.approx(3 / 10)
    mine = found.units[unit(CHENGGUAN).id]
    assert (mine.received, mine.filed, mine.rate) == (8, 3, pytest.approx(3 / 8))
    assert found.units[unit(ZHUJIAN).id].received == 2
    assert quality.returns(MARCH, Narrow(category="01")).total.rate is None


def test_where_tickets_went_instead(a_ticket: Made) -> None:
    month = march.play(a_ticket)
    ways = quality.ways(MARCH, ALL, at=END())
    begin, end = unit(CHENGGUAN).id, unit(ZHUJIAN).id
    assert {(way.code, way.from_id, way.to_id, way.count) for way in ways} == {
        ("0202", begin, end, 1),
        ("0202", begin, None, 1),
    }
    assert drilled(Part.MOVED, to_id=end) == [month["J"]]
    assert drilled(Part.MOVED, to_id=quality.NOWHERE) == [month["F"]]


def test_a_tug_of_war_ends_where_the_ticket_stayed(a_ticket: Made) -> None:
    """甲退给乙，乙退给丙：移出是甲→丙，不是甲→乙。"""
    ticket_id = march.sent(a_ticket, "拉锯")
    moved(ticket_id, ZHUJIAN)
    motion = back(ticket_id, HUANBAO, "2026-03-02 11:00", by=ZHUJIAN)
    motions.grant(motion, who("dispatcher"), note="同意", at=local("2026-03-02 11:30"))
    at = local("2026-03-02 13:00")
    dispatching.dispatch(ticket_id, HUANBAO, actor=who("dispatcher"), reason="裁定", at=at)
    [way] = quality.ways(MARCH, ALL, at=END())
    assert (way.from_id, way.to_id) == (unit(CHENGGUAN).id, unit(HUANBAO).id)
    assert drilled(Part.WRONG) == [ticket_id]


def test_a_ruling_for_the_first_unit_makes_the_first_dispatch_right(a_ticket: Made) -> None:
    ticket_id = march.sent(a_ticket, "裁定仍归首派单位")
    moved(ticket_id, ZHUJIAN)
    motion = back(ticket_id, CHENGGUAN, "2026-03-02 11:00", by=ZHUJIAN)
    motions.grant(motion, who("dispatcher"), note="同意", at=local("2026-03-02 11:30"))
    at = local("2026-03-02 13:00")
    adjudicating.rule(ticket_id, CHENGGUAN, who("authority"), reason="按职责规定", at=at)
    assert drilled(Part.RIGHT) == [ticket_id]
    assert quality.ways(MARCH, ALL, at=END()) == []


def test_a_unit_below_is_no_mistake(a_ticket: Made) -> None:
    """下派给街道，不算派错；街道收到的算它的，不算首派。"""
    ticket_id = march.sent(a_ticket, "下派", DISTRICT)
    handling.sign(ticket_id, handler(DISTRICT), at=local("2026-03-02 10:00"))
    at = local("2026-03-02 11:00")
    handling.delegate(ticket_id, STREET, handler(DISTRICT), reason="属地办理", at=at)
    assert drilled(Part.RIGHT) == [ticket_id]
    found = quality.counted(MARCH, ALL, at=END())
    assert set(found.units) == {unit(DISTRICT).id}
    assert quality.returns(MARCH, ALL).units[unit(STREET).id].received == 1


def test_what_may_still_be_returned_is_not_judged(a_ticket: Made) -> None:
    """周一派出，退单期限是周二下班；期限未过，退了的和没退的都先不计。"""
    kept, gone = march.sent(a_ticket, "没退的"), march.sent(a_ticket, "退了的")
    moved(gone, ZHUJIAN)
    monday, tuesday = local("2026-03-02 12:00"), local("2026-03-03 17:31")
    before = quality.counted(MARCH, ALL, at=monday)
    assert (before.total.count(Judged.OPEN), before.total.accuracy()) == (2, None)
    assert len(quality.ways(MARCH, ALL, at=monday)) == 1, "a move is told at once"
    after = quality.counted(MARCH, ALL, at=tuesday)
    assert (after.total.count(Judged.RIGHT), after.total.count(Judged.WRONG)) == (1, 1)
    lines, _ = quality.tickets(MARCH, ALL, Asked(part=Part.RIGHT), at=tuesday)
    assert [people.id_of(line.ticket_no) for line in lines] == [kept]


def test_a_return_that_is_not_decided_keeps_it_open(a_ticket: Made) -> None:
    ticket_id = march.sent(a_ticket, "在审")
    back(ticket_id, ZHUJIAN, "2026-03-02 09:30")
    assert drilled(Part.OPEN) == [ticket_id]


def test_the_last_settled_moment_follows_the_calendar() -> None:
    """周五派出的，周一下班才过退单期限；国庆前最后一天派出的，节后第一个工作日下班。"""
    for sent, over in (
        ("2026-03-06 23:59", "2026-03-09 17:30"),
        ("2026-09-30 10:00", "2026-10-08 17:30"),
    ):
        at = local(over)
        assert quality.settled_until(at + timedelta(minutes=1)) > local(sent) - timedelta(minutes=2)
        assert quality.settled_until(at - timedelta(minutes=1)) < local(sent)


def test_machine_and_person_are_told_apart(a_ticket: Made) -> None:
    right, wrong = (by_machine(march.sent(a_ticket, "机器派")) for _ in range(2))
    person = march.sent(a_ticket, "人派")
    moved(wrong, ZHUJIAN)
    total = quality.counted(MARCH, ALL, at=END()).total
    assert (total.accuracy(Sender.MACHINE), total.accuracy(Sender.PERSON)) == (0.5, 1.0)
    assert drilled(Part.DECIDED, Narrow(sender=Sender.MACHINE)) == sorted([right, wrong])
    assert drilled(Part.DECIDED, Narrow(sender=Sender.PERSON)) == [person]
    only = quality.counted(MARCH, Narrow(sender=Sender.MACHINE), at=END())
    assert only.total.count() == 2


def test_narrowing_goes_down_the_tree(a_ticket: Made) -> None:
    march.sent(a_ticket, "噪声")
    for category, keys in (("", {"02"}), ("02", {"0202"}), ("0202", {"020203"}), ("01", set())):
        found = quality.counted(MARCH, Narrow(category=category), at=END())
        assert set(found.categories) == keys, category
    other = quality.counted(MARCH, Narrow(unit_id=unit(ZHUJIAN).id), at=END())
    assert other.total.count() == 0


def test_days_become_weeks_and_every_ticket_is_in_one_point(a_ticket: Made) -> None:
    march.sent(a_ticket, "周一")
    week = quality.counted(Period(date(2026, 3, 2), date(2026, 3, 8)), ALL, at=END())
    assert (week.span, len(week.course)) == (1, 7)
    assert [tally.count() for _day, tally in week.course] == [1, 0, 0, 0, 0, 0, 0]
    year = Period(date(2025, 4, 1), date(2026, 3, 31))
    found = quality.counted(year, ALL, at=END())
    assert len(found.course) <= 14
    assert sum(tally.count() for _day, tally in found.course) == 1
    assert found.course[-1][0] + timedelta(days=found.span) > year.last


def test_nothing_sent_is_no_share(a_ticket: Made) -> None:
    endings.withdraw(a_ticket(at=march.MORNING), CITIZEN, at=march.MORNING)
    found = quality.counted(MARCH, ALL, at=END())
    assert (found.total.count(), found.total.accuracy(), found.units) == (0, None, {})
    assert quality.returns(MARCH, ALL).total.rate is None
    assert quality.ways(MARCH, ALL, at=END()) == []


def test_what_was_handed_out_of_the_house(a_ticket: Made) -> None:
    ticket_id = people.to_dispatch(a_ticket(at=march.MORNING), at=march.MORNING)
    at = march.MORNING + timedelta(hours=1)
    endings.transfer(ticket_id, who("dispatcher"), target="110", reason="治安警情", at=at)
    assert quality.handed_out(MARCH, ALL) == [("110", 1)]
    assert drilled(Part.HANDED_OUT) == [ticket_id]
    assert quality.handed_out(MARCH, Narrow(category="01")) == []


def test_pages_show_each_ticket_once(a_ticket: Made, at: datetime) -> None:
    made = [people.to_unit(a_ticket(at=march.MORNING), at=march.MORNING) for _ in range(33)]
    asked = Asked(part=Part.SENT)
    first, cursor = quality.tickets(MARCH, ALL, asked, at=END())
    rest, end = quality.tickets(MARCH, ALL, asked, at=END(), cursor=cursor)
    assert sorted(people.id_of(line.ticket_no) for line in (*first, *rest)) == sorted(made)
    assert end is None
    with pytest.raises(Invalid):
        quality.tickets(MARCH, ALL, asked, at=END(), cursor="1-x")
