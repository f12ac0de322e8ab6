"""读懂: what a text says beside its category, and what of that goes onto its ticket at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import classifier
from hotline.domain.events import Event
from hotline.domain.identity import SYSTEM
from hotline.domain.terms import Mark
from hotline.domain.timing import Cause
from hotline.queries import places
from hotline.services import _move
from hotline.services.timing import recounting

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.models import Ticket


def read(text: str) -> classifier.Understanding:
    """Read a text with the city's own areas; a fraction of a millisecond when warm."""
    return classifier.understand(text, places.area_book())


def take_up(ticket: Ticket, found: classifier.Understanding, *, at: datetime) -> dict[str, Any]:
    """Hang the marks and fill the area a citizen left open, inside the caller's transaction.

    Returns what the timeline should say of the area; empty when nothing was filled.
    """
    alarm(ticket, found.alarms, at=at)
    if ticket.area_code or not found.area.code:
        return {}
    ticket.area_code = found.area.code
    words = list(found.area.names)
    reason = f"诉求未填区域，文中写明{'、'.join(words)}"
    recounting.recount_ticket(ticket, Cause.AREA, SYSTEM, reason=reason, at=at)
    return {"area": found.area.code, "area_words": words, "area_by": "system"}


def alarm(ticket: Ticket, found: classifier.Alarms, *, at: datetime) -> None:
    """Mark a crowd in the making and a threat, each once in a ticket's life (群体苗头、极端言行).

    The entry tells the supervisor by the outbox; a mark that hangs already tells nobody again.
    """
    spoken = {Mark.CROWD: found.crowd, Mark.THREAT: found.threat}
    new = {mark: words for mark, words in spoken.items() if words and mark not in ticket.marks}
    if not new:
        return
    ticket.marks = [*ticket.marks, *(mark.value for mark in new)]
    _move.record(
        ticket,
        Event.ALARMED,
        SYSTEM,
        at=at,
        reason="；".join(f"{mark.label}：{'、'.join(words)}" for mark, words in new.items()),
        payload={mark.value: list(words) for mark, words in new.items()},
    )


def kept(found: classifier.Understanding) -> dict[str, Any]:
    """Write down what was read, each answer with the words that spoke for it."""
    return {
        "kind": found.kind.kind,
        "kind_probability": round(found.kind.probability, 4),
        "kind_words": list(found.kind.words),
        "crowd_words": list(found.alarms.crowd),
        "threat_words": list(found.alarms.threat),
        "places": [{"kind": place.kind, "words": place.words} for place in found.places],
        "area": found.area.code,
        "area_words": list(found.area.names),
        "companies": list(found.companies),
    }
