"""日历用尽: a day the working calendar does not reach is said in words, nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

import sla
from hotline.db import db
from hotline.models import Ticket
from tests.conftest import local
from tests.hotline.web.api_desk import API

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask
    from flask.testing import FlaskClient

DEMAND = {"content": "小区门口路灯坏了，晚上看不见路", "caller": {"phone": "13912345678"}}


@pytest.mark.parametrize("accept", ["zh-CN", "en"])
def test_a_demand_past_the_calendar_is_told_so(client: FlaskClient, accept: str) -> None:
    year = sla.official_calendar().last_day.year
    with time_machine.travel(local(f"{year}-12-31 16:00"), tick=False):
        answer = client.post(f"{API}/tickets", json=DEMAND, headers={"Accept-Language": accept})
    assert answer.status_code == 503
    said = answer.get_json()
    assert said["code"] == "unavailable"
    assert ("请联系管理员" in said["detail"]) is (accept == "zh-CN")
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_the_calendar_reaches_nine_years_past_what_is_published() -> None:
    """So that every year the state publishes moves its end on."""
    assert sla.official_calendar().last_day.year == sla.LAST_PUBLISHED_YEAR + 9


def test_the_last_evening_of_9999_abroad_is_no_day_here(
    app: APIFlask, client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    """It is the first of January 10000 in the city, which no clock can show."""
    asked = {"at": "9999-12-31T23:59:59-12:00", "kind": "complaint", "urgency": "normal"}
    page = sign_in(client, "admin").get("/admin/preview", query_string=asked)
    assert page.status_code == 422
    assert "请填写时间" in page.get_data(as_text=True)
