"""更正要素: one page for every desk that may put kind, urgency, category or area right."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.terms import Kind, Term, Urgency
from hotline.queries import catalog_choices
from hotline.queries.tickets import ticket_for
from hotline.services.rectifying import Facts, rectify
from hotline.web.access import now, staff
from hotline.web.looks import local

if TYPE_CHECKING:
    from apiflask import APIBlueprint
    from werkzeug.wrappers import Response

    from hotline.models import Ticket

    Answer = Response | str | tuple[str, int]

_Word = TypeVar("_Word", bound=Term)


def mount(wing: APIBlueprint, *, page: str) -> None:
    """Give a wing the form; ``page`` is the endpoint of its ticket page."""

    def show(ticket_no: str) -> str:
        """Show the facts as they are, ready to be put right."""
        return _form(ticket_for(staff(), ticket_no=ticket_no), page, {}, {})

    def put_right(ticket_no: str) -> Answer:
        """Write what was put right and count the clocks anew."""
        ticket = ticket_for(staff(), ticket_no=ticket_no)
        try:
            moved = rectify(
                ticket.id,
                _asked(ticket),
                staff(),
                reason=request.form.get("reason", ""),
                at=now(),
                version=request.form.get("version", -1, type=int),
            )
        except Invalid as error:
            return _form(ticket, page, request.form.to_dict(), error.errors), 422
        flash(f"已更正；{moved} 个期限重新计算" if moved else "已更正，期限不变", "success")
        return redirect(url_for(page, ticket_no=ticket_no), 303)

    wing.add_url_rule("/tickets/<ticket_no>/rectify", "rectify", show)
    wing.add_url_rule("/tickets/<ticket_no>/rectify", "put_right", put_right, methods=["POST"])


def _asked(ticket: Ticket) -> Facts:
    """What differs from the ticket; a word that is not on the list is refused by its field."""
    form = request.form
    category, area = form.get("category_code") or None, form.get("area_code") or None
    return Facts(
        kind=_word(Kind, "kind"),
        urgency=_word(Urgency, "urgency"),
        category_code=category if category != ticket.category_code else None,
        area_code=area if area != ticket.area_code else None,
    )


def _word(words: type[_Word], name: str) -> _Word | None:
    said = request.form.get(name, "")
    if not said:
        return None
    try:
        return words(said)
    except ValueError:
        raise Invalid(name, "请从列表中选择") from None


def _form(ticket: Ticket, page: str, posted: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "tickets/rectify.html",
        ticket=ticket,
        back=url_for(page, ticket_no=ticket.ticket_no),
        promised=local(ticket.promised_at),
        kinds=[(kind.value, kind.label) for kind in Kind],
        urgencies=[(urgency.value, urgency.label) for urgency in Urgency],
        areas=catalog_choices.areas(),
        categories=catalog_choices.categories(),
        posted=posted,
        errors=errors,
    )
