"""The forms about a bad rating, the same for the unit and the callback desk (差评核实、整改)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from hotline.domain.errors import Invalid, NotFound
from hotline.domain.terms import Finding
from hotline.queries import tickets
from hotline.services import notices, ratings_review
from hotline.web.access import now, staff

if TYPE_CHECKING:
    from hotline.models import Ticket

REACHED = {"yes": True, "no": False}


def rating_choices(ticket: Ticket) -> dict[str, Any]:
    """What the form for verifying offers: findings with their coded reasons."""
    table = notices.reasons()["finding"]
    return {
        "findings": [(finding.value, finding.label) for finding in Finding],
        "finding_codes": [
            {"label": Finding(value).label, "options": list(codes.items())}
            for value, codes in table.items()
        ],
        "is_named": ratings_review.is_named(ticket),
    }


def take_verification(ticket: Ticket, rating_id: int) -> None:
    """Read the form of 差评核实 and do it. Raises Invalid naming the field."""
    _must_be_of(ticket, rating_id)
    form = request.form
    if form.get("finding") not in set(Finding):
        raise Invalid("finding", "请选择核实结论")
    check = ratings_review.Check(
        finding=Finding(form["finding"]),
        words=form.get("words", ""),
        code=form.get("code") or None,
        reached=REACHED.get(form.get("reached", "")),
    )
    ratings_review.verify(rating_id, check, staff(), at=now())


def take_mending(ticket: Ticket, rating_id: int) -> None:
    """Read the form of 差评整改 and do it."""
    _must_be_of(ticket, rating_id)
    ratings_review.mend(rating_id, request.form.get("words", ""), staff(), at=now())


def _must_be_of(ticket: Ticket, rating_id: int) -> None:
    if rating_id not in {row.id for row in tickets.view(ticket, at=now()).ratings}:
        raise NotFound("没有这条评价")
