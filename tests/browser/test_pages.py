"""Every desk opens for its role, in Chinese, without script errors, on a desk and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.test_whole_line import DESK, PHONE, enter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage

    from tests.processes.house import RunningHouse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
DESKS = {
    "agent": ("/agent", "/agent/tickets"),
    "dispatcher": ("/dispatch", "/dispatch/tickets"),
    "department": ("/department", "/department/notices"),
    "callback": ("/callback",),
    "supervisor": (
        *("/supervision", "/supervision/tickets", "/supervision/topics"),
        *("/supervision/quality", "/supervision/quality/lines", "/supervision/quality/drift"),
    ),
    "admin": (
        *("/admin", "/admin/models", "/admin/models/starter", "/admin/models/training"),
        *("/admin/corrections", "/admin/corrections/check", "/admin/catalogue"),
        *("/admin/trust", "/admin/trust/default", "/admin/quality", "/admin/deliveries"),
    ),
    "auditor": ("/admin/unmaskings",),
    "knowledge": ("/admin/knowledge",),
    "security": ("/admin/tokens",),
}


@pytest.mark.parametrize("login", DESKS)
def test_desks_open_without_errors(browser: Browser, demo_house: RunningHouse, login: str) -> None:
    page = enter(browser, demo_house, login)
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    page.on("console", note)
    for path in DESKS[login]:
        for size in (DESK, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            answer = page.goto(f"{demo_house.url}{path}")
            assert answer is not None
            assert answer.status == 200, path
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{path} is {wide} px wide at {size['width']} px"
    assert errors == []
    page.close()
