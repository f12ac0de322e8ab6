"""The callback desk verifies what was answered directly: no unit could (差评核实)."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Finding, Kind, Resolved
from hotline.models import Rating
from hotline.services import endings
from hotline.services.callbacks import Verdict
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient


def answered_directly(a_ticket: Callable[..., int], at: datetime) -> int:
    """A consultation answered at once that was drawn into the sample (one in five)."""
    while True:
        ticket_id = a_ticket(kind=Kind.CONSULT, at=at)
        if ticket_id % 5 == 0:
            endings.answer(ticket_id, "可到就近派出所办理", people.who("agent"), at=at)
            return ticket_id


def test_a_direct_answer_that_displeased(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    a_ticket: Callable[..., int],
) -> None:
    at = datetime.now(UTC)
    ticket_id = answered_directly(a_ticket, at)
    people.rate(ticket_id, Verdict(satisfaction=2, resolved=Resolved.NO), at=at)
    assert people.stage(ticket_id) is Stage.CLOSED
    rating = db.session.scalars(select(Rating)).one()
    desk = sign_in(client, "callback")
    place = f"/callback/tickets/{people.ticket(ticket_id).ticket_no}"
    assert "差评核实" in html.unescape(desk.get(place).get_data(as_text=True))
    verify = f"{place}/ratings/{rating.id}/verification"
    wrong = desk.post(verify, data={"finding": "mistaken", "words": "点错了", "reached": "yes"})
    assert wrong.status_code == 422
    assert "须选择编码理由" in wrong.get_data(as_text=True)
    said = {"finding": "true", "words": "答复过于简单", "reached": "yes"}
    assert desk.post(verify, data=said).status_code == 303
    mend = f"{place}/ratings/{rating.id}/mending"
    assert desk.post(mend, data={"words": "已补充办理地点和材料清单"}).status_code == 303
    db.session.rollback()
    row = db.session.scalars(select(Rating)).one()
    assert (row.finding, row.mending) == (Finding.TRUE, "已补充办理地点和材料清单")
