"""`hotline tickets topics`: the list, and gathering anew (热点问题)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask


def test_an_empty_city_says_so(app: APIFlask) -> None:
    told = app.test_cli_runner().invoke(args=["tickets", "topics"])
    assert told.exit_code == 0, told.output
    assert told.output == "没有符合条件的热点\n"


def test_gathered_anew_and_told_as_json(app: APIFlask, a_ticket: Callable[..., int]) -> None:
    now = datetime.now(UTC)
    ids = []
    for number in range(5):
        moment = now - timedelta(hours=9 - number)
        ids.append(a_ticket(title="云栖苑搅拌站扬尘", phone=f"1391234567{number}", at=moment))
        people.to_dispatch(ids[-1], at=moment)
    told = app.test_cli_runner().invoke(args=["tickets", "topics", "--rebuild", "--json"])
    assert told.exit_code == 0, told.output
    [topic] = json.loads(told.stdout)["topics"]
    assert (topic["id"], topic["contacts"], topic["callers"]) == (ids[0], 5, 5)
    assert topic["heat"] == pytest.approx(sum(topic["terms"].values()), abs=0.05)
    assert "云栖苑" in topic["title"]
    people.look()
    plain = app.test_cli_runner().invoke(args=["tickets", "topics", "--days", "3"])
    assert "云栖苑" in plain.output
    assert "热度" in plain.output


@pytest.mark.parametrize("words", [["--days", "0"], ["--days", "x"], ["--limit", "0"]])
def test_wrong_usage_is_two(app: APIFlask, words: list[str]) -> None:
    assert app.test_cli_runner().invoke(args=["tickets", "topics", *words]).exit_code == 2
