"""One suggestion, warm: classify, roll up, route (单条推荐); design 5: p50 ≤ 2 ms, p95 ≤ 6 ms."""

from __future__ import annotations

from datetime import UTC, datetime

import classifier
from bench.house import opened
from bench.measure import Figure, Report, milliseconds, percentile
from hotline.domain.terms import Channel, Kind, Urgency
from hotline.models import Ticket
from hotline.services import dispatching, sorting

P50, P95 = 2.0, 6.0
TOP = 3


def run(*, is_quick: bool) -> Report:
    """Suggest for messages of the starter corpus, one by one, as the worker does."""
    rows = classifier.starter_corpus()[:: 20 if is_quick else 4]
    at = datetime.now(UTC)
    with opened(database="sqlite", with_model=True) as house:
        model = house.app.extensions["hotline"].shelf.classifier()

        def suggest(title: str, text: str) -> None:
            ranked = sorting.ranked_of(model.suggest(title, text))
            ticket = _ticket(title, text)
            dispatching.routes_for(ticket, [r["code"] for r in ranked[:TOP]], at)

        for row in rows[:20]:  # warm: caches of words and rules
            suggest(row.title, row.text)
        times = [milliseconds(lambda row=row: suggest(row.title, row.text)) for row in rows]
    return Report(
        "suggestion",
        [
            Figure(what="suggestion p50", value=percentile(times, 0.5), unit="ms", at_most=P50),
            Figure(what="suggestion p95", value=percentile(times, 0.95), unit="ms", at_most=P95),
        ],
        {"messages": len(times)},
    )


def _ticket(title: str, text: str) -> Ticket:
    return Ticket(
        title=title,
        content=text,
        kind=Kind.COMPLAINT,
        channel=Channel.WEB,
        urgency=Urgency.NORMAL,
        area_code="990101001",
    )
