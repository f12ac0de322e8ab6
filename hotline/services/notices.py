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
from hotline.domain.motions import Motion, MotionStep
from hotline.domain.terms import Role, Urgency
from hotline.models import Callback, Carrier, Message, Notice, Ticket, TimelineEntry
from hotline.queries import office

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
class Case:
    """An event with its ticket, as the texts want it."""

    ticket: Ticket
    entry: TimelineEntry
    public_url: str
    at: datetime

    def fields(self) -> dict[str, str]:
        """What a text may name of a ticket and its event."""
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
        case = Case(ticket, entry, public_url, at)
        write = _WRITERS.get(Event(entry.event))
        if write is not None:
            write(case)
        session.flush()
        query = select(Message.id).where(
            Message.key.like(f"e{entry_id}-%"), Message.sent_at.is_(None)
        )
        return list(session.scalars(query))


def _sms(case: Case, template: str, **more: str) -> None:
    write_sms(case, template, f"e{case.entry.id}-{template}", **more)


def write_sms(case: Case, template: str, key: str, **more: str) -> None:
    """Write the message to the citizen of a case once for each key; nobody without a number."""
    citizen = case.ticket.citizen
    if citizen is None or not citizen.phone:
        return
    if db.session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return
    db.session.add(
        Message(
            key=key,
            carrier=Carrier.SMS,
            topic=template,
            ticket_id=case.ticket.id,
            recipient=citizen.phone,
            body=filled(template, case, **more),
            created_at=case.at,
            next_try_at=case.at,
        )
    )


def _notice(
    case: Case,
    template: str,
    *,
    unit: int | None = None,
    role: Role | None = None,
    person: int | None = None,
) -> None:
    key = f"e{case.entry.id}-{template}-{unit or role or f'staff-{person}'}"
    if db.session.scalar(select(Notice.id).where(Notice.key == key)) is not None:
        return
    db.session.add(
        Notice(
            key=key,
            ticket_id=case.ticket.id,
            department_id=unit,
            role=role,
            staff_id=person,
            text=filled(template, case),
            created_at=case.at,
        )
    )


def filled(template: str, case: Case, **more: str) -> str:
    """A message text with the fields of an event; ``due`` is that of the clock it speaks of."""
    payload = case.entry.payload
    moments = {
        name: _local(datetime.fromisoformat(payload[key]))
        for name, key in (("due", "due_at"), ("before", "before"))
        if payload.get(key)
    }
    motion = payload.get("motion")
    said = {"motion": Motion(motion).label} if motion else {}
    said |= {key: str(payload[key]) for key in ("days", "reply_text") if payload.get(key)}
    return texts()[template].format_map(_Fields({**case.fields(), **moments, **said, **more}))


class _Fields(dict[str, str]):
    """A template may name a field this event does not have; it stays empty, not an error."""

    def __missing__(self, key: str) -> str:
        return ""


def _citizen(template: str) -> Callable[[Case], None]:
    """The citizen alone is told."""
    return lambda case: _sms(case, template)


def _registered(case: Case) -> None:
    _sms(case, "registered")
    if case.ticket.urgency is Urgency.CRITICAL:
        _notice(case, "critical_alert", role=Role.AGENT)
        _notice(case, "critical_alert", role=Role.DISPATCHER)


def _dispatched(case: Case) -> None:
    unit = case.ticket.lead_department_id
    if unit is not None:
        critical = case.ticket.urgency is Urgency.CRITICAL
        _notice(case, "critical_alert" if critical else "dispatched_unit", unit=unit)


def _approved(case: Case) -> None:
    query = select(Callback.token).where(
        Callback.ticket_id == case.ticket.id, Callback.round == case.ticket.round
    )
    token = db.session.scalar(query)
    if token:
        _sms(case, "replied_rate", link=f"{case.public_url}/r/{token}")


def _redo(case: Case) -> None:
    _sms(case, "redo_citizen")
    _dispatched(case)


def _declined(case: Case) -> None:
    _sms(case, "declined_citizen", reason=_reason("decline", case.ticket.reason_code))


def _urged(case: Case) -> None:
    if "step" not in case.entry.payload and case.ticket.lead_department_id is not None:
        _notice(case, "urged_unit", unit=case.ticket.lead_department_id)


def _supervised(case: Case) -> None:
    """A person's supervision; what the ladder did is told by the ladder's own step."""
    if "step" not in case.entry.payload and case.ticket.lead_department_id is not None:
        _notice(case, "supervised_unit", unit=case.ticket.lead_department_id)


def _asked_for(case: Case) -> None:
    """A motion lies before the unit's leader or the authority; the dispatcher's desk lists its own.

    The dispatcher has them before the eyes all day, with a lamp; a bell would only ring twice.
    """
    for person in case.entry.payload.get("tells", ()):
        _notice(case, "motion_leader", person=person)
    if case.entry.payload.get("at_step") == MotionStep.AUTHORITY:
        _notice(case, "motion_desk", role=Role.AUTHORITY)


def _tell_unit(template: str, citizen: str = "") -> Callable[[Case], None]:
    """Tell the unit, and the citizen where a text is for them."""

    def write(case: Case) -> None:
        unit = case.entry.payload.get("unit_id") or case.ticket.lead_department_id
        if unit is not None:
            _notice(case, template, unit=unit)
        if citizen:
            _sms(case, citizen)

    return write


_WRITERS: dict[Event, Callable[[Case], None]] = {
    Event.MOTION_FILED: _asked_for,
    Event.MOTION_PASSED_ON: _asked_for,
    Event.MOTION_REFUSED: _tell_unit("motion_refused_unit"),
    Event.ADJUDICATED: _tell_unit("adjudicated_unit"),
    Event.EXTENSION_GRANTED: _tell_unit("extension_unit", "extension_citizen"),
    Event.HANGING_GRANTED: _tell_unit("hanging_unit", "hanging_citizen"),
    Event.RESUMED: _tell_unit("resumed_unit", "resumed_citizen"),
    Event.REGISTERED: _registered,
    Event.ALARMED: lambda case: _notice(case, "alarm_supervisor", role=Role.SUPERVISOR),
    Event.DISPATCHED: _dispatched,
    Event.DELEGATED: _dispatched,
    Event.APPROVED: _approved,
    Event.CONCLUDED: _citizen("closed_citizen"),
    Event.REDO_OPENED: _redo,
    Event.ANSWERED: _citizen("answered_citizen"),
    Event.DECLINED: _declined,
    Event.TRANSFERRED: _citizen("transferred_citizen"),
    Event.ASKED_INFO: _citizen("ask_info_citizen"),
    Event.URGED: _urged,
    Event.SUPERVISED: _supervised,
}


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(sla.LOCAL):%Y-%m-%d %H:%M}"


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
