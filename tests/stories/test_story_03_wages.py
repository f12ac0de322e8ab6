"""故事 3 春节求助：a web request for help with unpaid wages, dispatched 2026-02-13 16:40."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Kind
from hotline.services import intake

if TYPE_CHECKING:
    from tests.stories.conftest import Tale


def test_the_make_up_saturday_and_the_spring_festival_are_counted_right(tale: Tale) -> None:
    at = tale.moment("2026-02-13 16:40")
    demand = intake.Demand(
        kind=Kind.HELP,
        channel=Channel.WEB,
        title="拖欠农民工工资求助",
        content="在西岭区工地干了四个月，包工头拖欠工资三万多元，马上过年了，请帮忙讨回工资",
        phone="13912340000",
        area_code="990102001",
    )
    ticket_id = intake.register(demand, CITIZEN, at=at).ticket_id
    tale.run_jobs()
    ticket = tale.ticket(ticket_id)
    assert ticket.stage is Stage.DISPATCHED
    assert ticket.dispatched_at == at
    assert tale.due(ticket_id, "contact") == "2026-02-14 17:30"
    assert tale.due(ticket_id, "handle") == "2026-02-27 17:30"
    assert tale.due(ticket_id, "sign") == "2026-02-14 09:40"
