"""待办列表: every ticket on exactly one page, in order, at the same cost however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from hotline.db import db
from hotline.domain.errors import Invalid
from hotline.domain.lifecycle import Stage
from hotline.domain.motions import Motion
from hotline.domain.terms import Kind, Mark, Urgency
from hotline.domain.timing import RuleSubject
from hotline.queries import bounded, desk, office, pleas, supervision, units, worklists
from hotline.queries import callbacks as callback_list
from hotline.queries.worklists import Scope
from hotline.services import dispatching
from hotline.services import supervision as supervising
from tests.hotline.people import (
    CHENGGUAN,
    ZHUJIAN,
    clock,
    to_callback,
    to_dispatch,
    to_handling,
    to_review,
    to_unit,
    unit,
    who,
)
from tests.hotline.services.rule_books import in_force

Made = Callable[..., int]


@pytest.fixture
def queries(app: object) -> Iterator[list[str]]:
    """Every statement the database is asked for, while the test runs."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def pages(scope: Scope, at: datetime, limit: int) -> list[list[int]]:
    found, cursor = [], None
    while True:
        page = worklists.page(scope, at=at, cursor=cursor, limit=limit)
        found.append([line.id for line in page.lines])
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_newest_first_each_once(a_ticket: Made, at: datetime) -> None:
    ids = [a_ticket() for _ in range(7)]
    assert pages(Scope(), at, limit=3) == [ids[:3:-1], ids[3:0:-1], ids[:1]]


def test_what_comes_in_meanwhile_shifts_no_page(a_ticket: Made, at: datetime) -> None:
    ids = [a_ticket() for _ in range(4)]
    first = worklists.page(Scope(), at=at, limit=2)
    a_ticket()
    second = worklists.page(Scope(), at=at, cursor=first.next_cursor, limit=2)
    assert [line.id for line in second.lines] == ids[1::-1]


def test_by_due_the_most_urgent_first_each_once(a_ticket: Made, at: datetime) -> None:
    """Due times down to the microsecond, several alike: still each on one page."""
    ids = []
    for number in range(12):
        moment = at + timedelta(microseconds=333_333 * (number // 2) + number % 2)
        content = "楼道里有很浓的煤气味" if number % 3 else "路灯坏了"
        ids.append(to_unit(a_ticket(content=content, at=moment), at=moment))
    scope = Scope(stages=[Stage.DISPATCHED], by_due=True)
    found = [ticket_id for page in pages(scope, at, limit=2) for ticket_id in page]
    due = {i: clock(i, worklists.Clock.HANDLE).due_at for i in ids}
    assert found == sorted(ids, key=lambda i: (due[i], i))


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1-", "-1", "1-x", f"{10**30}-1", "1.5-2", "1-2-3", "\x00-1"]
)
def test_a_cursor_that_is_not_ours_is_told(a_ticket: Made, at: datetime, cursor: str) -> None:
    a_ticket()
    for by_due in (False, True):
        with pytest.raises(Invalid) as refused:
            worklists.page(Scope(by_due=by_due), at=at, cursor=cursor)
        assert set(refused.value.errors) == {"cursor"}


def test_huge_numbers_in_a_cursor_are_no_error(a_ticket: Made, at: datetime) -> None:
    to_dispatch(a_ticket(), at=at)
    huge = 10**40
    assert worklists.page(Scope(), at=at, cursor=f"0-{huge}").lines
    assert desk.to_dispatch(cursor=f"{huge}-{huge}").rows == []
    assert desk.to_review(cursor=f"0-{huge}").rows == []
    assert pleas.page(Motion.RETURN, cursor=f"{huge}") == ([], None)


def test_filters_leave_out_what_was_not_asked_for(a_ticket: Made, at: datetime) -> None:
    help_id = a_ticket(kind=Kind.HELP)
    urgent_id = a_ticket(content="楼道里有很浓的煤气味", kind=Kind.COMPLAINT)
    west_id = to_unit(a_ticket(area_code="990102001", title="窨井盖丢了"), at=at)
    supervising.urge([west_id], who("agent"), reason="又来电", at=at)

    def found(scope: Scope) -> list[int]:
        return [line.id for line in worklists.page(scope, at=at).lines]

    assert found(Scope(kind=Kind.HELP)) == [help_id]
    assert found(Scope(urgency=Urgency.CRITICAL)) == [urgent_id]
    assert found(Scope(area_code="990102")) == [west_id]
    assert found(Scope(mark=Mark.URGED)) == [west_id]
    assert found(Scope(stages=[Stage.REGISTERED])) == [urgent_id, help_id]
    assert found(Scope(department_id=unit(CHENGGUAN).id)) == [west_id]
    assert found(Scope(words="窨井盖")) == [west_id]
    assert found(Scope(words="%")) == []
    assert found(Scope(is_overdue_at=at + timedelta(days=30))) == [west_id]
    assert found(Scope(is_overdue_at=at)) == []


def test_a_number_or_its_end_finds_the_ticket(a_ticket: Made, at: datetime) -> None:
    from tests.hotline.people import ticket

    ticket_id = a_ticket()
    number = ticket(ticket_id).ticket_no
    a_ticket()
    for words in (number, number[-8:], f" {number} "):
        assert [line.id for line in worklists.page(Scope(words=words), at=at).lines] == [ticket_id]


def test_a_line_says_what_one_needs_to_know(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    (line,) = worklists.page(Scope(), at=at).lines
    assert (line.id, line.area, line.unit) == (ticket_id, "明月街道", "东湖区城管局")
    assert (line.stage, line.lamp, line.round) == (Stage.DISPATCHED, "green", 1)
    (late,) = worklists.page(Scope(), at=at + timedelta(days=30)).lines
    assert late.lamp == "red"


def test_helping_is_not_leading(a_ticket: Made, at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    dispatching.add_helper(ticket_id, ZHUJIAN, who("dispatcher"), at=at)
    helper, lead = unit(ZHUJIAN).id, unit(CHENGGUAN).id
    assert [line.id for line in units.page(helper, units.Tab.HELPING, at=at).lines] == [ticket_id]
    assert units.page(helper, units.Tab.TO_SIGN, at=at).lines == []
    counted = units.counts(helper)
    assert {tab for tab, number in counted.items() if number} == {units.Tab.HELPING}
    assert units.counts(lead)[units.Tab.TO_SIGN] == 1


def test_the_dispatchers_queue_shows_each_once_danger_first(a_ticket: Made, at: datetime) -> None:
    ids = [
        to_dispatch(a_ticket(content="楼道里有很浓的煤气味" if n % 5 == 4 else "路灯坏了"), at=at)
        for n in range(45)
    ]
    found, cursor = [], None
    while True:
        queue = desk.to_dispatch(cursor=cursor)
        found += [row.ticket.id for row in queue.rows]
        cursor = queue.next_cursor
        if cursor is None:
            break
    danger = ids[4::5]
    assert found == danger + [ticket_id for ticket_id in ids if ticket_id not in danger]


# --- the desks ask as much for many as for few ------------------------------------------------


def lists(at: datetime) -> dict[str, Callable[[], object]]:
    lead = unit(CHENGGUAN).id
    return {
        "worklist": lambda: worklists.page(Scope(), at=at),
        "by due": lambda: worklists.page(Scope(by_due=True), at=at),
        "to sign": lambda: units.page(lead, units.Tab.TO_SIGN, at=at),
        "to dispatch": desk.to_dispatch,
        "to review": desk.to_review,
        "returns": partial(pleas.page, Motion.RETURN),
        "callbacks": lambda: callback_list.page(callback_list.Tab.OPEN, at=at),
        "watch": lambda: supervision.page(supervision.Scope(lamp=supervision.Lamp.OPEN), at=at),
        "overview": lambda: supervision.overview(at=at),
    }


def test_a_page_asks_a_fixed_number_of_times(
    a_ticket: Made, at: datetime, queries: list[str]
) -> None:
    def measure() -> dict[str, int]:
        counted = {}
        for name, ask in lists(at).items():
            db.session.rollback()
            ask()  # what is cached is asked for now
            db.session.rollback()
            queries.clear()
            ask()
            counted[name] = len([q for q in queries if q.lstrip().upper().startswith("SELECT")])
        return counted

    def live() -> None:
        for walk in (to_dispatch, to_unit, to_handling, to_review, to_callback):
            walk(a_ticket(), at=at)

    live()
    few = measure()
    for _ in range(5):
        live()
    many = measure()
    assert many == few, "a list asks once per line; load what its lines need together"
    assert max(many.values()) <= 12, many


# --- cursors and counts ------------------------------------------------------------------------


def test_a_count_stops_early(a_ticket: Made) -> None:
    from sqlalchemy import select

    from hotline.models import Ticket

    for _ in range(3):
        a_ticket()
    assert bounded.count(select(Ticket.id)) == 3
    assert bounded.count(select(Ticket.id), most=2) == 2
    assert (bounded.words(3), bounded.words(1000), bounded.words(2, most=2)) == ("3", "1000+", "2+")


@given(moment=st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_a_moment_comes_back_from_its_cursor(moment: datetime) -> None:
    assert bounded.read_moment_cursor(bounded.moment_cursor(moment, 42)) == (moment, 42)


@pytest.mark.parametrize("cursor", ["", "x", "5", "5-", "-", "1-x", f"{10**40}-1", "nan-1"])
def test_other_peoples_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        bounded.read_moment_cursor(cursor)


# --- 规则 --------------------------------------------------------------------------------------


def test_the_office_notices_a_day_that_was_decided_otherwise(app: object, at: datetime) -> None:
    day = at.date() + timedelta(days=1)
    off = {"on": day.isoformat(), "is_workday": False, "name": "市里停电"}
    before = office.calendar()
    assert before.is_workday(day)
    in_force(RuleSubject.CALENDAR, {"days": [off], "confirmed_years": []}, at=at)
    assert not office.calendar().is_workday(day)
    assert office.calendar() is office.calendar(), "made once"
    in_force(RuleSubject.CALENDAR, {"days": [], "confirmed_years": []}, at=at)
    assert office.calendar().is_workday(day)


def test_the_office_notices_a_changed_rule(app: object, at: datetime) -> None:
    from hotline.db import transaction
    from hotline.models import CatalogueRule

    before, _ = office.catalogue()
    assert office.catalogue()[0] is before
    with transaction() as session:
        rule = session.get_one(CatalogueRule, "R0018")
        changed_at, rule.changed_at = rule.changed_at, at + timedelta(days=300)
    assert office.catalogue()[0] is not before
    with transaction() as session:
        session.get_one(CatalogueRule, "R0018").changed_at = changed_at
