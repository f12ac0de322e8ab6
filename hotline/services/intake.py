"""受理: every door's demand becomes a ticket here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

import classifier
from hotline.db import db, keyed_hash, next_id, transaction
from hotline.domain import numbering
from hotline.domain.errors import Conflict, Invalid, NotFound, Taken
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Clock, Kind, Urgency
from hotline.models import Area, Citizen, IdempotencyKey, Ticket
from hotline.services import _checks, _move, clocks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from hotline.domain.identity import Actor

LOCAL = ZoneInfo("Asia/Shanghai")
KEY_LIFE = timedelta(hours=24)
NEEDS_PHONE = (Channel.PHONE, Channel.SMS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What a citizen says at a door (诉求), before it is checked."""

    content: str
    title: str = ""
    kind: Kind | None = None
    channel: Channel = Channel.WEB
    name: str | None = None
    phone: str | None = None
    id_no: str | None = None
    area_code: str | None = None
    address: str | None = None
    lon: float | None = None
    lat: float | None = None
    occurred_at: datetime | None = None
    anonymous: bool = False
    confidential: bool = False
    category_code: str | None = None
    is_number_withheld: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the citizen takes home: number, query code, promised time, advice in danger."""

    ticket_id: int
    ticket_no: str
    query_code: str
    stage: Stage
    promised_at: str
    urgency: Urgency
    advice: str = ""
    is_repeat: bool = field(default=False, compare=False)


def register(
    demand: Demand,
    actor: Actor,
    *,
    at: datetime,
    key: str | None = None,
    then: Callable[[int], None] | None = None,
) -> Receipt:
    """Check a demand and make it a ticket; what this returns is committed.

    ``then``: what else belongs to the same transaction, told the ticket's id (当场办结).
    ``key``: the same key with the same demand within 24 hours gives the first answer again; with
    another demand it is a Conflict. Raises Invalid naming every wrong field.
    """
    clean = checked(demand, at)
    print_ = _fingerprint(clean)

    def answered() -> Receipt | None:
        return _known_answer(key, print_, at) if key else None

    def write() -> Receipt:
        with transaction():
            receipt = _write(clean, actor, at)
            if key:
                _keep_answer(key, print_, receipt, at)
            if then:
                then(receipt.ticket_id)
            return receipt

    # Two deliveries of one key, or two first calls from one number, at the same moment: the
    # unique rule lets one in; the other reads its answer, or finds the citizen on its next try.
    for _ in range(2):
        try:
            return answered() or write()
        except Taken:
            continue
    return answered() or write()


def checked(demand: Demand, at: datetime) -> Demand:
    """The demand with clean text and numbers; raises Invalid with all wrong fields at once."""
    content = _checks.clean_text(demand.content)
    values: dict[str, Any] = _checks.all_of(
        content=lambda: _checks.checked_content(demand.content),
        title=lambda: _checks.checked_title(demand.title, content),
        phone=lambda: _phone(demand),
        id_no=lambda: _checks.checked_id_no(demand.id_no),
        name=lambda: _checks.checked_name(demand.name),
        area_code=lambda: _area(demand.area_code),
        address=lambda: _address(demand.address),
        point=lambda: _checks.checked_point(demand.lon, demand.lat),
        occurred_at=lambda: _past(demand.occurred_at, at),
    )
    lon, lat = values.pop("point")
    kind = demand.kind or Kind(classifier.suggest_kind(f"{values['title']}。{values['content']}"))
    return replace(demand, **values, lon=lon, lat=lat, kind=kind)


def _phone(demand: Demand) -> str | None:
    phone = _checks.checked_phone(demand.phone)
    if phone is None and demand.channel in NEEDS_PHONE and not demand.is_number_withheld:
        raise Invalid("caller.phone", f"{demand.channel.label}渠道须填写来电号码")
    return phone


def _area(code: str | None) -> str | None:
    if not code:
        return None
    if not (code.isascii() and code.isdigit()) or db.session.get(Area, code) is None:
        raise Invalid("area_code", "区划代码不存在，请从列表中选择")
    return code


def _address(text: str | None) -> str | None:
    address = _checks.clean_text(text).replace("\n", " ")
    if len(address) > 200:  # noqa: PLR2004 - column width
        raise Invalid("address", "地址最多 200 字")
    return address or None


def _past(moment: datetime | None, at: datetime) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LOCAL)
    if moment > at + timedelta(minutes=10):
        raise Invalid("occurred_at", "发生时间不能晚于现在")
    return moment


def _write(demand: Demand, actor: Actor, at: datetime) -> Receipt:
    citizen = _citizen(demand, at)
    danger = classifier.urgency(f"{demand.title}。{demand.content}")
    kind = demand.kind or Kind.HELP
    ticket_id = next_id(Ticket)
    due = clocks.promise(kind.value, danger.level, at)
    region = (demand.area_code or "990000")[:6]
    ticket = Ticket(
        id=ticket_id,
        ticket_no=numbering.ticket_no(region, at.astimezone(LOCAL).date(), kind, ticket_id),
        query_code=numbering.query_code(),
        kind=kind,
        channel=demand.channel,
        title=demand.title,
        content=demand.content,
        area_code=demand.area_code,
        address=demand.address,
        lon=demand.lon,
        lat=demand.lat,
        occurred_at=demand.occurred_at,
        citizen_id=citizen.id if citizen else None,
        anonymous=demand.anonymous,
        confidential=demand.confidential,
        urgency=Urgency(danger.level),
        danger_words=list(danger.words),
        marks=["confidential"] if demand.confidential else [],
        stage=Stage.REGISTERED,
        category_code=demand.category_code,
        category_by=actor.name if demand.category_code else None,
        registered_at=at,
        registered_by=actor.staff_id,
        promised_at=due.at,
        first_promised_at=due.at,
        is_provisional=due.provisional,
    )
    db.session.add(ticket)
    db.session.flush()
    _move.record(ticket, Event.REGISTERED, actor, at=at, payload={"channel": demand.channel.value})
    clocks.start(ticket, Clock.DISPATCH, at=at)
    return Receipt(
        ticket_id=ticket.id,
        ticket_no=ticket.ticket_no,
        query_code=ticket.query_code,
        stage=Stage.REGISTERED,
        promised_at=due.at.astimezone(LOCAL).isoformat(timespec="seconds"),
        urgency=ticket.urgency,
        advice=danger.advice,
    )


def _citizen(demand: Demand, at: datetime) -> Citizen | None:
    """One citizen per phone number; names are kept as the caller gave them last."""
    if not (demand.phone or demand.name or demand.id_no):
        return None
    phone_hash = keyed_hash(demand.phone) if demand.phone else None
    citizen = None
    if phone_hash:
        citizen = db.session.scalar(select(Citizen).where(Citizen.phone_hash == phone_hash))
    if citizen is None:
        citizen = Citizen(phone=demand.phone, phone_hash=phone_hash, created_at=at)
        db.session.add(citizen)
    if demand.name and not demand.anonymous:
        citizen.name = demand.name
    if demand.id_no:
        citizen.id_no, citizen.id_no_hash = demand.id_no, keyed_hash(demand.id_no)
    db.session.flush()
    return citizen


def _fingerprint(demand: Demand) -> str:
    text = json.dumps(asdict(demand), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _known_answer(key: str, print_: str, at: datetime) -> Receipt | None:
    row = db.session.get(IdempotencyKey, key, populate_existing=True)
    if row is None or row.created_at < at - KEY_LIFE:
        return None
    if row.request_hash != print_:
        raise Conflict("同一个 Idempotency-Key 已用于另一份内容，请换一个键")
    answer = dict(row.answer)
    ticket = db.session.get(Ticket, row.ticket_id)
    if ticket is None:
        raise NotFound("没有这张工单")
    return Receipt(
        ticket_id=row.ticket_id,
        ticket_no=ticket.ticket_no,
        query_code=ticket.query_code,
        stage=Stage(answer["stage"]),
        promised_at=answer["promised_at"],
        urgency=Urgency(answer["urgency"]),
        advice=answer["advice"],
        is_repeat=True,
    )


def _keep_answer(key: str, print_: str, receipt: Receipt, at: datetime) -> None:
    old = db.session.get(IdempotencyKey, key)
    if old is not None:
        db.session.delete(old)  # older than 24 hours, else it would have been answered
        db.session.flush()
    answer = {
        "stage": receipt.stage.value,
        "promised_at": receipt.promised_at,
        "urgency": receipt.urgency.value,
        "advice": receipt.advice,
    }
    db.session.add(
        IdempotencyKey(
            key=key,
            request_hash=print_,
            ticket_id=receipt.ticket_id,
            answer=answer,
            created_at=at,
        )
    )


def codes_of_areas() -> Sequence[str]:
    """All area codes, for forms and simulations."""
    return db.session.scalars(select(Area.code)).all()
