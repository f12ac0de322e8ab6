"""Between units of one duty in one area: office hours and tickets in hand decide (在办量与值守)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import routing
from hotline.db import transaction
from hotline.models import Department
from hotline.queries import catalogue_reading, workload
from hotline.services import dispatching
from tests.hotline.people import CHENGGUAN, NOISE, ZHUJIAN, look, ticket, to_handling, to_unit, unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

pytestmark = pytest.mark.usefixtures("restored")
RULE = routing.Rule(id="R1", category="02", lead="duty:chengguan@district")


def test_the_less_loaded_of_two_brigades_gets_the_ticket(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    with transaction() as session:
        session.get_one(Department, unit(ZHUJIAN).id).duty = "chengguan"
    for _ in range(2):
        to_unit(a_ticket(), at=at)
    to_handling(a_ticket(), at=at, code=ZHUJIAN)
    look()
    units = catalogue_reading.directory()
    facts = dispatching.facts_of(ticket(a_ticket()), NOISE, at)
    decision = routing.route(facts, [RULE], units, weigh=workload.weigh(at))
    assert decision.lead == ZHUJIAN
    assert "在办 1 件" in decision.reason
    assert "取在办较少的" in decision.reason
    assert decision.alternatives[0].unit_code == CHENGGUAN


def test_units_outside_their_office_hours_are_said_to_be_away(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    to_unit(a_ticket(), at=at)
    look()
    by_day = workload.weigh(at)([CHENGGUAN, ZHUJIAN])
    assert by_day[CHENGGUAN] == routing.Standing(1, is_on_duty=True)
    assert by_day[ZHUJIAN] == routing.Standing(0, is_on_duty=True)
    by_night = workload.weigh(at + timedelta(hours=12))([CHENGGUAN])
    assert not by_night[CHENGGUAN].is_on_duty
