"""Measures one suggestion, warm, as the worker makes it: read, classify, route (单条推荐)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import classifier
from bench.house import opened
from bench.measure import Figure, Report, milliseconds, quietest
from hotline.db import db
from hotline.domain.terms import Channel, Kind, Urgency
from hotline.models import Ticket
from hotline.services import dispatching, reading, sorting

if TYPE_CHECKING:
    from hotline.services.shelf import Shelf

P50_MS, P95_MS = 2, 6
WARM_UP = 20
ROUNDS = 3


def run(*, is_quick: bool) -> Report:
    """Suggest for messages of the starter corpus one by one, each in a transaction of its own.

    On SQLite, so that thinking is measured and not the way to a database server and back.
    """
    rows = classifier.starter_corpus()[:: 20 if is_quick else 4]
    with opened(database="sqlite", with_model=True) as house:
        shelf = house.app.extensions["hotline"].shelf
        times = [timed(shelf, _ticket(row.title, row.text)) for row in rows]
    size = (len(times) - WARM_UP) // ROUNDS
    rounds = [times[WARM_UP + size * n : WARM_UP + size * (n + 1)] for n in range(ROUNDS)]
    p50, p95 = (quietest(rounds, share) for share in (0.50, 0.95))
    return Report(
        "suggestion",
        [
            Figure(what="suggestion p50", value=p50, unit="ms", at_most=P50_MS),
            Figure(what="suggestion p95", value=p95, unit="ms", at_most=P95_MS),
        ],
        {"messages": len(times)},
    )


def timed(shelf: Shelf, ticket: Ticket) -> float:
    """Milliseconds of one suggestion, with the look whether model or rules have changed."""
    db.session.commit()  # as a job ends: the next one looks anew whether the rules have changed
    return milliseconds(lambda: suggest(shelf, ticket))


def suggest(shelf: Shelf, ticket: Ticket) -> None:
    """The parts of ``services.sorting`` that think; what they find is not written."""
    model = shelf.classifier()
    assert model is not None, "no model is active"
    read = reading.read(f"{ticket.title}。{ticket.content}")
    ranked = sorting.ranked_of(model.suggest(ticket.title, ticket.content))
    routes = dispatching.routes_for(
        ticket, [row["code"] for row in ranked[: sorting.TOP]], datetime.now(UTC)
    )
    assert read.kind.probability, "no kind was found"
    assert ranked, "no category was found"
    assert routes, "no unit was found"


def _ticket(title: str, text: str) -> Ticket:
    return Ticket(
        title=title,
        content=text,
        kind=Kind.COMPLAINT,
        channel=Channel.WEB,
        urgency=Urgency.NORMAL,
        area_code="990101001",
    )
