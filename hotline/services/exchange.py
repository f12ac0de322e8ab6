"""平台对接: ratings go back to the government service platform, each once (好差评推送)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hotline.db import db, transaction
from hotline.domain.terms import Channel
from hotline.models import Area, Carrier, Category, Department, Message, Rating, Ticket
from integrations import RatingChannel, RatingReport, rating_payload

if TYPE_CHECKING:
    from datetime import datetime

_PF = {
    Channel.WEB: RatingChannel.MOBILE,
    Channel.APP: RatingChannel.MOBILE,
    Channel.SMS: RatingChannel.SMS,
    Channel.PHONE: RatingChannel.HALL_OTHER,
}


def queue_rating(rating_id: int, *, at: datetime) -> int | None:
    """Put one rating into the outbox; the key makes a second call do nothing. Returns its id."""
    key = f"rating-{rating_id}"
    with transaction() as session:
        known = session.scalar(select(Message.id).where(Message.key == key))
        if known is not None:
            return known
        rating = session.get(Rating, rating_id)
        ticket = session.get(Ticket, rating.ticket_id) if rating else None
        if rating is None or ticket is None:
            return None
        message = Message(
            key=key,
            carrier=Carrier.PUSH,
            topic="rating",
            ticket_id=ticket.id,
            payload=_payload(rating, ticket),
            created_at=at,
            next_try_at=at,
        )
        session.add(message)
        session.flush()
        return message.id


def _payload(rating: Rating, ticket: Ticket) -> dict[str, object]:
    """The field map of domain.md 5.1; the rater's name stays at home (评价人信息不得泄露)."""
    unit = ticket.lead_department or _hotline_centre()
    area = db.session.get(Area, unit.area_code)
    category = db.session.get(Category, ticket.category_code) if ticket.category_code else None
    earlier = select(func.count()).where(Rating.ticket_id == ticket.id, Rating.round < rating.round)
    report = RatingReport(
        area_code=unit.area_code,
        area_name=area.name if area else "",
        department_credit_code=unit.credit_code,
        task_code=f"12345{ticket.category_code or '000000':0<6}",
        task_name=category.name if category else "12345热线诉求",
        matter_no=ticket.ticket_no,
        handling_department_code=unit.code,
        handling_department=unit.name,
        channel=_PF.get(rating.channel, RatingChannel.MOBILE),
        satisfaction=rating.satisfaction,
        rated_at=rating.rated_at,
        accepted_at=ticket.registered_at,
        rated_round=2 if db.session.scalar(earlier) else 1,
        comment=rating.comment or "",
    )
    return {**rating_payload(report), "resolved": rating.resolved.value}


def _hotline_centre() -> Department:
    """Who stands for tickets that never went to a unit: the unit of the shortest code with 热线."""
    query = select(Department).where(Department.duty == "rexian").limit(1)
    unit = db.session.scalar(query)
    if unit is None:
        unit = db.session.scalars(select(Department).order_by(Department.id).limit(1)).one()
    return unit
