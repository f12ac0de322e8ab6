"""A real browser on a real house, with a stand-in for the service platform beside it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.processes.house import free_port, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.processes.house import RunningHouse

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECRETS = {"HOTLINE_PLATFORM_APP_ID": "hotline-test", "HOTLINE_PLATFORM_SECRET": "s" * 32}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium: apt install chromium fonts-noto-cjk")
        pytest.skip("no Chromium on this machine: apt install chromium fonts-noto-cjk")
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The stand-in of the service platform; gives its address."""
    from integrations import PlatformStandIn

    stand_in = PlatformStandIn(
        "127.0.0.1",
        free_port(),
        SECRETS["HOTLINE_PLATFORM_APP_ID"],
        SECRETS["HOTLINE_PLATFORM_SECRET"],
        store=tmp_path_factory.mktemp("platform") / "arrived.db",
    )
    stand_in.start()
    yield stand_in.url
    stand_in.stop()


@pytest.fixture(scope="session")
def demo_house(
    starter_folder: Path, platform: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHouse]:
    """A house with a few demo tickets, pushing to the stand-in."""
    more = {**SECRETS, "HOTLINE_PLATFORM_URL": platform}
    folder = tmp_path_factory.mktemp("browser-house")
    with running(folder, starter_folder, 40, **more) as started:
        yield started
