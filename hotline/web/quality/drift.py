"""Whether what comes in changes: shares of categories, and words the model never learned (漂移)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template

import classifier
from hotline.domain.drift import Shift, Stability, stability
from hotline.queries import quality, registry
from hotline.services.drifting import FEWEST_CALLERS, FEWEST_TICKETS
from hotline.web.access import house, now
from hotline.web.quality import rows
from hotline.web.quality.asking import CHOICES, asked
from hotline.web.quality.tabs import tabs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotline.models import VocabularyLook

TONES = {Shift.UNKNOWN: "gray", Shift.STABLE: "green", Shift.CHANGED: "amber", Shift.MUCH: "red"}


def page() -> tuple[str, int]:
    """Show how shares and words of the period differ from the past and from the training."""
    wanted = asked(now())
    model = house().shelf.classifier()
    here, before = (quality.class_counts(each) for each in (wanted.period, wanted.before))
    taught = taught_counts(model.metadata.get("counts", {})) if model else {}
    looks = quality.looks(model.model_id) if model else []
    text = render_template(
        "quality/drift.html",
        asked=wanted,
        periods=CHOICES,
        model_id=model.model_id if model else "",
        is_starter=model is not None and model.model_id == classifier.STARTER_ID,
        against=[
            {"label": "与前一个同样长的时期比", **_told(stability(here, before))},
            {"label": "与模型的训练数据比", **_told(stability(here, taught))},
        ],
        shares=_shares(here, before, taught),
        look=_look(looks[0]) if looks else None,
        course=[_point(look) for look in reversed(looks)],
        fewest=(FEWEST_TICKETS, FEWEST_CALLERS),
        tickets=sum(here.values()),
        tabs=tabs(wanted),
    )
    return text, 422 if wanted.errors else 200


def taught_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Training rows by first-level code; labels the tree does not know stand by themselves."""
    tree = classifier.load_tree()
    found: dict[str, int] = {}
    for label, number in counts.items():
        code = (tree.resolve(label) or "")[:2] or label
        found[code] = found.get(code, 0) + number
    return found


def _told(found: Stability) -> dict[str, Any]:
    return {
        "word": found.shift.label,
        "tone": TONES[found.shift],
        "index": "" if found.shift is Shift.UNKNOWN else f"{found.index:.3f}",
        "by_chance": f"{found.by_chance:.3f}",
    }


def _shares(
    here: Mapping[str, int], before: Mapping[str, int], taught: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Each category's share now, before and in training; the greatest change first."""
    names = registry.category_names(1)
    sums = [sum(each.values()) for each in (here, before, taught)]
    found = []
    for code in {*here, *before, *taught}:
        share, was, learnt = (
            each.get(code, 0) / total if total else None
            for each, total in zip((here, before, taught), sums, strict=True)
        )
        found.append(
            {
                "name": names.get(code, code),
                "count": here.get(code, 0),
                "share": rows.percent(share),
                "width": (share or 0.0) * 100,
                "before": rows.percent(was),
                "taught": rows.percent(learnt),
                **rows.change(share, was),
                "by": abs((share or 0.0) - (was or 0.0)),
            }
        )
    return sorted(found, key=lambda row: (-row["by"], row["name"]))


def _look(look: VocabularyLook) -> dict[str, Any]:
    share, was = (
        _unknown(look.unknown, look.words),
        _unknown(look.unknown_before, look.words_before),
    )
    return {
        "on": f"{look.on:%Y-%m-%d}",
        "days": look.days,
        "share": rows.percent(share),
        "before": rows.percent(was),
        "tickets": look.tickets,
        "words": look.words,
        **rows.change(share, was, better="low"),
        "new_words": [
            {"word": word, "tickets": tickets, "callers": callers, "before": before}
            for word, tickets, callers, before in look.new_words
        ],
    }


def _unknown(unknown: int, words: int) -> float | None:
    return unknown / words if words else None


def _point(look: VocabularyLook) -> dict[str, Any]:
    return {
        "label": f"{look.on:%m-%d}",
        "share": rows.percent(_unknown(look.unknown, look.words)),
        "percent": (_unknown(look.unknown, look.words) or 0.0) * 100,
    }
