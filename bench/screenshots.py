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
}


def desk(page: Page, url: str, login: str, path: str) -> None:
    """Sign a demo account in and open its desk."""
    page.goto(f"{url}/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", "hotline-demo")
    page.click("form:has([name=password]) button[type=submit]")
    page.goto(url + path)


def main(url: str) -> None:
    """Write one picture for the citizen and one for each desk."""
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
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:12345")
