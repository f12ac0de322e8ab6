"""Measures the page of dispatch quality among a year's tickets, returned and moved (派单质量)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from bench import crowd
from bench.house import opened
from bench.measure import Figure, Report, milliseconds, percentile

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

TICKETS, QUICK_TICKETS, LIVELY = 1_000_000, 50_000, 300_000
"""The newest ones, more than a season's, are given a life; beneath lies a long history."""
ROUNDS = 3
PAGE_MS = {7: 1_000, 30: 3_000, 90: 9_000}
LIST_MS, LINES_MS = 1_500, 1_500
LIVES = (
    """UPDATE ticket SET dispatched_at = registered_at,
 closed_at = registered_at + interval '5 days',
 category_by = CASE WHEN id % 3 = 0 THEN 'model:bench' ELSE '李建国' END
 WHERE id > :low""",
    """UPDATE assignment SET dispatched_by = CASE WHEN id % 3 = 0 THEN '系统' ELSE '李建国' END,
 end_reason = CASE WHEN id % 15 = 0 THEN '退单' END WHERE ticket_id > :low""",
    """INSERT INTO assignment (ticket_id, department_id, is_lead, round, dispatched_at,
 dispatched_by) SELECT ticket_id, 1 + department_id % 240, true, 1,
 dispatched_at + interval '4 hours', '李建国'
 FROM assignment WHERE ticket_id > :low AND id % 15 = 0""",
    """INSERT INTO motion (ticket_id, kind, state, reason, ordinal, step, filed_at, filed_by,
 department_id) SELECT ticket_id, 'return', CASE WHEN id % 15 = 0 THEN 'granted' ELSE 'refused' END,
 '不属本单位', 1, 'hotline', dispatched_at + interval '2 hours', '经办人', department_id
 FROM assignment WHERE ticket_id > :low AND (id % 12 = 0 OR id % 15 = 0)""",
)
"""One in fifteen was returned and moved; one in thirty more asked in vain."""


def run(*, is_quick: bool) -> Report:
    """The newest week, month and season, the tickets behind a figure, and the trust lines."""
    tickets = QUICK_TICKETS if is_quick else TICKETS
    with opened():
        crowd.prepare()
        crowd.fill(1, tickets, stage=crowd.HISTORY)
        at = live(max(0, tickets - LIVELY))
        figures = [*pages(at), *lists(at)]
    return Report("quality", figures, {"tickets": tickets})


def live(low: int) -> datetime:
    """Let the tickets after ``low`` be returned and moved; gives a moment after the last one."""
    from hotline.db import db

    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in LIVES:
            connection.execute(text(statement), {"low": low})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")
        last: datetime = connection.exec_driver_sql(
            "SELECT max(registered_at) FROM ticket"
        ).scalar_one()
    return last + timedelta(hours=1)


def pages(at: datetime) -> list[Figure]:
    """Everything the page counts, of each period."""
    from hotline.queries import quality
    from hotline.queries.indicators import Period

    narrow, figures = quality.Narrow(), []
    for days, most in PAGE_MS.items():
        today = at.date()
        period = Period(today - timedelta(days=days - 1), today)
        before = Period(period.first - timedelta(days=days), period.first - timedelta(days=1))

        def page(period: Period = period, before: Period = before) -> None:
            quality.counted(period, narrow, at=at)
            quality.totals(before, narrow, at=at)
            quality.returns(period, narrow)
            quality.ways(period, narrow, at=at)
            quality.handed_out(period, narrow)

        what = f"page of {days} days"
        figures.append(Figure(what=what, value=median(page), unit="ms", at_most=most))
    return figures


def lists(at: datetime) -> list[Figure]:
    """The wrong ones of a month, and all that the trust lines are drawn from."""
    from hotline.queries import quality, trusting
    from hotline.queries.indicators import Period

    month = Period(at.date() - timedelta(days=29), at.date())
    asked = quality.Asked(part=quality.Part.WRONG)
    since = at - timedelta(days=90)
    wrong = median(lambda: quality.tickets(month, quality.Narrow(), asked, at=at))
    lines = median(lambda: trusting.looked("bench", since=since))
    return [
        Figure(what="tickets behind a figure", value=wrong, unit="ms", at_most=LIST_MS),
        Figure(what="looks behind the trust lines", value=lines, unit="ms", at_most=LINES_MS),
    ]


def median(read: Callable[[], object]) -> float:
    """The middle of a few visits, each in a session of its own."""
    from hotline.db import db

    def visit() -> None:
        read()
        db.session.remove()

    return percentile([milliseconds(visit) for _ in range(ROUNDS)], 0.5)
