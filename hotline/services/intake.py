"""受理: every door's demand becomes a ticket here."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, literal, select, update

import classifier
from hotline.db import db, insert_rows, keyed_hash, next_id, transaction, values_of
from hotline.domain import numbering
from hotline.domain.errors import Invalid, Taken
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Kind, Urgency
from hotline.models import Area, Category, Citizen, IdempotencyKey, Ticket
from hotline.queries import office
from hotline.services import _checks, _move, _once
from hotline.services.timing import clocks, plans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Row, Select

    from hotline.domain.identity import Actor

LOCAL = ZoneInfo("Asia/Shanghai")
EARLIEST_YEAR = 1949
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
    print_ = _once.fingerprint(clean) if key else ""

    def answer() -> Receipt:
        with transaction():
            found = _recall(clean.phone, key)
            if found.key and (told := _once.told_before(found.key, print_, at)):
                return Receipt(**told, is_repeat=True)
            ticket, receipt = _drafted(clean, found, actor, at)
            insert_rows((Ticket, values_of(ticket)))
            rows = [clocks.first_row(ticket, at=at)]
            if key:
                rows.append(_once.answer_row(key, print_, receipt, at=at))
            said = {"channel": clean.channel.value}
            _move.record(ticket, Event.REGISTERED, actor, at=at, payload=said, beside=rows)
            if then:
                then(receipt.ticket_id)
            return receipt

    # Two deliveries of one key, or two first calls from one number, at the same moment: the
    # unique rule lets one in; the other reads its answer, or finds the citizen on its next try.
    for _ in range(2):
        with suppress(Taken):
            return answer()
    return answer()


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
        category_code=lambda: _category(demand.category_code),
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
    if not (code.isascii() and code.isdigit()) or not office.is_area(code):
        raise Invalid("area_code", "区划代码不存在，请从列表中选择")
    return code


def _category(code: str | None) -> str | None:
    if not code:
        return None
    category = db.session.get(Category, code)
    if category is None or not category.is_active:
        raise Invalid("category_code", "没有这个问题分类，请从列表中选择")
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
    if moment > at + timedelta(minutes=10) or moment.year < EARLIEST_YEAR:
        raise Invalid("occurred_at", "发生时间不能晚于现在，也不能太久远，请核对年月日")
    return moment


def _recall(phone: str | None, key: str | None) -> Row[Any]:
    """Ask at once for all that must be known first: next id, caller, whether the key is known.

    And whether the rules changed: each question of its own would cost a tenth of an intake.
    """
    connection = db.session().connection()
    asked = {"phone_hash": keyed_hash(phone) if phone else "", "asked_key": key or ""}
    found = connection.execute(_question(connection.dialect.name), asked).one()
    office.remember_rules_stamp(found[-1:])
    return found


@cache
def _question(dialect: str) -> Select[Any]:
    del dialect  # the next id is asked for in the database's own words
    citizen, kept = Citizen.__table__, IdempotencyKey.__table__
    return select(
        next_id(Ticket).label("ticket_id"),
        citizen.c.id.label("citizen_id"),
        citizen.c.name,
        kept.c.key,
        *office.RULES_STAMP,
    ).select_from(
        select(literal(1))
        .subquery()
        .outerjoin(citizen, citizen.c.phone_hash == bindparam("phone_hash"))
        .outerjoin(kept, kept.c.key == bindparam("asked_key"))
    )


def _drafted(demand: Demand, found: Row[Any], actor: Actor, at: datetime) -> tuple[Ticket, Receipt]:
    """The ticket as it will be written, no session's yet, and what its citizen is told."""
    danger = classifier.urgency(f"{demand.title}。{demand.content}")
    ticket = _ticket(demand, danger, found.ticket_id, at)
    ticket.citizen_id = _citizen(demand, found, at)
    ticket.category_by = actor.name if demand.category_code else None
    ticket.registered_by = actor.staff_id
    promised = ticket.promised_at or at
    return ticket, Receipt(
        ticket_id=ticket.id,
        ticket_no=ticket.ticket_no,
        query_code=ticket.query_code,
        stage=Stage.REGISTERED,
        promised_at=promised.astimezone(LOCAL).isoformat(timespec="seconds"),
        urgency=ticket.urgency,
        advice=danger.advice,
    )


def _ticket(demand: Demand, danger: classifier.Urgency, ticket_id: int, at: datetime) -> Ticket:
    """Give the demand its number, its query code and the time it is promised for."""
    kind = demand.kind or Kind.HELP
    facts = plans.Facts(
        kind=kind.value,
        urgency=danger.level,
        category_code=demand.category_code or "",
        area_code=demand.area_code or "",
        channel=demand.channel.value,
    )
    due = clocks.promise(facts, at)
    region = (demand.area_code or "990000")[:6]
    return Ticket(
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
        anonymous=demand.anonymous,
        confidential=demand.confidential,
        urgency=Urgency(danger.level),
        danger_words=list(danger.words),
        marks=["confidential"] if demand.confidential else [],
        stage=Stage.REGISTERED,
        round=1,
        category_code=demand.category_code,
        registered_at=at,
        promised_at=due.at,
        first_promised_at=due.at,
        is_provisional=due.provisional,
    )


def _citizen(demand: Demand, found: Row[Any], at: datetime) -> int | None:
    """One citizen per phone number; names are kept as the caller gave them last."""
    if not (demand.phone or demand.name or demand.id_no):
        return None
    said: dict[str, str | None] = {}
    if demand.name and not demand.anonymous and demand.name != found.name:
        said["name"] = demand.name
    if demand.id_no:
        said |= {"id_no": demand.id_no, "id_no_hash": keyed_hash(demand.id_no)}
    if found.citizen_id is None:
        phone_hash = keyed_hash(demand.phone) if demand.phone else None
        said |= {"phone": demand.phone, "phone_hash": phone_hash}
        return int(insert_rows((Citizen, {"created_at": at, **said}))[0])
    if said:
        db.session.execute(update(Citizen).where(Citizen.id == found.citizen_id).values(said))
    return int(found.citizen_id)


def codes_of_areas() -> Sequence[str]:
    """All area codes, for forms and simulations."""
    return db.session.scalars(select(Area.code)).all()
