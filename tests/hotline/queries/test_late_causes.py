"""超期原因: each late clock has exactly one cause, the first that holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from hotline.domain.terms import Clock
from hotline.queries import supervision
from hotline.queries.supervision import DEFINITIONS, Lamp, LateCause, Scope
from hotline.services import callbacks, dispatching, handling, motions, reviewing
from hotline.services.motions import hanging
from tests.hotline import people
from tests.hotline.people import ZHUJIAN, handler, who
from tests.hotline.queries.indicator_month import LONGER, NOT_OURS

Made = Callable[..., int]
Brought = Callable[[Made, datetime], int]


def unsigned(make: Made, at: datetime) -> int:
    return people.to_unit(make(), at=at)


def signed(make: Made, at: datetime) -> int:
    return people.to_handling(make(), at=at)


def contacted(make: Made, at: datetime) -> int:
    ticket_id = signed(make, at)
    handling.contact(ticket_id, "已电话联系", handler(), at=at)
    return ticket_id


def wants_longer(make: Made, at: datetime) -> int:
    ticket_id = contacted(make, at)
    motions.file(ticket_id, LONGER, handler(), at=at)
    return ticket_id


def wants_to_return(make: Made, at: datetime) -> int:
    ticket_id = unsigned(make, at)
    motions.file(ticket_id, NOT_OURS, handler(), at=at)
    return ticket_id


def returned(make: Made, at: datetime) -> int:
    ticket_id = unsigned(make, at)
    asked = motions.file(ticket_id, NOT_OURS, handler(), at=at)
    motions.grant(asked, who("dispatcher"), note="同意", at=at)
    return ticket_id


def redispatched(make: Made, at: datetime) -> int:
    ticket_id = returned(make, at)
    dispatching.dispatch(ticket_id, ZHUJIAN, actor=who("dispatcher"), at=at)
    return ticket_id


def sent_back(make: Made, at: datetime) -> int:
    ticket_id = people.to_review(make(), at=at)
    reviewing.send_back(ticket_id, who("dispatcher"), reason="没有写明处理结果", at=at)
    return ticket_id


def again(make: Made, at: datetime) -> int:
    ticket_id = people.to_callback(make(), at=at)
    callbacks.redo(ticket_id, who("callback"), reason="仍未解决", at=at)
    handling.sign(ticket_id, handler(), at=at)
    return ticket_id


def again_unsigned(make: Made, at: datetime) -> int:
    ticket_id = people.to_callback(make(), at=at)
    callbacks.redo(ticket_id, who("callback"), reason="仍未解决", at=at)
    return ticket_id


def resumed(make: Made, at: datetime) -> int:
    ticket_id = signed(make, at)
    hanging.hang(ticket_id, who("authority"), reason="待政策", at=at)
    hanging.resume(ticket_id, who("authority"), reason="已明确", at=at + timedelta(hours=1))
    return ticket_id


TABLE: list[tuple[str, Brought, Clock, LateCause]] = [
    ("登记后没有人派", lambda make, _at: make(), Clock.DISPATCH, LateCause.NOT_DISPATCHED),
    ("派出没有签收", unsigned, Clock.HANDLE, LateCause.UNSIGNED),
    ("派出没有签收，签收时限", unsigned, Clock.SIGN, LateCause.UNSIGNED),
    ("签收没有联系", signed, Clock.HANDLE, LateCause.NOT_CONTACTED),
    ("签收没有联系，联系时限", signed, Clock.CONTACT, LateCause.NOT_CONTACTED),
    ("联系过没有答复", contacted, Clock.HANDLE, LateCause.UNANSWERED),
    ("延期申请没有批", wants_longer, Clock.HANDLE, LateCause.MOTION_OPEN),
    ("退单申请没有批，先于未签收", wants_to_return, Clock.HANDLE, LateCause.MOTION_OPEN),
    ("退单审核自己的时限", wants_to_return, Clock.REVIEW_RETURN, LateCause.MOTION_OPEN),
    ("退回等改派，先于未派单", returned, Clock.HANDLE, LateCause.RETURNED),
    ("改派后没有签收，先于未签收", redispatched, Clock.HANDLE, LateCause.RETURNED),
    ("审核退回，先于未先行联系", sent_back, Clock.HANDLE, LateCause.SENT_BACK),
    ("重办中，先于未先行联系", again, Clock.HANDLE, LateCause.REDO),
    ("重办没有签收，未签收在前", again_unsigned, Clock.HANDLE, LateCause.UNSIGNED),
    ("挂账恢复后没有答复", resumed, Clock.HANDLE, LateCause.RESUMED),
    (
        "审核通过没有回访",
        lambda make, at: people.to_callback(make(), at=at),
        Clock.CALLBACK,
        LateCause.NOT_CALLED_BACK,
    ),
]


@pytest.mark.parametrize(
    ("bring", "clock", "cause"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_late_clock_has_its_one_cause(
    a_ticket: Made, at: datetime, bring: Brought, clock: Clock, cause: LateCause
) -> None:
    ticket_id = bring(a_ticket, at)
    later = people.clock(ticket_id, clock, **_newest(ticket_id, clock)).due_at + timedelta(hours=1)
    found = {
        each: [
            line.ticket_id
            for line in supervision.page(Scope(clock=clock, cause=each), at=later).lines
        ]
        for each in LateCause
    }
    assert {each for each, ids in found.items() if ids} == {cause}
    (line,) = supervision.page(Scope(clock=clock), at=later).lines
    assert (line.ticket_id, line.cause, line.lamp) == (ticket_id, cause, "red")


def _newest(ticket_id: int, clock: Clock) -> dict[str, int]:
    """Round and turn of the newest clock of a kind."""
    from sqlalchemy import select

    from hotline.db import db
    from hotline.models import Deadline

    query = select(Deadline.round, Deadline.turn).where(
        Deadline.ticket_id == ticket_id, Deadline.clock == clock
    )
    round_no, turn = db.session.execute(query.order_by(Deadline.id.desc()).limit(1)).one()
    return {"round_no": round_no, "turn": turn}


def test_a_hung_ticket_is_paused_and_not_late(a_ticket: Made, at: datetime) -> None:
    ticket_id = signed(a_ticket, at)
    hanging.hang(ticket_id, who("authority"), reason="待政策", at=at)
    later = at + timedelta(days=60)
    for lamp in (Lamp.OVERDUE, Lamp.OPEN, Lamp.TODAY, Lamp.SOON):
        assert supervision.page(Scope(lamp=lamp), at=later).lines == []
    (line,) = supervision.page(Scope(lamp=Lamp.PAUSED), at=later).lines
    assert (line.ticket_id, line.lamp, line.remaining) == (ticket_id, "paused", "暂停计时")
    figures = supervision.overview(at=later)
    assert (figures.paused, figures.open, figures.overdue) == (1, 0, 0)
    (late,) = supervision.page(Scope(clock=Clock.HANG_REVIEW), at=later).lines
    assert late.cause is LateCause.HANG_UNREVIEWED


def test_every_cause_is_defined_in_words() -> None:
    assert list(DEFINITIONS) == list(LateCause), "the same order as the causes are asked for"
    assert all(DEFINITIONS.values())


def test_shares_by_unit_person_and_cause_add_up(a_ticket: Made, at: datetime) -> None:
    for bring in (unsigned, signed, contacted, contacted, redispatched):
        bring(a_ticket, at)
    later = at + timedelta(days=30)
    found = supervision.overview(at=later)
    for shares in (found.units, found.persons, found.causes, found.categories):
        assert sum(share.overdue for share in shares) == 5
        assert sum(share.open for share in shares) == 5
    persons = {(share.name, share.unit_code): share.open for share in found.persons}
    handlers = handler().name
    assert persons == {
        (handlers, people.CHENGGUAN): 3,
        ("未签收", people.CHENGGUAN): 1,
        ("未签收", ZHUJIAN): 1,
    }
    assert {share.code: share.open for share in found.causes} == {
        LateCause.UNSIGNED: 1,
        LateCause.NOT_CONTACTED: 1,
        LateCause.UNANSWERED: 2,
        LateCause.RETURNED: 1,
    }
    scope = Scope(person=handlers, unit_code=people.CHENGGUAN)
    assert len(supervision.page(scope, at=later).lines) == 3
    assert len(supervision.page(Scope(person="未签收"), at=later).lines) == 2


def test_other_clocks_that_are_late_are_counted_beside(a_ticket: Made, at: datetime) -> None:
    a_ticket()
    unsigned(a_ticket, at)
    people.to_callback(a_ticket(), at=at)
    late = supervision.overview(at=at + timedelta(days=20)).late
    assert {clock: n for clock, n in late.items() if n} == {
        Clock.DISPATCH: 1,
        Clock.SIGN: 1,
        Clock.CONTACT: 1,
        Clock.CALLBACK: 1,
    }
    assert supervision.overview(at=at).late == dict.fromkeys(late, 0)


def test_an_extended_clock_shows_what_was_due_before(a_ticket: Made, at: datetime) -> None:
    ticket_id = contacted(a_ticket, at)
    before = people.clock(ticket_id, Clock.HANDLE).due_at
    asked = motions.file(ticket_id, LONGER, who("lead_chengguan"), at=at)
    motions.grant(asked, who("dispatcher"), note="同意", at=at)
    (line,) = supervision.page(Scope(lamp=Lamp.OPEN), at=at).lines
    assert (line.first_due_at, line.due_at > before) == (before, True)


def test_a_search_that_looked_at_enough_says_so_and_goes_on(
    a_ticket: Made, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among the first clocks there may be none that fit; the cursor leads past them."""
    from hotline.queries.supervision import scope, watching

    monkeypatch.setattr(watching, "SCANNED", 3)
    monkeypatch.setattr(watching, "first_due", lambda query, count=3: scope.first_due(query, count))
    for _ in range(4):
        unsigned(a_ticket, at)
    wanted = contacted(a_ticket, at + timedelta(hours=1))
    later = at + timedelta(days=30)
    first = supervision.page(Scope(cause=LateCause.UNANSWERED), at=later)
    assert (first.lines, first.is_partial) == ([], True)
    rest = supervision.page(Scope(cause=LateCause.UNANSWERED), at=later, cursor=first.next_cursor)
    assert [line.ticket_id for line in rest.lines] == [wanted]
    assert (rest.is_partial, rest.next_cursor) == (False, None)
