"""Everything one reading of a text gives, each answer with the words that spoke for it (理解)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.understanding.alarms import alarms
from classifier.understanding.areas import NamedArea
from classifier.understanding.companies import companies
from classifier.understanding.kinds import guess_kind
from classifier.understanding.places import places
from classifier.understanding.urgency import urgency

if TYPE_CHECKING:
    from classifier.understanding.alarms import Alarms
    from classifier.understanding.areas import AreaBook
    from classifier.understanding.kinds import KindGuess
    from classifier.understanding.places import Place
    from classifier.understanding.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a text asks for, how grave it is, where it happened, who is complained of."""

    kind: KindGuess
    urgency: Urgency
    alarms: Alarms
    places: tuple[Place, ...]
    area: NamedArea
    companies: tuple[str, ...]


def understand(text: str, areas: AreaBook | None = None) -> Understanding:
    """Read a text of any length and script; without areas it names none."""
    return Understanding(
        guess_kind(text),
        urgency(text),
        alarms(text),
        places(text),
        areas.named(text) if areas else NamedArea(),
        companies(text),
    )
