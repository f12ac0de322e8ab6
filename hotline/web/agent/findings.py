"""What the advice box says of a text beside its category, and what one press takes over (读懂)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.domain.terms import Mark, PlaceKind

if TYPE_CHECKING:
    from hotline.services.advising import Advice
    from hotline.web.agent.call_form import CallForm


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line: what it is, the words, and the field that one press fills (empty: none)."""

    label: str
    words: tuple[str, ...]
    note: str = ""
    field: str = ""
    value: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """The lines of the box, and the alarms that stand above it in one sentence."""

    lines: tuple[Finding, ...]
    alarms: str


def findings(advice: Advice, form: CallForm) -> Findings:
    """Kind, places, area and companies of the text; what stands in the form is not offered."""
    found = advice.understood
    lines = []
    if found.kind.words and form.kind is None:
        odds = f"{found.kind.probability:.0%}"
        lines.append(Finding(label=f"{advice.kind.label} {odds}", words=found.kind.words))
    if advice.area:
        chosen = form.get("area_code") == found.area.code
        offered = {} if chosen else {"field": "#f-area_code", "value": found.area.code}
        note = "" if advice.area in " ".join(found.area.names) else advice.area
        lines.append(Finding(label="区域", words=found.area.names, note=note, **offered))
    if found.places:
        address = "".join(place.words for place in found.places if place.kind in _IN_ADDRESS)[:200]
        missing = address and address not in form.get("address")
        offered = {"field": "#f-address", "value": address} if missing else {}
        words = tuple(place.words for place in found.places)
        lines.append(Finding(label="地点", words=words, note=_kinds(advice), **offered))
    if found.companies:
        lines.append(Finding(label="企业", words=found.companies))
    spoken = ((Mark.CROWD, found.alarms.crowd), (Mark.THREAT, found.alarms.threat))
    alarms = "；".join(f"{mark.label}：{'、'.join(words)}" for mark, words in spoken if words)
    return Findings(lines=tuple(lines), alarms=alarms)


_IN_ADDRESS = (PlaceKind.ROAD, PlaceKind.ESTATE, PlaceKind.VILLAGE, PlaceKind.LANDMARK)


def _kinds(advice: Advice) -> str:
    """道路、小区: of which kinds the places are."""
    kinds = dict.fromkeys(PlaceKind(place.kind).label for place in advice.understood.places)
    return "、".join(kinds)
