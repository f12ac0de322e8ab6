"""Measures whether reports of one matter are found, how surely, and how fast (重复与相似).

Quality: pairs read by a person (``bench/label_pairs.py`` says what "same matter" means), one half
for tuning, the other for the figures below. Speed: similar tickets of one that is being told,
among a million tickets of which more are open than any city has.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zlib import crc32

from sqlalchemy import select, text

import classifier
from bench import crowd
from bench.label_pairs import labelled, messages
from bench.measure import Figure, Report, milliseconds, percentile, quietest
from hotline.queries import similar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Judged = list[tuple[float, bool]]
    """Likeness of each pair, and whether it is the same matter."""

FULL, QUICK_FULL = 1_000_000, 50_000
FILED, QUICK_FILED = 10_000, 2_000
COPIES = 19
"""The filed tickets are laid under as many others, so that each key has a long list."""
VISITS, WARM_UP, ROUNDS = 60, 8, 3
RECALL, PRECISION, P95_MS = 0.9, 0.8, 50
CURVE = tuple(round(0.1 * step, 1) for step in range(1, 10))
COPY = (
    "INSERT INTO print_key (key, ticket_id) SELECT key, ticket_id - :shift FROM print_key"
    " WHERE ticket_id > :above"
)


def run(*, is_quick: bool) -> Report:
    """Judge the pairs, then fill the house and ask."""
    report = quality()
    for figure in speed(is_quick=is_quick):
        report.figures.append(figure)
    return report


def quality() -> Report:
    """Recall and precision on the half nothing was tuned on, and what the index lets through."""
    rows, pairs = messages(), labelled()
    taken = {
        number: classifier.fingerprint(rows[number]["title"], rows[number]["text"])
        for number in rows
    }
    halves: dict[bool, Judged] = {False: [], True: []}
    for (one, other), is_same in pairs.items():
        likeness = classifier.likeness(taken[one], taken[other])
        halves[is_report(one, other)].append((likeness, is_same))
    recall, precision = at_threshold(halves[True], classifier.SAME_MATTER)
    tuned = at_threshold(halves[False], classifier.SAME_MATTER)
    reached = index_recall(taken, [pair for pair, is_same in pairs.items() if is_same])
    figures = [
        Figure(what="same matter: recall", value=recall, at_least=RECALL),
        Figure(what="same matter: precision", value=precision, at_least=PRECISION),
        Figure(what="index: recall of candidates", value=reached, at_least=RECALL),
        Figure(what="recall on the tuning half", value=tuned[0]),
        Figure(what="precision on the tuning half", value=tuned[1]),
        Figure(what="pairs read", value=len(pairs)),
    ]
    curve = {str(line): at_threshold(halves[True], line) for line in CURVE}
    for line, (found, right) in curve.items():
        print(f"from {line}: recall {found:.3f}, precision {right:.3f}", flush=True)
    return Report("duplicates", figures, {"curve": curve})


def is_report(one: str, other: str) -> bool:
    """Whether a pair belongs to the half that is reported, by a hash of its ids."""
    return bool(crc32(f"{one}-{other}".encode()) & 1)


def at_threshold(judged: Iterable[tuple[float, bool]], line: float) -> tuple[float, float]:
    """Recall and precision when everything from this likeness on is called the same."""
    rows = list(judged)
    found = [is_same for likeness, is_same in rows if likeness >= line]
    wanted = sum(is_same for _, is_same in rows)
    return sum(found) / wanted, (sum(found) / len(found) if found else 1.0)


def index_recall(taken: dict[str, classifier.Fingerprint], pairs: list[tuple[str, str]]) -> float:
    """How many pairs the index brings together when every list is as short as in the house."""
    lists: dict[int, list[str]] = {}
    for number, one in taken.items():
        for key in classifier.index_keys(one):
            lists.setdefault(key, []).append(number)
    hits = 0
    for one, other in pairs:
        keys = classifier.index_keys(taken[one])
        hits += any(other in lists[key][-similar.OF_A_KEY :] for key in keys)
    return hits / len(pairs)


def speed(*, is_quick: bool) -> list[Figure]:
    """Fill the house, file its newest tickets and ask for similar ones."""
    from bench.house import opened

    full, filed = (QUICK_FULL, QUICK_FILED) if is_quick else (FULL, FILED)
    with opened() as house:
        del house  # its application context is the one in force
        crowd.prepare()
        crowd.fill(1, full, stage=crowd.HANDLING, with_life=False)
        a_print = file_newest(full - filed, full)
        lay_copies(full, filed)
        waits = {name: waited(ask) for name, ask in asks(full).items()}
    figures = [
        Figure(what=f"{name}: p95", value=value, unit="ms", at_most=P95_MS)
        for name, value in waits.items()
    ]
    figures.append(Figure(what="filing one ticket: p50", value=a_print, unit="ms"))
    figures.append(Figure(what="open tickets filed", value=filed * (COPIES + 1)))
    return figures


def file_newest(above: int, full: int) -> float:
    """File the newest tickets as the job does; gives what one costs."""
    from hotline.db import db, transaction
    from hotline.models import Ticket
    from hotline.services import printing

    for first in range(above + 1, full + 1, 1000):
        with transaction() as session:
            query = select(Ticket).where(Ticket.id.between(first, min(first + 999, full)))
            printing.file_all(session.scalars(query).all())
    one = [milliseconds(lambda: printing.print_ticket(full)) for _ in range(VISITS)]
    db.session.remove()
    return percentile(one, 0.5)


def lay_copies(full: int, filed: int) -> None:
    """Lay the same keys under older tickets, so that a key has a list as long as in no city."""
    from hotline.db import db

    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        for number in range(1, COPIES + 1):
            values = {"shift": number * filed, "above": full - filed}
            connection.execute(text(COPY), values)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def asks(full: int) -> dict[str, Callable[[int], object]]:
    """What the desks ask: an agent while somebody speaks, and the page of a ticket."""
    from hotline.db import db
    from hotline.models import Ticket

    at = datetime.now(UTC)
    said = list(db.session.execute(text("SELECT title, content FROM bench_text ORDER BY k")))
    db.session.remove()

    def spoken(number: int) -> object:
        title, content = said[number % len(said)]
        return similar.find(
            similar.Said(title=title, content=content, citizen_id=1 + number), at=at
        )

    def page(number: int) -> object:
        ticket = db.session.get_one(Ticket, full - 17 * number)
        return similar.of_ticket(ticket, at=at)

    return {"similar while speaking": spoken, "similar on a ticket page": page}


def waited(ask: Callable[[int], object]) -> float:
    """How long all but five in a hundred wait at most, in the quietest of three rounds."""
    from hotline.db import db

    def visits() -> list[float]:
        times = []
        for number in range(VISITS + WARM_UP):
            times.append(milliseconds(lambda: ask(number)))  # noqa: B023 - called at once
            db.session.remove()
        return times[WARM_UP:]

    return quietest([visits() for _ in range(ROUNDS)], 0.95)
