"""Everything a staff ticket page prints, ready as text and rows (工单页)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotline.domain.permissions import MAY_UNMASK
from hotline.domain.terms import Kind, Mark, PlaceKind
from hotline.queries import places, tickets
from hotline.services import openings
from hotline.web.access import now, staff
from hotline.web.looks import local
from hotline.web.tickets.clocks import clock_rows
from hotline.web.tickets.joined import joined_context
from hotline.web.tickets.motions import exclusions, motion_rows, rating_rows
from hotline.web.tickets.trail import trail_of

if TYPE_CHECKING:
    from hotline.models import SuggestionRow
    from hotline.queries.tickets import TicketView

SHOWN = 3


def ticket_page_context(ticket_no: str) -> dict[str, Any]:
    """Gather the context of templates/tickets; raises NotFound for what is not yours to see.

    Keys: view, ticket, version, open_actions (set of action values), facts_rows, clock_rows,
    entries, suggestion_items, suggestion_row, understood_rows, units, motion_rows,
    rating_rows, file_rows, may_unmask, at, and those of joined_context.
    """
    actor, at = staff(), now()
    ticket = tickets.ticket_for(actor, ticket_no=ticket_no)
    view = tickets.view(ticket, at=at)
    return {
        "view": view,
        "ticket": ticket,
        "version": ticket.version,
        "at": at,
        "open_actions": {action.value for action in openings.open_to(ticket, actor)},
        "facts_rows": _facts(view),
        "clock_rows": clock_rows(view),
        "entries": trail_of(view.timeline),
        "suggestion_items": suggestion_items(view.suggestion),
        "suggestion_row": view.suggestion,
        "understood_rows": understood_rows(view.suggestion),
        "units": _units(view),
        "motion_rows": motion_rows(view, actor, at),
        "exclusions": exclusions(view),
        "rating_rows": rating_rows(view, actor),
        "file_rows": _files(view),
        **joined_context(ticket, actor),
        "may_unmask": actor.role in MAY_UNMASK and ticket.citizen_id is not None,
    }


def _facts(view: TicketView) -> list[tuple[str, str]]:
    ticket = view.ticket
    place = " ".join(part for part in (view.area, ticket.address) if part)
    rows = [
        ("诉求人", view.caller_name or "未留姓名"),
        ("联系电话", view.caller_phone or "未留电话"),
        ("地点", place),
        ("问题分类", view.category_path or "尚未分类"),
        ("承办单位", ticket.lead_department.name if ticket.lead_department else "尚未派单"),
        ("登记时间", local(ticket.registered_at)),
        ("答复承诺", _promise(view)),
    ]
    if ticket.category_by:
        rows.insert(4, ("分类依据", _who_sorted(ticket.category_by)))
    if ticket.occurred_at:
        rows.append(("发生时间", local(ticket.occurred_at)))
    if ticket.outcome:
        rows.append(("办结方式", f"{ticket.outcome.label}（{local(ticket.closed_at)}）"))
    return rows


def _promise(view: TicketView) -> str:
    ticket = view.ticket
    words = local(ticket.promised_at)
    if ticket.first_promised_at and ticket.first_promised_at != ticket.promised_at:
        words += f"（最初 {local(ticket.first_promised_at)}）"
    return words + ("，暂定，待节假日公布后重算" if ticket.is_provisional else "")


def _who_sorted(by: str) -> str:
    return f"模型 {by.removeprefix('model:')}" if by.startswith("model:") else f"人工：{by}"


def suggestion_items(row: SuggestionRow | None) -> list[dict[str, Any]]:
    """List the machine's best guesses of that look, with unit and rule where one was stored."""
    if row is None:
        return []
    routes = {route.get("category"): route for route in row.routes}
    return [
        {
            "code": ranked["code"],
            "label": ranked["path"].replace("/", " / "),
            "probability": ranked["probability"],
            "because": ranked["because"],
            "department": routes.get(ranked["code"], {}).get("name"),
            "reason": routes.get(ranked["code"], {}).get("reason"),
        }
        for ranked in row.ranked[:SHOWN]
    ]


def understood_rows(row: SuggestionRow | None) -> list[tuple[str, list[str], str]]:
    """What else was read from the text: label, the words that say so, and a note."""
    said = row.understood if row else {}
    if not said:
        return []
    kind = f"{Kind(said['kind']).label} {said['kind_probability']:.0%}"
    kinds = "、".join(dict.fromkeys(PlaceKind(place["kind"]).label for place in said["places"]))
    rows = [
        (kind, said["kind_words"], ""),
        (Mark.CROWD.label, said["crowd_words"], ""),
        (Mark.THREAT.label, said["threat_words"], ""),
        ("区域", said["area_words"], places.area_path(said["area"]) or "不止一处，未采用"),
        ("地点", [place["words"] for place in said["places"]], kinds),
        ("企业", said["companies"], ""),
    ]
    return [row for row in rows if row[1]]


def _units(view: TicketView) -> list[dict[str, Any]]:
    rows = []
    for row in view.assignments:
        steps = [
            ("派单", row.dispatched_at),
            ("签收", row.signed_at),
            ("联系", row.contacted_at),
            ("答复", row.replied_at),
        ]
        rows.append(
            {
                "name": row.department.name,
                "phone": row.department.phone,
                "role": "主办" if row.is_lead else "协办",
                "round": row.round,
                "is_current": row.ended_at is None,
                "end_reason": row.end_reason,
                "steps": [f"{label} {local(when)}" for label, when in steps if when],
                "by": row.dispatched_by,
                "legal_basis": row.legal_basis,
                "because": row.because,
                "reply": row.reply,
            }
        )
    return rows


def _files(view: TicketView) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "name": row.name,
            "size_text": _size(row.size),
            "by": row.by,
            "at_text": local(row.at),
            "refused": row.refused,
        }
        for row in view.attachments
    ]


def _size(size: int) -> str:
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f} MB"
    return f"{max(1, size // 1024)} KB"
