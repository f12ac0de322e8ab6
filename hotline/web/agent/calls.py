"""Log a call while listening: form, live advice, saved page (登记、边听边荐、回读编号)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid, NotFound
from hotline.domain.lifecycle import Stage
from hotline.queries import bell, catalog_choices, knowledge, tickets, worklists
from hotline.services import advising, endings, intake, notices
from hotline.services import bell as bell_service
from hotline.web.access import house, now, staff
from hotline.web.agent import agent
from hotline.web.agent.call_form import (
    CHANNELS,
    HOT_LINES,
    KINDS,
    LABELS,
    CallForm,
    errors_of,
    nonce,
)
from hotline.web.agent.findings import findings
from hotline.web.looks import day, local
from hotline.web.tickets.joined import similar_row

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

SEE_OTHER = 303
ALERTS = 3


@agent.get("")
def desk() -> Response | str:
    """The form of a new call; the search box of the top bar leads on to the lists."""
    words = request.args.get("q", "").strip()
    if words:
        return redirect(url_for("agent.find", q=words), SEE_OTHER)
    return _page(CallForm({"channel": "phone"}))


@agent.post("")
def save() -> Response | tuple[str, int]:
    """Register the call, and end it at once where the agent could."""
    form = CallForm(request.form.to_dict())
    actor = staff()
    try:
        ending = form.ending()
        demand, key = form.demand(), form.key(actor.staff_id)
        if ending is None:
            receipt = intake.register(demand, actor, at=now(), key=key)
        else:
            receipt = endings.log_call(demand, ending, actor, at=now(), key=key)
    except Invalid as error:
        return _page(form, errors_of(error)), 422
    return redirect(url_for("agent.saved", ticket_no=receipt.ticket_no), SEE_OTHER)


def _page(form: CallForm, errors: dict[str, str] | None = None) -> str:
    actor = staff()
    reasons = notices.reasons()
    alerts = [line for line in bell.page(actor).lines if not line.is_read][:ALERTS]
    mine = worklists.page(worklists.Scope(registered_by=actor.staff_id), at=now(), limit=5)
    return render_template(
        "agent/call.html",
        form=form.fields,
        errors=errors or {},
        labels=LABELS,
        nonce=nonce(),
        draft_key=f"call-{actor.staff_id}",
        channels=CHANNELS,
        kinds=KINDS,
        areas=catalog_choices.areas(),
        categories=catalog_choices.categories(),
        decline_reasons=list(reasons["decline"].items()),
        targets=[(code, row["label"]) for code, row in reasons["transfer"].items()],
        hot_lines=[(code, reasons["transfer"][code]["label"]) for code in HOT_LINES],
        alerts=[(line, day(line.created_at)) for line in alerts],
        mine=[(line, day(line.registered_at)) for line in mine.lines],
    )


@agent.post("/suggest")
def suggest() -> str:
    """The inner part of the advice box for what stands in the form now."""
    form = CallForm(request.form.to_dict())
    advice = advising.advise(form.heard(), house().shelf, at=now())
    return render_template(
        "agent/_advice.html",
        advice=advice,
        items=[_item(offer) for offer in advice.offers],
        picked=_picked(form, advice),
        default=_default(advice),
        similar=[similar_row(row) for row in advice.similar],
        is_blank=not form.get("content").strip(),
        findings=findings(advice, form),
    )


def _item(offer: advising.Offer) -> dict[str, object]:
    return {
        "code": offer.code,
        "label": offer.path,
        "probability": offer.probability,
        "because": offer.because,
        "department": offer.unit_name,
        "reason": "" if offer.unit_name else offer.reason,
    }


def _default(advice: advising.Advice) -> str:
    """Only what the machine would trust itself is chosen beforehand."""
    return advice.offers[0].code if advice.is_sure and advice.offers else ""


def _picked(form: CallForm, advice: advising.Advice) -> str:
    """A choice the agent made stays; one made beforehand follows the words."""
    mine = form.get("picked")
    is_own = mine and mine != form.get("offered")
    if is_own and any(offer.code == mine for offer in advice.offers):
        return mine
    return _default(advice)


@agent.get("/knowledge/<entry_id>")
def knowledge_answer(entry_id: str) -> str:
    """The answer field filled from one entry, to be put in place of the empty one."""
    entry = knowledge.entry(entry_id)
    if entry is None:
        raise NotFound("没有这条知识")
    return render_template("agent/_answer.html", entry=entry, value=entry.answer, errors={})


@agent.get("/saved/<ticket_no>")
def saved(ticket_no: str) -> str:
    """Number and query code to read out, for the agent who took the call and for nobody else."""
    actor = staff()
    ticket = tickets.ticket_for(actor, ticket_no=ticket_no)
    if ticket.registered_by != actor.staff_id:
        raise NotFound("没有这张工单，或不是您登记的")
    unit = ticket.lead_department.name if ticket.lead_department else ""
    return render_template(
        "agent/saved.html",
        ticket=ticket,
        spaced=_spaced(ticket.ticket_no),
        promised=local(ticket.promised_at),
        category=tickets.category_path(ticket.category_code),
        unit=unit,
        is_closed=ticket.stage is Stage.CLOSED,
        reason=_reason(ticket.reason_code),
        draft_key=f"call-{actor.staff_id}",
    )


def _spaced(ticket_no: str) -> str:
    """In groups, as one reads a long number out."""
    parts = (ticket_no[:6], ticket_no[6:10], ticket_no[10:14], ticket_no[14:15], ticket_no[15:])
    return " ".join(part for part in parts if part)


def _reason(code: str | None) -> str:
    """What the caller is told when the matter belongs elsewhere."""
    reasons = notices.reasons()
    if code in reasons["transfer"]:
        return str(reasons["transfer"][code]["where"])
    return str(reasons["decline_advice"].get(code or "", ""))


@agent.post("/notices/<int:notice_id>")
def read_notice(notice_id: int) -> Response:
    """Mark an alert as read and open its ticket."""
    subject = bell_service.read(notice_id, staff(), at=now())
    if subject.ticket_no is None:
        flash("已读", "success")
        return redirect(url_for("agent.desk"), SEE_OTHER)
    return redirect(url_for("agent.show", ticket_no=subject.ticket_no), SEE_OTHER)
