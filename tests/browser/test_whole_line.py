"""One complaint, seen with people's eyes: phone page, department, review, rating, platform."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
import requests
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.processes.house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
WORDS = "东湖区湖滨路建筑工地夜间施工，晚上十二点还在打桩，噪声太大，老人孩子睡不着"
REPLY = (
    "东湖区城管局执法人员3月12日夜间到现场检查，责令工地停止夜间施工并立案处罚，"
    "已告知诉求人；如再发生请拨打0999-5107810反映。"
)


def enter(browser: Browser, house: RunningHouse, login: str) -> Page:
    page = browser.new_page(viewport=DESK)
    page.goto(f"{house.url}/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", "hotline-demo")
    page.click("form:has([name=password]) button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def report(browser: Browser, house: RunningHouse) -> tuple[str, str]:
    """File the complaint on a phone-sized page; gives number and query code."""
    page = browser.new_page(viewport=PHONE)
    page.goto(house.url)
    page.fill("[name=content]", WORDS)
    page.check("[name=kind][value=complaint]", force=True)
    page.select_option("[name=area_code]", "990101001")
    page.fill("[name=address]", "湖滨路 18 号对面")
    page.fill("[name=phone]", "13900002222")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"the page is {wide} px wide on a {PHONE['width']} px screen"
    page.get_by_role("button", name="提交诉求").click()
    page.wait_for_url(re.compile("/reported/"))
    number, code = page.locator("dl.receipt dd").all_inner_texts()
    assert re.fullmatch(r"\d{22}", number.strip())
    assert re.fullmatch(r"\d{6}", code.strip())
    return number.strip(), code.strip()


def wait_for_stage(house: RunningHouse, number: str, code: str, *stages: str) -> str:
    until = time.monotonic() + 90
    stage = ""
    while time.monotonic() < until:
        answer = requests.get(
            f"{house.url}/api/v1/tickets/{number}", params={"query_code": code}, timeout=10
        )
        stage = str(answer.json().get("stage"))
        if stage in stages:
            return stage
        time.sleep(0.5)
    raise AssertionError(f"still {stage}, wanted {stages}")


def test_from_a_phone_to_the_platform(
    browser: Browser, demo_house: RunningHouse, platform: str
) -> None:
    number, code = report(browser, demo_house)
    wait_for_stage(demo_house, number, code, "dispatched")

    unit = enter(browser, demo_house, "department")
    unit.goto(f"{demo_house.url}/department/tickets/{number}")
    expect(unit.locator("main")).to_contain_text("夜间施工")
    assert "13900002222" not in unit.content()
    unit.get_by_role("button", name="签收").first.click()
    unit.wait_for_load_state()
    unit.fill("textarea[name=reply]", REPLY)
    unit.locator("form:has(textarea[name=reply]) button[type=submit]").last.click()
    unit.locator("dialog button.btn-primary").click()
    wait_for_stage(demo_house, number, code, "reviewing")

    other = enter(browser, demo_house, "department2")
    other.goto(f"{demo_house.url}/department/tickets/{number}")
    expect(other.locator("main")).to_contain_text("协办")  # a helper may read, but not reply
    assert other.locator("textarea[name=reply]").count() == 0

    desk = enter(browser, demo_house, "dispatcher")
    desk.goto(f"{demo_house.url}/dispatch/tickets/{number}")
    desk.locator("[name=verdict]").first.check(force=True)
    desk.locator("form:has([name=verdict]) button[type=submit]").click()
    wait_for_stage(demo_house, number, code, "callback")

    citizen = browser.new_page(viewport=PHONE)
    link = rating_link(citizen, demo_house, number)
    citizen.goto(link)
    expect(citizen.locator("main")).to_contain_text("满意")
    citizen.locator("[name=satisfaction][value='5']").first.click(force=True)
    solved = citizen.locator("[name=resolved][value=yes]")
    if solved.count():
        solved.first.check(force=True)
        citizen.locator("form:has([name=resolved]) button[type=submit]").last.click()
    wait_for_stage(demo_house, number, code, "closed")

    shown = browser.new_page(viewport=DESK)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        shown.goto(platform)
        if number in shown.content():
            break
        time.sleep(1)
    expect(shown.locator("body")).to_contain_text(number)
    expect(shown.locator("body")).to_contain_text("非常满意")
    expect(shown.locator("body")).to_contain_text("首次")


def rating_link(page: Page, house: RunningHouse, number: str) -> str:
    """The link of the text message, as the demo's message box shows it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        page.goto(f"{house.url}/demo/messages")
        words = page.inner_text("main")
        found = re.search(rf"{number}.*?已有办理结果.*?(http://\S+/r/[\w-]+)", words, re.DOTALL)
        if found:
            return found.group(1)
        time.sleep(1)
    raise AssertionError("no message with a rating link came")
