"""Rules on the administrator's pages: drafted, tried, published, restored, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import sla
from hotline.domain.events import Event
from hotline.domain.terms import Clock
from hotline.domain.timing import RuleSubject
from hotline.queries import office
from hotline.queries import rulebooks as shelf
from hotline.services import handling
from tests.hotline.people import REPLY, clock, entries, handler, look, ticket, to_handling
from tests.hotline.web.rule_pages import (
    REASON,
    count,
    draft_of,
    page,
    publish,
    read,
    refused,
    send,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask
    from flask.testing import FlaskClient

    Enter = Callable[[FlaskClient, str], FlaskClient]
    Made = Callable[..., int]

EAST, WEST = "990101", "990102"


@pytest.fixture
def desk(client: FlaskClient, sign_in: Enter) -> FlaskClient:
    return sign_in(client, "admin")


def workdays(number: int) -> date:
    """The n-th working day from today on, today not counted."""
    day = datetime.now(sla.LOCAL).date()
    while number:
        day += timedelta(days=1)
        number -= office.calendar().is_workday(day)
    return day


def in_hand(ticket_id: int, at: datetime) -> int:
    to_handling(ticket_id, at=at)
    handling.contact(ticket_id, "已电话联系", handler(), at=at)
    return ticket_id


def test_a_changed_holiday_recounts_exactly_the_affected_open_tickets(
    desk: FlaskClient, a_ticket: Made
) -> None:
    """From the form to the timeline, through the real pages; the dry run says what will be."""
    at = datetime.now(UTC)
    east = [in_hand(a_ticket(), at) for _ in range(3)]
    west = in_hand(a_ticket(area_code=f"{WEST}001"), at)
    answered = in_hand(a_ticket(), at)
    handling.reply(answered, REPLY, handler(), at=at)
    by_the_hour = in_hand(a_ticket(content="楼道里有很浓的煤气味"), at)
    others = [west, answered, by_the_hour]
    before = {id_: clock(id_, Clock.HANDLE).due_at for id_ in east + others}

    storm = workdays(3)
    form = {"first": storm, "state": "rest", "name": "台风停工", "area": EAST}
    book = draft_of(send(desk, "calendar/days", **form))
    waiting = page(desk, f"books/{book}")
    assert "等待执行" in waiting
    assert 'hx-trigger="every 2s"' in waiting, "the page looks for itself"
    answer = desk.post(f"/admin/books/{book}/publish")
    assert answer.status_code == 409
    assert "试算还没有完成" in read(answer)

    trial = count(book, is_dry=True)
    tried = page(desk, f"books/{book}")
    assert "every 2s" not in tried
    for id_ in east:
        assert ticket(id_).ticket_no in tried
        assert clock(id_, Clock.HANDLE).due_at == before[id_], "nothing has changed yet"
    assert ticket(west).ticket_no not in tried
    assert f"增加 {storm} 东湖区" in tried

    assert "已发布，正在重新计算" in publish(desk, book)
    done = count(book, is_dry=False)
    assert (done.changed, done.held) == (trial.changed, trial.held)
    assert f"试算与实际一致：{done.changed} 个计时" in page(desk, f"books/{book}")
    for id_ in east:
        assert clock(id_, Clock.HANDLE).due_at > before[id_]
        [entry] = entries(id_, Event.RECOUNTED)
        assert entry.actor_name == "郑海涛"
        assert entry.payload["reason"] == REASON
        assert datetime.fromisoformat(entry.payload["before"]) == before[id_]
    for id_ in others:
        assert clock(id_, Clock.HANDLE).due_at == before[id_]
        assert not entries(id_, Event.RECOUNTED)


def test_nobody_is_made_late_by_a_day_worked_in_hindsight(
    desk: FlaskClient, a_ticket: Made
) -> None:
    """Handed over long ago, due today: weekends declared worked would have it due last week."""
    start = datetime.now(UTC) - timedelta(days=20)
    now = datetime.now(UTC)
    held = in_hand(a_ticket(at=start), start)
    from hotline.db import transaction
    from hotline.services import _move
    from hotline.services.timing import clocks

    with transaction():
        row = clocks.newest(ticket(held), Clock.HANDLE)
        assert row is not None
        limit = sla.Limit(40, sla.Unit.NATURAL_DAYS)
        made = _move.ticket_by_id(held)
        clocks.extend(row, made, limit, at=start, actor=handler(), reason="", motion_id=None)  # type: ignore[arg-type]
    before = clock(held, Clock.HANDLE).due_at
    assert before > now
    weekends = [
        start.date() + timedelta(days=n)
        for n in range(20)
        if not office.calendar().is_workday(start.date() + timedelta(days=n))
    ]
    assert weekends
    book = None
    for day in weekends:
        more = {"draft": book} if book else {}
        form = {"first": day, "state": "work", "name": "补班", **more}
        book = draft_of(send(desk, "calendar/days", **form))
    assert book is not None
    run = count(book, is_dry=True)
    assert run.changed + run.held >= 1
    publish(desk, book)
    count(book, is_dry=False)
    assert clock(held, Clock.HANDLE).due_at > now, "never into the past"


def test_two_administrators_on_one_base(app: APIFlask, client: FlaskClient, sign_in: Enter) -> None:
    mine, hers = sign_in(client, "admin"), sign_in(app.test_client(), "admin")
    first = draft_of(send(mine, "calendar/days", first=workdays(3), state="rest", name="停电"))
    second = draft_of(send(hers, "calendar/days", first=workdays(4), state="rest", name="停水"))
    for book in (first, second):
        count(book, is_dry=True)
    assert "第 1 版已发布" in publish(mine, first)
    answer = hers.post(f"/admin/books/{second}/publish")
    assert answer.status_code == 409
    assert "已有人发布了新版本" in read(answer)
    assert "这份草稿不能再发布" in page(hers, f"books/{second}")
    assert hers.post(f"/admin/books/{second}/discard").status_code == 303
    assert hers.get(f"/admin/books/{second}").status_code == 404


def test_versions_are_kept_and_restored(desk: FlaskClient) -> None:
    day = workdays(3)
    for name in ("停电", "停水"):
        form = {"first": day, "state": "rest", "name": name}
        book = draft_of(send(desk, "calendar/days", **form))
        count(book, is_dry=True)
        publish(desk, book)
    look()
    newest, first = shelf.history(RuleSubject.CALENDAR)
    listed = page(desk, "books")
    assert "第 2 版" in listed
    assert "现行" in listed
    assert "恢复此版本" in page(desk, f"books/{first.id}")
    assert "恢复此版本" not in page(desk, f"books/{newest.id}")
    refused(desk.post(f"/admin/books/{first.id}/restore", data={"reason": " "}), "请写明调整理由")
    again = draft_of(send(desk, f"books/{first.id}/restore"))
    assert "由“休息“停水””改为“休息“停电””" in page(desk, f"books/{again}")
    shipped = draft_of(send(desk, "books/shipped", subject="calendar"))
    assert "恢复系统自带的规则" in page(desk, f"books/{shipped}")
    assert desk.post("/admin/books/shipped", data={"subject": "x"}).status_code == 422


def test_only_a_draft_of_the_same_rules_is_worked_on(desk: FlaskClient) -> None:
    book = draft_of(send(desk, "calendar/days", first=workdays(3), state="rest", name="停电"))
    assert "正在修改草稿" in page(desk, f"calendar?draft={book}")
    assert "有一份未发布的草稿" in page(desk, "calendar")
    for address in (f"hours?draft={book}", "calendar?draft=x", "calendar?draft=-1"):
        assert desk.get(f"/admin/{address}").status_code == 422, address
    assert desk.get("/admin/calendar?draft=99999999999999999999").status_code == 404
    count(book, is_dry=True)
    publish(desk, book)
    assert "已发布为第 1 版" in page(desk, f"calendar?draft={book}")


def test_the_pages_ask_for_the_token_of_the_form(
    app: APIFlask, client: FlaskClient, sign_in: Enter
) -> None:
    desk = sign_in(client, "admin")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = send(desk, "calendar/days", first=workdays(3), state="rest", name="停电")
        assert answer.status_code == 400
        assert not shelf.drafts()
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_what_people_type_is_shown_as_text(desk: FlaskClient) -> None:
    name = "<script>alert(1)</script>"
    book = draft_of(send(desk, "calendar/days", first=workdays(3), state="rest", name=name))
    for address in (f"books/{book}", "books", f"calendar?draft={book}"):
        raw = desk.get(f"/admin/{address}").get_data(as_text=True)
        assert "<script>alert" not in raw
        assert "&lt;script&gt;" in raw or "台风" not in raw


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "在全市登记的一件投诉，办理将于"),
        (f"?area={EAST}&kind=consult", "在东湖区登记的一件咨询"),
        ("?kind=complaint&urgency=critical&at=2026-10-03T23:10", "2026-10-04（周日）01:10"),
        ("?at=2026-09-30T10:00", "2026-10-13（周二）17:30"),
        ("?at=2026-09-30T10:00&clock=sign&unit=D0101", "2026-09-30（周三）12:00"),
        ("?round=2&category=0202", "3 个工作日"),
    ],
)
def test_a_preview_answers_in_one_sentence(desk: FlaskClient, query: str, words: str) -> None:
    said = page(desk, f"preview{query}")
    assert words in said
    assert "逐日说明" in said


def test_the_preview_sets_a_draft_beside_the_rules_in_force(desk: FlaskClient) -> None:
    form = {"was": "handle", "id": "handle", "clock": "handle", "amount": "7"}
    form |= {"unit": "working_days", "source": REASON, "applies": "yes"}
    book = draft_of(send(desk, "policies/rule", **form))
    said = page(desk, f"preview?draft={book}&at=2026-11-02T10:00")
    assert "现行规则" in said
    assert "2026-11-09（周一）17:30" in said
    assert "草稿发布以后" in said
    assert "2026-11-11（周三）17:30" in said
    assert "有变化" in said


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=x", "请从列表中选择"),
        ("at=昨天", "请填写时间"),
        ("at=0001-01-01T00:00", "不能早于 2020 年"),
        ("at=9999-12-31T23:59", "无法计算"),
        ("at=2020-01-01T00:00", "无法计算"),
        ("round=0", "须为 1 至 9"),
        ("round=x", "须为 1 至 9"),
    ],
)
def test_a_preview_that_cannot_be(desk: FlaskClient, query: str, words: str) -> None:
    refused(desk.get(f"/admin/preview?{query}"), words)
