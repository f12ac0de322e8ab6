"""机器拿不准的由人定: two key presses decide a ticket, and the decision becomes a training row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.test_whole_line import enter, wait_for_stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.processes.house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
VAGUE = "那个事情反映好多回了，一直拖着没有人管，到底归哪个部门，请给个说法"


def registered(house: RunningHouse, words: str) -> tuple[str, str]:
    """A ticket by the door of the app; gives number and query code."""
    body = {"content": words, "kind": "complaint", "channel": "app", "area_code": "990101001"}
    answer = requests.post(f"{house.url}/api/v1/tickets", json=body, timeout=10)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    return said["ticket_no"], said["query_code"]


def choose(desk: Page, house: RunningHouse, number: str, key: str) -> tuple[str, str]:
    """Press a digit and Enter on the open case; gives the category and unit of that line."""
    desk.goto(f"{house.url}/dispatch?no={number}")
    line = desk.locator(f".suggestion-row:has([data-key='{key}'])")
    unit, label = line.locator(".suggestion-head > *").all_inner_texts()
    desk.keyboard.press(key)
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_contain_text("已派给")
    return label, unit


def test_two_keys_decide_and_teach(browser: Browser, demo_house: RunningHouse) -> None:
    number, code = registered(demo_house, VAGUE)
    wait_for_stage(demo_house, number, code, "to_dispatch")
    desk = enter(browser, demo_house, "dispatcher")
    label, unit = choose(desk, demo_house, number, "2")
    wait_for_stage(demo_house, number, code, "dispatched")
    seen = desk.goto(f"{demo_house.url}/dispatch/tickets/{number}")
    assert seen is not None
    expect(desk.locator("main")).to_contain_text(unit)

    admin = enter(browser, demo_house, "admin")
    admin.goto(f"{demo_house.url}/admin/corrections")
    row = admin.locator("li", has_text=number).last
    expect(row).to_contain_text("派单时确认")
    expect(row).to_contain_text(label.rsplit("/", 1)[-1].strip().split(" ")[0])
    desk.close()
    admin.close()
