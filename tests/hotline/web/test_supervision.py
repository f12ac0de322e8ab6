"""The supervisor's desk (督办): figures that agree with their lists, and what is done of them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Clock, Mark
from hotline.queries import supervision
from hotline.queries.supervision import Lamp, Scope
from hotline.services import callbacks
from hotline.services.timing import sweeping
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

WORDS = "请单位负责人包案，三日内报告进展"


@pytest.fixture
def desk(client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]) -> FlaskClient:
    return sign_in(client, "supervisor")


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def tile(page: str, label: str) -> str:
    """The figure on the tile with this label."""
    found = re.search(rf"{label}</span>\s*<span class=\"stat-value\">([^<]+)<", page)
    assert found, label
    return found.group(1)


def place(ticket_id: int, deed: str = "") -> str:
    number = people.ticket(ticket_id).ticket_no
    return f"/supervision/tickets/{number}" + (f"/{deed}" if deed else "")


def test_desk_is_for_supervisors_and_the_authority(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    assert sign_in(client, "department").get("/supervision").status_code == 403
    client.post("/logout")
    assert sign_in(client, "authority").get("/supervision").status_code == 200


def test_empty_city_has_nothing_to_supervise(desk: FlaskClient) -> None:
    page = read(desk.get("/supervision"))
    assert "没有超期的工单" in page
    assert tile(page, "已超期") == "0"
    for lamp in Lamp:
        assert 'class="nothing"' in read(desk.get(f"/supervision/tickets?lamp={lamp.value}"))


def test_tiles_agree_with_the_lists_behind_them(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    now = datetime.now(UTC)
    late = now - timedelta(days=30)
    overdue = people.to_unit(a_ticket(title="早该办完", at=late), at=late)
    people.to_unit(a_ticket(title="时间还多", at=now), at=now)
    people.to_review(a_ticket(title="已经答复", at=late), at=late)
    people.to_callback(a_ticket(title="等回访的", at=late), at=late)
    people.to_dispatch(a_ticket(title="等派单的", at=now), at=now)
    page = read(desk.get("/supervision"))
    assert tile(page, "在办") == "2"
    assert tile(page, "已超期") == "1"
    assert tile(page, "待派单") == "1"
    assert tile(page, "回访到期") == "1"
    assert tile(page, "督办中") == "0"
    listed = read(desk.get("/supervision/tickets?lamp=overdue"))
    assert people.ticket(overdue).ticket_no in listed
    for other in ("时间还多", "已经答复", "等回访的", "等派单的"):
        assert other not in listed
    assert "时间还多" in read(desk.get("/supervision/tickets?lamp=open"))


def test_drilling_down_by_unit_and_category(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    people.to_unit(a_ticket(title="城管局的"), at=at)
    people.to_unit(a_ticket(title="住建局的"), at=at, code=people.ZHUJIAN)
    page = read(desk.get("/supervision"))
    assert f"lamp=overdue&unit={people.CHENGGUAN}" in page
    assert "lamp=overdue&category=02" in page
    listed = read(desk.get(f"/supervision/tickets?lamp=overdue&unit={people.ZHUJIAN}"))
    assert "住建局的" in listed
    assert "城管局的" not in listed
    assert "东湖区住建局" in listed
    by_category = "/supervision/tickets?lamp=overdue&category="
    assert "城管局的" in read(desk.get(by_category + people.NOISE[:2]))
    assert "城管局的" not in read(desk.get(by_category + "01"))


def test_due_soon_is_what_has_turned_yellow(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at)
    clock = people.clock(ticket_id, Clock.HANDLE)
    listed = {
        moment: {
            lamp: len(supervision.page(Scope(lamp=lamp), at=moment).lines)
            for lamp in (Lamp.SOON, Lamp.TODAY, Lamp.OVERDUE)
        }
        for moment in (at, clock.yellow_at, clock.due_at, clock.due_at + timedelta(minutes=1))
    }
    assert list(listed.values()) == [
        {Lamp.SOON: 0, Lamp.TODAY: 0, Lamp.OVERDUE: 0},
        {Lamp.SOON: 1, Lamp.TODAY: 0, Lamp.OVERDUE: 0},
        {Lamp.SOON: 1, Lamp.TODAY: 1, Lamp.OVERDUE: 0},
        {Lamp.SOON: 0, Lamp.TODAY: 0, Lamp.OVERDUE: 1},
    ]
    figures = supervision.overview(at=clock.due_at)
    assert (figures.open, figures.soon, figures.due_today, figures.overdue) == (1, 1, 1, 0)


def test_pages_follow_each_other_without_gap_or_repeat(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    """All are due at the same minute, so only the id tells them apart."""
    made = [people.to_unit(a_ticket(), at=at) for _ in range(supervision.PAGE + 3)]
    later = at + timedelta(days=60)
    first = supervision.page(Scope(), at=later)
    second = supervision.page(Scope(), at=later, cursor=first.next_cursor)
    seen = [line.ticket_id for line in (*first.lines, *second.lines)]
    assert sorted(seen) == sorted(made)
    assert second.next_cursor is None
    assert desk.get("/supervision/tickets?cursor=1-x").status_code == 422


def test_many_are_urged_with_one_text(
    desk: FlaskClient,
    a_ticket: Callable[..., int],
    run_jobs: Callable[[], int],
    at: datetime,
) -> None:
    ids = [people.to_unit(a_ticket(), at=at) for _ in range(3)]
    form = {"ticket": [str(i) for i in ids[:2]], "verb": "urge", "reason": WORDS}
    answer = desk.post("/supervision/tickets?lamp=overdue", data=form, follow_redirects=True)
    assert "已催办 2 件" in read(answer)
    run_jobs()
    db.session.rollback()  # the jobs wrote in sessions of their own
    for ticket_id in ids[:2]:
        assert Mark.URGED.value in people.ticket(ticket_id).marks
        assert [e.reason for e in people.entries(ticket_id, Event.URGED)] == [WORDS]
        assert any("催办" in notice.text for notice in people.notices(ticket_id))
    assert people.entries(ids[2], Event.URGED) == []


def test_many_are_supervised_and_stay_marked(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ids = [people.to_unit(a_ticket(title=f"督办件{n}"), at=at) for n in range(2)]
    form = {"ticket": [str(ids[0])], "verb": "supervise", "reason": WORDS}
    desk.post("/supervision/tickets", data=form)
    page = read(desk.get("/supervision/tickets?lamp=supervised"))
    assert "督办件0" in page
    assert "督办件1" not in page
    assert tile(read(desk.get("/supervision")), "督办中") == "1"


def test_a_bulk_without_text_or_tickets_keeps_what_was_ticked(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at)
    no_text = desk.post("/supervision/tickets", data={"ticket": str(ticket_id), "verb": "urge"})
    assert no_text.status_code == 422
    assert "请写明催办意见" in read(no_text)
    assert re.search(rf'value="{ticket_id}"[^>]* checked', read(no_text))
    no_ticket = desk.post("/supervision/tickets", data={"verb": "urge", "reason": WORDS})
    assert no_ticket.status_code == 422
    assert "请先选择要催办的工单" in read(no_ticket)
    assert WORDS in read(no_ticket)


def test_all_or_none_when_one_was_answered_meanwhile(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    works = people.to_unit(a_ticket(), at=at)
    done = people.to_callback(a_ticket(), at=at)
    form = {"ticket": [str(works), str(done)], "verb": "supervise", "reason": WORDS}
    answer = desk.post("/supervision/tickets", data=form)
    assert answer.status_code == 422
    assert people.ticket(done).ticket_no in read(answer)
    assert Mark.SUPERVISED.value not in people.ticket(works).marks


def test_ticket_page_urges_and_supervises(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at)
    assert desk.post(place(ticket_id, "urge"), data={"reason": " "}).status_code == 422
    assert desk.post(place(ticket_id, "urge"), data={"reason": "请尽快"}).status_code == 303
    assert desk.post(place(ticket_id, "supervise"), data={"reason": WORDS}).status_code == 303
    assert {Mark.URGED.value, Mark.SUPERVISED.value} <= set(people.ticket(ticket_id).marks)
    page = read(desk.get(place(ticket_id)))
    assert WORDS in page
    assert "东湖区城市管理局" in page


def test_supervisor_alone_sends_back_after_two_rounds(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_callback(a_ticket(), at=at)
    for _ in range(2):
        callbacks.redo(ticket_id, people.who("callback"), reason="仍未解决", at=at)
        people.handle_again(ticket_id, at=at)
    assert desk.post(place(ticket_id, "redo"), data={"reason": "第三次"}).status_code == 303
    assert (people.stage(ticket_id), people.ticket(ticket_id).round) == (Stage.DISPATCHED, 4)


def test_hanging_and_resuming(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_handling(a_ticket(), at=at)
    assert desk.post(place(ticket_id, "hang"), data={"reason": "历史遗留"}).status_code == 303
    assert people.stage(ticket_id) is Stage.HUNG
    assert tile(read(desk.get("/supervision")), "在办") == "0"
    assert desk.post(place(ticket_id, "resume"), data={"reason": "政策出台"}).status_code == 303
    assert people.stage(ticket_id) is Stage.HANDLING
    assert desk.post(place(ticket_id, "unreasonable"), data={"reason": "听证"}).status_code == 303
    assert people.ticket(ticket_id).outcome is Outcome.UNREASONABLE


def test_overdue_rings_the_supervisors_bell(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    a_ticket: Callable[..., int],
    run_jobs: Callable[[], int],
    at: datetime,
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at)
    sweeping.sweep(people.clock(ticket_id, Clock.HANDLE).due_at + timedelta(days=3))
    run_jobs()
    desk = sign_in(client, "supervisor")
    page = read(desk.get("/supervision/notices"))
    assert "超期提醒" in page
    assert people.ticket(ticket_id).ticket_no in page
    assert re.search(r"[1-9] 条未读", read(desk.get("/supervision")))


def test_search_finds_closed_tickets_too(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    people.to_callback(a_ticket(title="井盖缺失"), at=at)
    assert "井盖缺失" in read(desk.get("/supervision?q=井盖"))
    assert "没有找到" in read(desk.get("/supervision?q=没有这个"))


def test_links_to_the_dispatch_desk_only_for_who_may_enter(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
) -> None:
    assert 'href="/dispatch"' not in read(sign_in(client, "supervisor").get("/supervision"))
    client.post("/logout")
    assert 'href="/dispatch"' in read(sign_in(client, "authority").get("/supervision"))
