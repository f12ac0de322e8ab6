"""通知: who is told what after an event; composed once, delivered by the outbox."""

from __future__ import annotations

import secrets
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

import sla
from hotline.db import db, transaction
from hotline.domain.events import Event
from hotline.domain.terms import Clock, Role, Urgency
from hotline.models import Callback, Carrier, Message, Notice, Ticket, TimelineEntry
from hotline.queries import office
from hotline.services.intake import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable

TEMPLATES = Path(__file__).parents[1] / "demo_city" / "templates.toml"
REASONS = Path(__file__).parents[1] / "demo_city" / "reasons.toml"


@cache
def texts() -> dict[str, str]:
    """The message texts by key (消息模板)."""
    table = tomllib.loads(TEMPLATES.read_text("utf-8"))["templates"]
    return {key: str(row["text"]) for key, row in table.items()}


@cache
def reasons() -> dict[str, Any]:
    """The coded reasons: decline, return, transfer (编码理由)."""
    return tomllib.loads(REASONS.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class _Case:
    ticket: Ticket
    entry: TimelineEntry
    public_url: str
    at: datetime

    def fields(self) -> dict[str, str]:
        ticket = self.ticket
        unit = ticket.lead_department
        promised = ticket.promised_at
        return {
            "ticket_no": ticket.ticket_no,
            "query_code": ticket.query_code,
            "title": ticket.title[:20],
            "unit": unit.name if unit else "承办单位",
            "promised": _local(promised) if promised else "尽快",
            "due": _local(promised) if promised else "尽快",
            "reason": (self.entry.reason or "系统按时限提醒")[:60],
            "reply": (ticket.reply or "")[:60],
            "question": (self.entry.reason or "")[:60],
            "target": _reason("transfer", ticket.reason_code),
            "advice": _advice(ticket.reason_code),
            "left": self._left(),
            "over": self._left().removeprefix("已超期").strip(),
            "link": f"{self.public_url}/progress?ticket_no={ticket.ticket_no}",
        }

    def _left(self) -> str:
        """Time left to the due time of the clock the event speaks of, in words."""
        said = self.entry.payload.get("due_at")
        due = datetime.fromisoformat(said) if said else self.ticket.promised_at
        if due is None:
            return ""
        return sla.remaining(office.calendar(), self.at, due).removeprefix("剩").strip()


def compose(entry_id: int, *, public_url: str, at: datetime) -> list[int]:
    """Write the messages and notices an event calls for; returns ids of messages to deliver.

    Every row has a key made of the entry, so running twice writes nothing twice.
    """
    with transaction() as session:
        entry = session.get(TimelineEntry, entry_id)
        if entry is None:
            return []
        ticket = session.get(Ticket, entry.ticket_id)
        if ticket is None:
            return []
        case = _Case(ticket, entry, public_url, at)
        write = _WRITERS.get(Event(entry.event))
        if write is not None:
            write(case)
        session.flush()
        query = select(Message.id).where(
            Message.key.like(f"e{entry_id}-%"), Message.sent_at.is_(None)
        )
        return list(session.scalars(query))


def _sms(case: _Case, template: str, **more: str) -> None:
    citizen = case.ticket.citizen
    if citizen is None or not citizen.phone:
        return
    key = f"e{case.entry.id}-{template}"
    if db.session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return
    db.session.add(
        Message(
            key=key,
            carrier=Carrier.SMS,
            topic=template,
            ticket_id=case.ticket.id,
            recipient=citizen.phone,
            body=texts()[template].format_map(_Fields({**case.fields(), **more})),
            created_at=case.at,
            next_try_at=case.at,
        )
    )


def _notice(
    case: _Case, template: str, *, unit: int | None = None, role: Role | None = None
) -> None:
    key = f"e{case.entry.id}-{template}-{unit or role}"
    if db.session.scalar(select(Notice.id).where(Notice.key == key)) is not None:
        return
    payload = case.entry.payload
    more = {"clock": Clock(payload["clock"]).label} if "clock" in payload else {}
    if "due_at" in payload:
        more["due"] = _local(datetime.fromisoformat(payload["due_at"]))
    db.session.add(
        Notice(
            key=key,
            ticket_id=case.ticket.id,
            department_id=unit,
            role=role,
            text=texts()[template].format_map(_Fields({**case.fields(), **more})),
            created_at=case.at,
        )
    )


class _Fields(dict[str, str]):
    """A template may name a field this event does not have; it stays empty, not an error."""

    def __missing__(self, key: str) -> str:
        return ""


def _registered(case: _Case) -> None:
    _sms(case, "registered")
    if case.ticket.urgency is Urgency.CRITICAL:
        _notice(case, "critical_alert", role=Role.AGENT)
        _notice(case, "critical_alert", role=Role.DISPATCHER)


def _dispatched(case: _Case) -> None:
    unit = case.ticket.lead_department_id
    if unit is not None:
        critical = case.ticket.urgency is Urgency.CRITICAL
        _notice(case, "critical_alert" if critical else "dispatched_unit", unit=unit)


def _milestone(case: _Case) -> None:
    name = case.entry.payload.get("milestone")
    unit = case.entry.payload.get("department_id")
    if name == "red":
        if unit is not None:
            _notice(case, "overdue_unit", unit=unit)
        _notice(case, "overdue_supervisor", role=Role.SUPERVISOR)
    elif unit is not None and not _is_past(case):
        _notice(case, "warned_unit" if name == "yellow" else "urged_unit", unit=unit)


def _is_past(case: _Case) -> bool:
    """A warning that comes after its deadline helps nobody; the red one tells (story 12)."""
    said = case.entry.payload.get("due_at")
    return said is not None and datetime.fromisoformat(said) <= case.at


def _approved(case: _Case) -> None:
    query = select(Callback.token).where(
        Callback.ticket_id == case.ticket.id, Callback.round == case.ticket.round
    )
    token = db.session.scalar(query)
    if token:
        _sms(case, "replied_rate", link=f"{case.public_url}/r/{token}")


def _concluded(case: _Case) -> None:
    _sms(case, "closed_citizen")


def _redo(case: _Case) -> None:
    _sms(case, "redo_citizen")
    _dispatched(case)


def _answered(case: _Case) -> None:
    _sms(case, "answered_citizen")


def _declined(case: _Case) -> None:
    _sms(case, "declined_citizen", reason=_reason("decline", case.ticket.reason_code))


def _transferred(case: _Case) -> None:
    _sms(case, "transferred_citizen")


def _asked(case: _Case) -> None:
    _sms(case, "ask_info_citizen")


def _urged(case: _Case) -> None:
    if case.ticket.lead_department_id is not None:
        _notice(case, "urged_unit", unit=case.ticket.lead_department_id)


def _supervised(case: _Case) -> None:
    if case.ticket.lead_department_id is not None:
        _notice(case, "supervised_unit", unit=case.ticket.lead_department_id)


_WRITERS: dict[Event, Callable[[_Case], None]] = {
    Event.REGISTERED: _registered,
    Event.DISPATCHED: _dispatched,
    Event.DELEGATED: _dispatched,
    Event.MILESTONE: _milestone,
    Event.APPROVED: _approved,
    Event.CONCLUDED: _concluded,
    Event.REDO_OPENED: _redo,
    Event.ANSWERED: _answered,
    Event.DECLINED: _declined,
    Event.TRANSFERRED: _transferred,
    Event.ASKED_INFO: _asked,
    Event.URGED: _urged,
    Event.SUPERVISED: _supervised,
}


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}"


def _reason(group: str, code: str | None) -> str:
    row = reasons().get(group, {}).get(code or "", "")
    return str(row.get("label", "")) if isinstance(row, dict) else str(row)


def _advice(code: str | None) -> str:
    """Where else to go with what was declined or transferred (domain.md 2.3)."""
    row = reasons().get("transfer", {}).get(code or "")
    return str(row["where"]) if row else _reason("decline_advice", code)


def one_time_code(phone: str, code: str, *, at: datetime) -> int:
    """Queue a sign-in code inside the caller's transaction; returns the message id."""
    message = Message(
        key=f"otc-{secrets.token_hex(8)}",
        carrier=Carrier.SMS,
        topic="one_time_code",
        recipient=phone,
        body=texts()["one_time_code"].format_map(_Fields({"code": code, "minutes": "5"})),
        created_at=at,
        next_try_at=at,
    )
    db.session.add(message)
    db.session.flush()
    return message.id
