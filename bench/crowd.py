"""Fills the tables with as many tickets as a city has in a year, in SQL alone (海量工单)."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hotline.db import db

if TYPE_CHECKING:
    from sqlalchemy import Connection

TEXTS = Path(__file__).parents[1] / "hotline" / "demo_city" / "tickets.csv"
CITIZENS = 1_000
STEP = 100_000
STARTED = datetime(2025, 1, 1, tzinfo=UTC)

BUSY = """CASE WHEN n % 20 = 0 THEN 'to_dispatch' WHEN n % 20 = 1 THEN 'dispatched'
 WHEN n % 20 < 8 THEN 'handling' WHEN n % 20 = 8 THEN 'reviewing'
 WHEN n % 20 < 11 THEN 'callback' WHEN n % 20 < 15 THEN 'closed' ELSE 'archived' END"""
"""The newest tickets: more than half are open."""
HISTORY = "CASE WHEN n % 20 < 5 THEN 'closed' ELSE 'archived' END"
HANDLING = "'handling'"

SERIES = """WITH RECURSIVE series(n) AS
 (SELECT CAST(:low AS integer) UNION ALL SELECT n + 1 FROM series WHERE n < :high)"""

PEOPLE = f"""INSERT INTO citizen (id, name, phone, phone_hash, created_at) {SERIES}
SELECT n, :name, :phone, 'bench-' || n, :at FROM series"""

TICKETS = """INSERT INTO ticket (id, ticket_no, query_code, kind, channel, title, content,
 area_code, address, citizen_id, anonymous, confidential, urgency, danger_words, marks, stage,
 round, returns, no_return, category_code, lead_department_id, registered_at, promised_at,
 first_promised_at, is_provisional, version)
{series}
SELECT n, '990101' || (20250101 + n / 2000) || '2'
 || substr(CAST(1000000 + n % 1000000 AS TEXT), 2) || (n % 10), :sealed, 'complaint', 'phone',
 said.title, said.content, area.code, '湖滨路 18 号', 1 + n % :citizens, false, false,
 CASE WHEN n % 50 = 0 THEN 'urgent' ELSE 'normal' END, '[]', '[]', {stage}, 1, 0, false,
 category.code, CASE WHEN n % 20 = 0 THEN NULL ELSE unit.id END,
 {registered}, {due}, {due}, false, 1
FROM series
 JOIN bench_text AS said ON said.k = n % (SELECT count(*) FROM bench_text)
 JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS k FROM area WHERE level = 'street')
 AS area ON area.k = n % (SELECT count(*) FROM area WHERE level = 'street')
 JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS k FROM category WHERE level = 2)
 AS category ON category.k = n % (SELECT count(*) FROM category WHERE level = 2)
 JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM department)
 AS unit ON unit.k = (n + n / 20) % (SELECT count(*) FROM department)"""

DEADLINES = """INSERT INTO deadline (ticket_id, clock, round, turn, started_at, amount, unit,
 rule_id, profile, due_at, first_due_at, yellow_at, is_provisional, plan, next_at, stopped_at,
 department_id)
SELECT id, CASE WHEN stage = 'to_dispatch' THEN 'dispatch' ELSE 'handle' END, 1, 0, registered_at,
 5, 'working_days', 'bench', 'bench', promised_at, promised_at, promised_at, false, :plan,
 CASE WHEN {runs} THEN {fires} END, CASE WHEN {runs} THEN NULL ELSE promised_at END,
 lead_department_id
FROM ticket WHERE id BETWEEN :low AND :high"""
RUNS = "stage IN ('to_dispatch', 'dispatched', 'handling')"

TIMELINE = """INSERT INTO timeline (ticket_id, event, role, actor_name, at, payload, relayed_at,
 settled_at)
SELECT id, said.event, 'system', '系统', registered_at, '{{}}', registered_at, registered_at
FROM ticket, (SELECT 'registered' AS event UNION ALL SELECT 'classified' UNION ALL
 SELECT 'dispatched') AS said
WHERE id BETWEEN :low AND :high"""

ASSIGNMENTS = """INSERT INTO assignment (ticket_id, department_id, is_lead, round, dispatched_at,
 dispatched_by, because, ended_at)
SELECT id, lead_department_id, true, 1, registered_at, '系统', '目录', CASE WHEN {runs} THEN NULL
 ELSE promised_at END
FROM ticket WHERE id BETWEEN :low AND :high AND lead_department_id IS NOT NULL"""

SUGGESTIONS = """INSERT INTO suggestion (ticket_id, model_id, at, top_code, probability, is_unsure,
 ranked, routes, decision)
SELECT id, 'bench', registered_at, category_code, 0.9, false, '[]', '[]', '自动派单'
FROM ticket WHERE id BETWEEN :low AND :high"""


def prepare() -> None:
    """Texts to draw from, and citizens."""
    with db.engine.begin() as connection:
        _prepare(connection)


def fill(low: int, high: int, *, stage: str, with_life: bool = True) -> None:
    """Add the tickets from ``low`` to ``high``; ``with_life``: entries, assignments, suggestions.

    Of the clocks that run a fifth is late; the next milestone of each lies a year ahead.
    """
    with db.engine.begin() as connection:
        _without_checks(connection)
        for first in range(low, high + 1, STEP):
            last = min(first + STEP - 1, high)
            _fill(connection, {"low": first, "high": last}, stage=stage, with_life=with_life)
        if connection.dialect.name == "postgresql":
            for table in ("ticket", "citizen"):  # who comes next gets a number of his own
                connection.execute(text(f"SELECT setval('{table}_id_seq', max(id)) FROM {table}"))
    let_the_planner_look()


def _without_checks(connection: Connection) -> None:
    """What a series makes needs no foreign key looked up, where we may say so."""
    if connection.dialect.name != "postgresql":
        return
    try:
        with connection.begin_nested():
            connection.execute(text("SET LOCAL session_replication_role = replica"))
    except DBAPIError:
        pass  # not a superuser: it takes longer, that is all
    connection.execute(text("SET LOCAL statement_timeout = 0"))


def _prepare(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE bench_text (k integer, title text, content text)"))
    with TEXTS.open(encoding="utf-8", newline="") as lines:
        said = [
            {"k": number, "title": row["title"], "content": row["content"]}
            for number, row in enumerate(csv.DictReader(lines))
        ]
    connection.execute(text("INSERT INTO bench_text VALUES (:k, :title, :content)"), said)
    seal = current_app.extensions["hotline.keyring"].seal
    values: dict[str, Any] = {"low": 1, "high": CITIZENS, "at": STARTED}
    values |= {"name": seal("张女士"), "phone": seal("13912345678")}
    connection.execute(text(PEOPLE), values)


def _fill(connection: Connection, bounds: dict[str, Any], *, stage: str, with_life: bool) -> None:
    now = datetime.now(UTC)
    words = {
        "series": SERIES,
        "stage": stage,
        "runs": RUNS,
        "registered": _moment(connection, ":began", "n * 30"),
        "due": _moment(connection, ":now", "(n % 1000 - 200) * 60"),
        "fires": _moment(connection, ":now", "31536000 + id"),
    }
    values = {
        **bounds,
        "sealed": current_app.extensions["hotline.keyring"].seal("123456"),
        "citizens": CITIZENS,
        "plan": "[]",
        "began": STARTED.isoformat(" "),
        "now": now.replace(microsecond=0).isoformat(" "),
    }
    statements = [TICKETS, DEADLINES]
    statements += [TIMELINE, ASSIGNMENTS, SUGGESTIONS] if with_life else []
    for statement in statements:
        asked = text(statement.format(**words))
        needed = {name: values[name] for name in asked.compile().params}
        connection.execute(asked, needed)


def _moment(connection: Connection, since: str, seconds: str) -> str:
    """A time so many seconds after another, in the words of the database."""
    if connection.dialect.name == "postgresql":
        return f"CAST({since} AS timestamptz) + ({seconds}) * interval '1 second'"
    return f"strftime('%Y-%m-%d %H:%M:%f000', {since}, ({seconds}) || ' seconds')"


def let_the_planner_look() -> None:
    """Statistics as a server that has run for a while has them."""
    words = "VACUUM ANALYZE" if db.engine.dialect.name == "postgresql" else "ANALYZE"
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(words)
