"""One case as the dispatcher sees it: the ticket's page and what can be decided (待办案件)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from hotline.domain.lifecycle import Stage
from hotline.domain.motions import FILED_IN, HangingReview, Motion, MotionStep, deciders
from hotline.domain.reply_check import hints
from hotline.domain.terms import Mark
from hotline.queries import catalog_choices
from hotline.services import casework, notices
from hotline.web.access import staff
from hotline.web.tickets import ticket_page_context
from hotline.web.tickets.motions import hanging_facts

if TYPE_CHECKING:
    from hotline.models import Ticket
    from hotline.services.casework import Choice

DISPATCHABLE = Stage.TO_DISPATCH
RULED_IN = (Stage.TO_DISPATCH, *FILED_IN[Motion.RETURN])
REVIEWERS = deciders(Motion.HANGING, MotionStep.AUTHORITY)


def case_context(
    ticket_no: str, *, tab: str = "", errors: dict[str, str] | None = None
) -> dict[str, Any]:
    """Gather the ticket page's context with the forms of the dispatch desk.

    ``tab``: where the forms lead back to, empty for the ticket's own page.
    """
    context = ticket_page_context(ticket_no)
    ticket = context["ticket"]
    waits = ticket.stage is DISPATCHABLE or is_ruling(ticket)
    reasons = notices.reasons()
    choices = _choices(context) if waits else []
    # The long selects are fetched when opened, and come along where nobody can choose without them.
    is_long = waits and (not tab or not choices or bool(errors))
    pleas = [row for row in context["motion_rows"] if row["may_decide"]]
    return {
        **context,
        "motion_rows": [row for row in context["motion_rows"] if row not in pleas],
        "tab": tab,
        "errors": errors or {},
        "posted": request.form,
        "waits": waits,
        "is_ruling": waits and is_ruling(ticket),
        "choices": choices,
        **(by_hand() if is_long else {}),
        "targets": [(code, row["label"]) for code, row in reasons["transfer"].items()],
        "pleas": pleas,
        "hanging_facts": hanging_facts(context["view"]),
        "finds": [(word.value, word.label) for word in HangingReview],
        "may_review_hanging": ticket.stage is Stage.HUNG and staff().role in REVIEWERS,
        "reply_hints": hints(ticket.reply or "") if ticket.stage is Stage.REVIEWING else (),
    }


def by_hand() -> dict[str, object]:
    """All units and categories, to choose against the suggestions."""
    return {
        "unit_groups": catalog_choices.departments(),
        "category_groups": catalog_choices.categories(),
    }


def is_ruling(ticket: Ticket) -> bool:
    """Whether the next dispatch is a ruling: lead fixed, no return (疑难协调)."""
    return Mark.ADJUDICATING.value in ticket.marks and ticket.stage in RULED_IN


def _choices(context: dict[str, Any]) -> list[dict[str, object]]:
    view = context["view"]
    found = casework.choices_for(
        view.ticket, view.suggestion, view.motions, path=view.category_path, at=context["at"]
    )
    return [_choice(choice) for choice in found]


def _choice(choice: Choice) -> dict[str, object]:
    offer = choice.offer
    helpers = ",".join(code for code, _name in offer.helpers)
    return {
        "value": f"{offer.code}/{offer.unit_code}/{helpers}",
        "label": offer.path,
        "unit": offer.unit_name,
        "percent": f"{offer.probability * 100:.1f}" if offer.probability else "",
        "share": f"{offer.probability:.0%}",
        "because": offer.because,
        "by": choice.by,
        "rule": offer.rule,
        "reason": offer.reason,
        "legal_basis": offer.legal_basis,
        "helpers": "、".join(name for _code, name in offer.helpers),
        "warning": choice.warning,
    }
