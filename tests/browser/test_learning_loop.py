"""学习闭环: train by a button, put the candidate in charge, go back, and every process follows."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.test_dispatch_by_keys import registered
from tests.browser.test_whole_line import enter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.processes.house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
PATIENCE, AT_ONCE = 240.0, 5.0
WORDS = "单元楼里的感应灯坏了半个月，老人上下楼看不见路"


def answering(house: RunningHouse, token: str) -> str:
    """Which model answers a program of the house just now."""
    answer = requests.post(
        f"{house.url}/api/v1/suggestions",
        json={"text": WORDS},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["model"])


def must_answer(house: RunningHouse, token: str, model_id: str) -> None:
    """Every web process answers with this model within five seconds."""
    begun = time.monotonic()
    assert {answering(house, token) for _ in range(6)} == {model_id}
    assert time.monotonic() - begun < AT_ONCE


def confirm(page: Page) -> None:
    page.locator("dialog[open] button.btn-primary").click()


def trained(page: Page, house: RunningHouse) -> str:
    """Press 现在训练 and wait for the candidate; gives its id."""
    page.goto(f"{house.url}/admin/models/training")
    page.get_by_role("button", name="现在训练").click()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        page.goto(f"{house.url}/admin/models/training")
        made = page.locator("a[href*='/admin/models/m']").first
        if made.count():
            return made.inner_text().strip()
        time.sleep(2)
    raise AssertionError(page.locator("main").inner_text())


def test_a_candidate_is_trained_put_in_charge_and_taken_back(
    browser: Browser, demo_house: RunningHouse
) -> None:
    token = demo_house.json("token", "create", "--role", "agent")["token"]
    page = enter(browser, demo_house, "admin")
    model_id = trained(page, demo_house)
    page.goto(f"{demo_house.url}/admin/models/{model_id}")
    expect(page.locator("main")).to_contain_text("拒识曲线")
    form = page.locator("form[action$='/models/activate']").first
    form.locator("[name=reason]").fill("试用新训练的模型")
    form.locator("button[type=submit]").click()
    confirm(page)
    expect(page.locator("main")).to_contain_text(re.compile(f"已启用模型 {model_id}"))
    must_answer(demo_house, token, model_id)
    number, _code = registered(demo_house, WORDS)
    desk = enter(browser, demo_house, "dispatcher")
    until = time.monotonic() + 60
    while model_id not in desk.content() and time.monotonic() < until:
        desk.goto(f"{demo_house.url}/dispatch/tickets/{number}")
    assert model_id in desk.content(), "the worker did not use the new model"
    desk.close()

    page.goto(f"{demo_house.url}/admin/models")
    page.get_by_role("button", name=re.compile("退回上一版")).click()
    confirm(page)
    expect(page.locator("main")).to_contain_text("退回")
    must_answer(demo_house, token, "starter")
    page.close()
