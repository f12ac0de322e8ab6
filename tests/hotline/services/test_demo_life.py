"""演示数据: the lives of the demo city fill the pages, with what goes wrong in a city too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sla
from hotline.queries import quality
from hotline.queries.indicators import Period
from hotline.queries.quality import Narrow, Sender
from hotline.services import demo_life

if TYPE_CHECKING:
    from apiflask import APIFlask


def test_some_tickets_go_astray_and_find_their_unit(app: APIFlask, model: str) -> None:
    now = datetime.now(UTC)
    lives = list(demo_life.Seeder(app.extensions["hotline"].shelf, now).live(75))
    assert len(lives) == 75
    today = now.astimezone(sla.LOCAL).date()
    period = Period(today - timedelta(days=demo_life.DAYS + 1), today)
    total = quality.counted(period, Narrow(), at=now).total
    assert 0.7 < (total.accuracy() or 0) < 1
    assert total.decided(Sender.MACHINE) > 0
    assert total.decided(Sender.PERSON) > 0
    assert any(way.to_id is not None for way in quality.ways(period, Narrow(), at=now))
    back = quality.returns(period, Narrow()).total
    assert back.granted > 0
