"""Measures lists, ticket page and search in small and in full tables (列表、工单页、查询)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from bench import crowd
from bench.house import opened
from bench.measure import Figure, Report, milliseconds, quietest

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[int], object]
    """Reads something for the ``n``-th visitor, each with another ticket, unit or word."""

SMALL = 10_000
FULL = 1_000_000
QUICK_FULL = 100_000
VISITS = 60
WARM_UP = 8
ROUNDS = 3
P95_MS = 50
FLAT = 2
NOTICEABLE_MS = 5
"""Below this nobody can tell twice as long from as long, and the noise is as large."""


def run(*, is_quick: bool) -> Report:
    """Read everything among few tickets, lay a long history beneath them, and read it again.

    The work that waits is the same both times, more than half of the newest tickets.
    """
    full = QUICK_FULL if is_quick else FULL
    history = full - SMALL
    with opened() as house:
        del house  # its application context is the one in force
        crowd.prepare()
        crowd.fill(history + 1, full, stage=crowd.BUSY)
        few = measured(range(history + 1, full + 1))
        crowd.fill(1, history, stage=crowd.HISTORY)
        many = measured(range(1, full + 1))
    figures = [figure for name in many for figure in judged(name, few[name], many[name])]
    return Report("worklists", figures, {"few": SMALL, "many": full, "visits": VISITS})


def measured(ids: range) -> dict[str, float]:
    """How long all but five visitors in a hundred wait at most among these tickets."""
    return {
        name: quietest([visits(read) for _ in range(ROUNDS)], 0.95)
        for name, read in reads(ids).items()
    }


def judged(name: str, few: float, many: float) -> list[Figure]:
    """The time among many tickets, and how much longer that is than among few."""
    growth = many / max(few, NOTICEABLE_MS)
    return [
        Figure(what=f"{name}: p95", value=many, unit="ms", at_most=P95_MS),
        Figure(what=f"{name}: growth", value=growth, at_most=FLAT),
    ]


def visits(read: Read) -> list[float]:
    """How long each visitor waits, in milliseconds, each in a session of its own."""
    from hotline.db import db

    waited = []
    for number in range(VISITS + WARM_UP):
        waited.append(milliseconds(lambda: read(number)))  # noqa: B023 - called at once
        db.session.remove()
    return waited[WARM_UP:]


def reads(ids: range) -> dict[str, Read]:
    """What people open all day, by name."""
    return {**desks(), **searches(ids)}


def desks() -> dict[str, Read]:
    """The first page of each desk with the counts on its tabs."""
    from hotline.db import db
    from hotline.models import Department
    from hotline.queries import callbacks, desk, duecalendar, supervision, units, worklists

    at = datetime.now(UTC)
    ids = db.session.scalars(select(Department.id)).all()
    late = worklists.Scope(is_overdue_at=at)
    by_cause = supervision.Scope(cause=supervision.LateCause.NOT_CONTACTED)

    def unit(tab: units.Tab) -> Read:
        def read(number: int) -> None:
            department_id = ids[number % len(ids)]
            units.counts(department_id)
            units.page(department_id, tab, at=at)

        return read

    return {
        "dispatch desk": lambda _n: (desk.counts(), desk.to_dispatch()),
        "unit, in hand by due": unit(units.Tab.HANDLING),
        "unit, helping": unit(units.Tab.HELPING),
        "unit, answered": unit(units.Tab.REPLIED),
        "supervision figures": lambda _n: supervision.overview(at=at),
        "supervision, overdue": lambda _n: supervision.page(supervision.Scope(), at=at),
        "supervision, by cause": lambda _n: supervision.page(by_cause, at=at),
        "due calendar": lambda _n: duecalendar.month(at.date().replace(day=1), at=at),
        "callback desk": lambda _n: (
            callbacks.counts(at=at),
            callbacks.page(callbacks.Tab.OPEN, at=at),
        ),
        "all, newest first": lambda _n: worklists.page(worklists.Scope(), at=at),
        "all, overdue": lambda _n: worklists.page(late, at=at),
    }


def searches(ids: range) -> dict[str, Read]:
    """One ticket by its number, and tickets by what is known of them."""
    from hotline.db import db
    from hotline.domain.identity import SYSTEM
    from hotline.models import Ticket
    from hotline.queries import similar, worklists
    from hotline.queries.tickets import ticket_for, view

    at = datetime.now(UTC)
    said = similar.Said(content="夜间施工噪声扰民，十二点还在打桩，睡不着")
    spread = ids[:: len(ids) // VISITS]
    asked = select(Ticket.ticket_no).where(Ticket.id.in_(spread)).order_by(Ticket.id)
    numbers = db.session.scalars(asked).all()
    db.session.remove()

    def found(words: Callable[[int], str]) -> Read:
        return lambda n: worklists.page(worklists.Scope(words=words(n)), at=at)

    def of_citizen(number: int) -> object:
        return worklists.page(worklists.Scope(citizen_id=1 + number), at=at)

    return {
        "ticket page": lambda n: view(ticket_for(SYSTEM, ticket_no=numbers[n % VISITS]), at=at),
        "search, whole number": found(lambda n: numbers[n % VISITS]),
        "search, last digits": found(lambda n: numbers[n % VISITS][-7:]),
        "search, common word": found(lambda _n: "照明"),
        "search, rare word": found(lambda n: f"没有人说过的话{n}"),
        "tickets of a citizen": of_citizen,
        "similar tickets": lambda _n: similar.find(said, at=at),
    }
