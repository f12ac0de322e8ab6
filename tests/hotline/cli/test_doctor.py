"""`hotline doctor`: what is wrong is said with what to do."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.cli import checkup
from hotline.jobs.calling import drain
from hotline.services import learning
from hotline.services.training import shadowing
from tests.hotline import people
from tests.hotline.learned import second_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask

    from tests.hotline.cli.conftest import Said


@pytest.fixture
def pulses(app: APIFlask) -> None:
    from hotline.services import pulse

    for name in checkup.PROCESSES:
        pulse.beat(name, at=datetime.now(UTC))


def states(said: Said) -> dict[str, str]:
    return {check["check"]: check["state"] for check in said.json["checks"]}


@pytest.mark.usefixtures("pulses", "model")
def test_a_healthy_house_passes(hotline: Callable[..., Said]) -> None:
    said = hotline("doctor", "--json")
    assert said.json["ok"], said.out
    assert said.code == 0
    found = states(said)
    assert set(found) == {
        *("database", "redis", "disk", "worker-front", "worker-back", "cron"),
        "worker-learning",
        *("sweep", "model", "calendar", "clock", "backlog", "messages"),
    }
    assert "fail" not in found.values()


@pytest.mark.usefixtures("model")
def test_a_worker_that_stands_still_fails(hotline: Callable[..., Said]) -> None:
    from hotline.services import pulse

    pulse.beat("worker-front", at=datetime.now(UTC) - timedelta(minutes=5))
    said = hotline("doctor")
    assert said.code == 1
    assert "✗ 后台任务（前台队列）：最后心跳" in said.out
    assert "hotline jobs worker front" in said.out
    assert "✗ 定时任务：从未启动" in said.out


@pytest.mark.usefixtures("pulses", "model")
def test_clocks_that_nobody_watches_fail(hotline: Callable[..., Said]) -> None:
    from hotline.services import pulse

    pulse.beat("sweep", at=datetime.now(UTC) - timedelta(minutes=20))
    said = hotline("doctor")
    assert said.code == 1
    assert "✗ 时限巡检：最近一次在" in said.out


def test_an_outage_of_the_day_is_told(app: APIFlask) -> None:
    from hotline.services.timing import outages

    now = datetime.now(UTC)
    outages.watch(now - timedelta(hours=3))
    outages.watch(now)
    found = {f.check: f for f in checkup.examine(app.extensions["hotline"], now)}
    assert found["sweep"].state is checkup.State.WARN
    assert "停摆" in found["sweep"].says


@pytest.mark.usefixtures("pulses")
def test_no_model_fails(hotline: Callable[..., Said]) -> None:
    said = hotline("doctor", "--json")
    assert (said.code, states(said)["model"]) == (1, "fail")


@pytest.mark.usefixtures("pulses")
def test_a_broken_active_model_is_told_with_the_way_out(
    app: APIFlask, model: str, hotline: Callable[..., Said], a_ticket: Callable[..., int]
) -> None:
    """End to end: the intake goes on, the ticket goes to the dispatcher, the doctor knows a way."""
    shelf = app.extensions["hotline"].shelf
    learning.activate(second_model(shelf), at=datetime.now(UTC))
    shutil.rmtree(shelf.folder / "m-2")
    ticket_id = a_ticket(title="夜间施工噪声", at=datetime.now(UTC))
    drain()
    assert people.stage(ticket_id).value == "to_dispatch"
    said = hotline("doctor")
    assert said.code == 1
    assert "✗ 分类模型：m-2 不可用（模型文件夹不存在）；工单照常受理，全部由分派员分类" in said.out
    assert f"hotline model activate {model}" in said.out
    assert hotline("model", "activate", model).code == 0
    assert hotline("doctor").code == 0


@pytest.mark.usefixtures("pulses", "model")
def test_a_shadow_that_cannot_be_read_is_a_warning(
    app: APIFlask, hotline: Callable[..., Said]
) -> None:
    shelf = app.extensions["hotline"].shelf
    shadowing.start(second_model(shelf), people.who("admin"), shelf, at=datetime.now(UTC))
    assert "shadow" not in states(hotline("doctor", "--json"))
    shutil.rmtree(shelf.folder / "m-2")
    said = hotline("doctor")
    assert said.code == 0
    assert "! 影子模型：m-2 读不出来" in said.out


@pytest.mark.usefixtures("model")
def test_a_learning_worker_that_is_away_is_a_warning(hotline: Callable[..., Said]) -> None:
    assert states(hotline("doctor", "--json"))["worker-learning"] == "warn"


@pytest.mark.usefixtures("pulses", "model")
def test_dead_messages_are_a_warning(hotline: Callable[..., Said]) -> None:
    from hotline.db import transaction
    from hotline.models import Carrier, Message, MessageState

    with transaction() as session:
        session.add(
            Message(
                key="rating-1",
                carrier=Carrier.PUSH,
                topic="rating",
                state=MessageState.DEAD,
                created_at=datetime.now(UTC),
            )
        )
    said = hotline("doctor", "--json")
    assert (said.code, states(said)["messages"]) == (0, "warn")


def test_a_year_not_published_is_a_warning(app: APIFlask) -> None:
    house = app.extensions["hotline"]
    late = datetime(2031, 11, 20, tzinfo=UTC)
    found = {finding.check: finding for finding in checkup.examine(house, late)}
    assert found["calendar"].state is checkup.State.WARN
    assert "暂定" in found["calendar"].says
    assert found["clock"].state is checkup.State.FAIL  # and so is a clock years ahead


def test_a_full_disk_fails(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    nearly_full = SimpleNamespace(free=1 << 20)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: nearly_full)
    found = checkup.examine(app.extensions["hotline"], datetime.now(UTC))
    assert next(f.state for f in found if f.check == "disk") is checkup.State.FAIL


def test_lost_reactions_are_seen(app: APIFlask, a_ticket: Callable[..., int]) -> None:
    now = datetime.now(UTC)
    a_ticket(at=now - timedelta(minutes=30))
    found = {f.check: f for f in checkup.examine(app.extensions["hotline"], now)}
    assert found["backlog"].state is checkup.State.WARN
    assert "最久 30 分钟" in found["backlog"].says
