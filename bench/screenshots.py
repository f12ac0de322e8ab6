"""Takes the README's screenshots from a running demo house: `python -m bench.screenshots [URL]`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
DESKS = {
    "dispatch": ("dispatcher", "/dispatch"),
    "department": ("department", "/department?tab=handling"),
    "supervision": ("supervisor", "/supervision"),
    "agent": ("agent", "/agent"),
    "ladder": ("admin", "/admin/ladder"),
    "quality": ("supervisor", "/supervision/quality?period=30"),
    "topics": ("supervisor", "/supervision/topics"),
}


def desk(page: Page, url: str, login: str, path: str) -> None:
    """Sign a demo account in and open its desk."""
    page.goto(f"{url}/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", "hotline-demo")
    page.click("form:has([name=password]) button[type=submit]")
    page.goto(url + path)


def why(page: Page, url: str) -> None:
    """Unfold why a ticket is due when it is: the handling clock, day by day."""
    desk(page, url, "supervisor", "/supervision/tickets?lamp=soon")
    page.locator("a[href*='/supervision/tickets/']").first.click()
    clock = page.locator("details.clock", has_text="办理").first
    clock.locator("summary").click()
    clock.screenshot(path=OUT / "why.png")
    print("why")


def main(url: str) -> None:
    """Write one picture for the citizen, one for each desk, and one of a deadline's story."""
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        phone = browser.new_page(viewport={"width": 390, "height": 844})
        phone.goto(url)
        phone.screenshot(path=OUT / "citizen.png")
        for name, (login, path) in DESKS.items():
            page = browser.new_page(viewport={"width": 1280, "height": 844})
            desk(page, url, login, path)
            page.screenshot(path=OUT / f"{name}.png")
            print(name)
        why(browser.new_page(viewport={"width": 1280, "height": 844}), url)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:12345")
