"""`hotline sla …`: the dates of the stories, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import local

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hotline.cli.conftest import Said


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2025-01-24T09:00", 5, "2025-02-07T17:30:00+08:00"),
        ("2024-02-08 10:00", 5, "2024-02-21T17:30:00+08:00"),
        ("2026-04-30T17:45", 1, "2026-05-06T17:30:00+08:00"),
        ("2026-06-20T10:00", 1, "2026-06-22T17:30:00+08:00"),
        ("2026-09-30T02:00Z", 5, "2026-10-13T17:30:00+08:00"),
    ],
)
def test_due_gives_the_dates_of_the_stories(
    hotline: Callable[..., Said], start: str, days: int, due: str
) -> None:
    said = hotline("sla", "due", start, days, "--json")
    assert said.code == 0, said.err
    assert said.json["due_at"] == due
    assert sum(day["counted"] for day in said.json["days"]) == days
    assert all(set(day) == {"date", "counted", "why"} for day in said.json["days"])


def test_due_reads_as_a_table(hotline: Callable[..., Said]) -> None:
    said = hotline("sla", "due", "2024-02-08T10:00", 5)
    assert "2024-02-21（周三）17:30 到期" in said.out
    assert "2024-02-18  日    ✓     调休上班，第 2 个工作日" in said.out


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("yesterday", 5), 2, "不是 ISO 8601 时间"),
        (("2026-09-30", 0), 2, "N_DAYS"),
        (("2026-09-30", "five"), 2, "N_DAYS"),
        (("2026-09-30", 5, "--profile", "火星"), 1, "没有名为 '火星' 的时限配置"),
        (("1980-01-01", 5), 1, "不在其中"),
    ],
)
def test_what_cannot_be_counted_is_told(
    hotline: Callable[..., Said], words: tuple[object, ...], code: int, complaint: str
) -> None:
    said = hotline("sla", "due", *words)
    assert (said.code, said.out) == (code, "")
    assert complaint in said.err


def test_a_year_without_holidays_is_provisional(hotline: Callable[..., Said]) -> None:
    said = hotline("sla", "due", "2031-03-03T09:00", 2, "--json").json
    assert said["provisional"]
    assert "暂定" in said["days"][0]["why"]


def test_explain_tells_every_clock_of_a_ticket(
    hotline: Callable[..., Said], a_ticket: Callable[..., int]
) -> None:
    from hotline.domain.identity import Actor
    from hotline.domain.terms import Role
    from hotline.queries.tickets import ticket_for
    from hotline.services import dispatching, sorting
    from hotline.services.shelf import Shelf

    at = local("2026-09-30 10:00")
    ticket_id = a_ticket(at=at)
    dispatcher = Actor(Role.DISPATCHER, "李建国")
    ticket_no = ticket_for(dispatcher, ticket_id=ticket_id).ticket_no
    waiting = hotline("sla", "explain", ticket_no, "--json").json
    assert (waiting["clock"], [c["clock"] for c in waiting["clocks"]]) == ("dispatch", ["dispatch"])

    sorting.suggest(ticket_id, Shelf(None), at=at)  # type: ignore[arg-type] - there is no model
    dispatching.dispatch(ticket_id, "C11", actor=dispatcher, at=at)
    said = hotline("sla", "explain", ticket_no, "--json").json
    assert said["due_at"] == "2026-10-13T17:30:00+08:00"
    assert {"date": "2026-10-01", "counted": False, "why": "国庆节，不计入"} in said["days"]
    clocks = {c["clock"]: c["due_at"] for c in said["clocks"]}
    assert clocks["sign"] == "2026-09-30T12:00:00+08:00"
    assert "调休上班" in hotline("sla", "explain", ticket_no).out


def test_explain_knows_no_other_number(hotline: Callable[..., Said]) -> None:
    said = hotline("sla", "explain", "123")
    assert (said.code, said.err) == (1, "错误：没有编号为 123 的工单\n")
