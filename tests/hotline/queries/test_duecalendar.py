"""到期日历: what falls due on each day, by the lamp of the worst, with the names of the days."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.domain.terms import Clock
from hotline.queries import duecalendar
from hotline.services import handling
from hotline.services.motions import hanging
from tests.conftest import local
from tests.hotline import people
from tests.hotline.people import CHENGGUAN, ZHUJIAN, handler, unit, who

if TYPE_CHECKING:
    from hotline.queries.duecalendar import DueDay, Month

Made = Callable[..., int]
SEPTEMBER = local("2026-09-30 10:00")


def october(at: datetime, department_id: int | None = None) -> Month:
    return duecalendar.month(date(2026, 10, 1), at=at, department_id=department_id)


def day(month: Month, number: int) -> DueDay:
    return month.days[number - 1]


def test_the_first_weeks_of_october_with_their_names(a_ticket: Made) -> None:
    """国庆放七天，10 日周六上班：9 月 30 日派的单 13 日到期（故事一）。"""
    people.to_unit(a_ticket(at=SEPTEMBER), at=SEPTEMBER)
    found = october(SEPTEMBER)
    assert len(found.days) == 31
    assert [len(week) for week in found.weeks] == [7] * 5
    assert found.weeks[0][:3] == [None, None, None]
    assert all("国庆" in day(found, n).name and not day(found, n).is_workday for n in range(1, 8))
    makeup = day(found, 10)
    assert (makeup.is_workday, "调休" in makeup.name) == (True, True)
    assert (day(found, 11).is_workday, day(found, 11).name) == (False, "")
    assert {one.on.day: one.due for one in found.days if one.due} == {13: 1}


def test_lamps_turn_with_time(a_ticket: Made) -> None:
    ticket_id = people.to_unit(a_ticket(at=SEPTEMBER), at=SEPTEMBER)
    clock = people.clock(ticket_id, Clock.HANDLE)
    lamps = {
        moment: (day(october(moment), 13).lamp, day(october(moment), 13).overdue)
        for moment in (
            SEPTEMBER,
            clock.yellow_at,
            clock.due_at,
            clock.due_at + timedelta(seconds=1),
            clock.due_at + timedelta(days=30),
        )
    }
    assert list(lamps.values()) == [
        ("green", 0),
        ("yellow", 0),
        ("yellow", 0),
        ("red", 1),
        ("red", 1),
    ]


def test_answered_and_paused_ones_are_not_due(a_ticket: Made) -> None:
    answered = people.to_handling(a_ticket(at=SEPTEMBER), at=SEPTEMBER)
    hung = people.to_handling(a_ticket(at=SEPTEMBER), at=SEPTEMBER)
    assert day(october(SEPTEMBER), 13).due == 2
    handling.reply(answered, people.REPLY, handler(), at=SEPTEMBER)
    hanging.hang(hung, who("authority"), reason="待政策", at=SEPTEMBER)
    assert day(october(SEPTEMBER), 13).due == 0


def test_each_unit_has_its_own(a_ticket: Made) -> None:
    people.to_unit(a_ticket(at=SEPTEMBER), at=SEPTEMBER)
    people.to_unit(a_ticket(at=SEPTEMBER), at=SEPTEMBER, code=ZHUJIAN)
    people.to_unit(a_ticket(at=SEPTEMBER), at=SEPTEMBER, code=ZHUJIAN)
    counted = {
        code: day(october(SEPTEMBER, unit(code).id), 13).due for code in (CHENGGUAN, ZHUJIAN)
    }
    assert counted == {CHENGGUAN: 1, ZHUJIAN: 2}
    assert day(october(SEPTEMBER), 13).due == 3


def test_a_full_day_is_counted_no_further(a_ticket: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duecalendar, "MOST", 2)
    for _ in range(3):
        people.to_unit(a_ticket(at=SEPTEMBER), at=SEPTEMBER)
    assert day(october(SEPTEMBER), 13).due == 2


def test_years_without_a_published_calendar_still_have_days(app: object) -> None:
    far = duecalendar.month(date(2099, 12, 1), at=SEPTEMBER)
    assert len(far.days) == 31
    assert [one.is_workday for one in far.days[:7]] == [True] * 4 + [False] * 2 + [True]
    assert all(not one.name for one in far.days)
    provisional = duecalendar.month(date(2027, 10, 1), at=SEPTEMBER)
    assert all(one.is_provisional for one in provisional.days)


def read(answer: object) -> str:
    return html.unescape(answer.get_data(as_text=True))  # type: ignore[attr-defined]


def test_the_unit_picks_a_day_and_sees_its_tickets(
    client: object, sign_in: Callable, a_ticket: Made
) -> None:
    at = datetime.now(UTC)
    ticket_id = people.to_unit(a_ticket(title="路灯不亮", at=at), at=at)
    people.to_unit(a_ticket(title="别单位的", at=at), at=at, code=ZHUJIAN)
    due = people.clock(ticket_id, Clock.HANDLE).due_at.astimezone(SEPTEMBER.tzinfo)
    desk = sign_in(client, "department")
    page = read(desk.get(f"/department/calendar?month={due:%Y-%m}"))
    link = re.search(rf'href="(/department/calendar\?[^"]*day={due:%Y-%m-%d})#day"', page)
    assert link
    listed = read(desk.get(link.group(1)))
    assert "路灯不亮" in listed
    assert "别单位的" not in listed
    assert f"{due.month} 月 {due.day} 日到期" in listed
    other = due.date() + timedelta(days=1)
    assert "这一天没有到期的工单" in read(desk.get(f"/department/calendar?day={other}"))


def test_the_supervisor_sees_the_city_or_one_unit(
    client: object, sign_in: Callable, a_ticket: Made
) -> None:
    at = datetime.now(UTC)
    ticket_id = people.to_unit(a_ticket(title="路灯不亮", at=at), at=at)
    due = people.clock(ticket_id, Clock.HANDLE).due_at.astimezone(SEPTEMBER.tzinfo)
    desk = sign_in(client, "supervisor")
    page = read(desk.get(f"/supervision/calendar?month={due:%Y-%m}&unit={CHENGGUAN}"))
    address = f"/supervision/tickets?lamp=open&unit={CHENGGUAN}&on={due:%Y-%m-%d}"
    assert address in page
    assert "路灯不亮" in read(desk.get(address))
    assert "件到期" not in read(desk.get(f"/supervision/calendar?month={due:%Y-%m}&unit={ZHUJIAN}"))


@pytest.mark.parametrize("month", ["", "x", "2026-13", "9999-12", "0001-01", "2026-10-01", "１-１"])
def test_a_month_that_cannot_be_shows_this_one(
    client: object, sign_in: Callable, month: str
) -> None:
    answer = sign_in(client, "supervisor").get(
        "/supervision/calendar", query_string={"month": month}
    )
    today = datetime.now(SEPTEMBER.tzinfo)
    assert answer.status_code == 200
    assert f"{today.year} 年 {today.month} 月" in read(answer)


@pytest.mark.parametrize(("month", "missing"), [("2004-01", "上月"), ("2100-12", "下月")])
def test_the_calendar_has_two_ends(
    client: object, sign_in: Callable, month: str, missing: str
) -> None:
    page = read(sign_in(client, "supervisor").get(f"/supervision/calendar?month={month}"))
    assert f">{missing}</a>" not in page
