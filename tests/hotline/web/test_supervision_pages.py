"""The supervisor's lists, calendar and indicators in the browser's eyes (督办清单、日历、指标)."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.db import db, transaction
from hotline.domain.events import Event
from hotline.domain.terms import Clock, Mark
from hotline.models import Notice, Outage
from hotline.services import motions
from hotline.services.motions import hanging
from tests.hotline import people
from tests.hotline.queries import indicator_month as march
from tests.hotline.queries.indicator_month import LONGER

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

WORDS = "请单位负责人包案，三日内报告进展"
MARCH = "period=custom&from=2026-03-01&to=2026-03-31"


@pytest.fixture
def desk(client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]) -> FlaskClient:
    return sign_in(client, "supervisor")


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def rows(page: str) -> list[str]:
    """The rows of the list, without its head."""
    return re.findall(r"<tr class=\"row-.*?</tr>", page, re.DOTALL)


# --- 清单 ---------------------------------------------------------------------------------------


def test_filters_narrow_the_list_and_stay_in_its_links(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    people.to_unit(a_ticket(title="没签收的"), at=at)
    people.to_handling(a_ticket(title="签收了的"), at=at)
    people.to_unit(a_ticket(title="别单位的"), at=at, code=people.ZHUJIAN)
    handler = people.handler().name
    wanted = {
        "lamp=overdue": {"没签收的", "签收了的", "别单位的"},
        f"unit={people.CHENGGUAN}": {"没签收的", "签收了的"},
        f"person={handler}": {"签收了的"},
        "person=未签收": {"没签收的", "别单位的"},
        f"person=未签收&unit={people.ZHUJIAN}": {"别单位的"},
        "cause=not_contacted": {"签收了的"},
        "cause=unsigned": {"没签收的", "别单位的"},
        "mark=supervised": set(),
        "clock=sign": {"没签收的", "别单位的"},
        "category=01": set(),
        "cause=nothing&mark=nothing&clock=nothing": {"没签收的", "签收了的", "别单位的"},
    }
    for query, titles in wanted.items():
        page = read(desk.get(f"/supervision/tickets?{query}"))
        shown = {title for title in ("没签收的", "签收了的", "别单位的") if title in page}
        assert shown == titles, query
    page = read(desk.get(f"/supervision/tickets?cause=unsigned&unit={people.ZHUJIAN}"))
    assert f"lamp=open&unit={people.ZHUJIAN}&cause=unsigned" in page


def test_a_line_shows_who_holds_it_why_and_the_old_deadline(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    at = datetime.now(UTC)
    ticket_id = people.to_handling(a_ticket(at=at), at=at)
    before = people.clock(ticket_id, Clock.HANDLE).due_at
    asked = motions.file(ticket_id, LONGER, people.who("lead_chengguan"), at=at)
    motions.grant(asked, people.who("dispatcher"), note="同意", at=at)
    (row,) = rows(read(desk.get("/supervision/tickets?lamp=open")))
    for words in (people.handler().name, "未先行联系", "东湖区城管局", "lamp-green"):
        assert words in row
    assert f"（原 {before.astimezone(march.MORNING.tzinfo):%m-%d %H:%M}）" in row


def test_a_hung_ticket_is_shown_as_paused(desk: FlaskClient, a_ticket: Callable[..., int]) -> None:
    at = datetime.now(UTC)
    ticket_id = people.to_handling(a_ticket(at=at), at=at)
    hanging.hang(ticket_id, people.who("authority"), reason="待政策", at=at)
    (row,) = rows(read(desk.get("/supervision/tickets?lamp=paused")))
    assert "lamp-paused" in row
    assert "暂停计时" in row
    assert "lamp-paused" in read(desk.get("/supervision?q=夜间施工"))


def test_days_and_years_that_cannot_be_do_not_filter(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    people.to_unit(a_ticket(), at=at)
    for day in ("9999-12-31", "0001-01-01", "2026-13-01", "x", "2026-3-1"):
        answer = desk.get(f"/supervision/tickets?on={day}")
        assert (answer.status_code, len(rows(read(answer)))) == (200, 1), day
    due = people.clock(people.id_of(_number(read(answer))), Clock.HANDLE).due_at
    day = due.astimezone(march.MORNING.tzinfo).date()
    assert len(rows(read(desk.get(f"/supervision/tickets?on={day}")))) == 1
    later = day + timedelta(days=1)
    assert rows(read(desk.get(f"/supervision/tickets?on={later}"))) == []


def _number(page: str) -> str:
    found = re.search(r"/supervision/tickets/(\d{22,24})\"", page)
    assert found
    return found.group(1)


def test_lists_renew_themselves_faster_in_a_time_lapse(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    from types import SimpleNamespace

    from hotline.web.looks import refresh_seconds

    people.to_unit(a_ticket(), at=at)
    for path in ("/supervision", "/supervision/tickets", "/supervision/calendar"):
        assert 'hx-trigger="every 20s"' in read(desk.get(path)), path
    assert refresh_seconds(SimpleNamespace()) == 20  # type: ignore[arg-type]
    lapse = SimpleNamespace(pace=SimpleNamespace(speed=600))
    assert refresh_seconds(lapse) == 2  # type: ignore[arg-type]


# --- 批量 ---------------------------------------------------------------------------------------


def test_before_it_is_sent_the_page_says_who_will_be_told(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ids = [people.to_unit(a_ticket(title=f"第{n}件"), at=at) for n in range(2)]
    waiting = people.to_dispatch(a_ticket(title="还没派的"), at=at)
    form = {
        "ticket": [str(i) for i in (*ids, waiting)],
        "verb": "order",
        "reason": WORDS,
        "leader": "张副市长",
    }
    page = read(desk.post("/supervision/tickets/foresee?lamp=open", data=form))
    for words in ("核对：领导批示 3 件", "张副市长批示", WORDS, "东湖区城市管理局", "高建军"):
        assert words in page
    assert "1 件尚未派给任何单位" in page
    assert "没有登记上级单位负责人" in page
    assert people.entries(ids[0], Event.ORDERED) == [], "nothing is written yet"
    hidden = re.findall(r'type="hidden" name="ticket" value="(\d+)"', page)
    assert sorted(int(number) for number in hidden) == sorted((*ids, waiting))
    done = desk.post("/supervision/tickets?lamp=open", data=form, follow_redirects=True)
    assert "已登记领导批示 3 件" in read(done)
    assert all(Mark.ORDERED.value in people.ticket(i).marks for i in (*ids, waiting))


def test_going_back_keeps_words_and_ticks(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    one, two = (people.to_unit(a_ticket(), at=at) for _ in range(2))
    form = {"ticket": str(two), "verb": "raise_level", "reason": WORDS}
    page = read(desk.post("/supervision/tickets/reconsider?lamp=overdue", data=form))
    assert WORDS in page
    assert re.search(rf'value="{two}"[^>]* checked', page)
    assert not re.search(rf'value="{one}"[^>]* checked', page)


@pytest.mark.parametrize("verb", ["urge", "supervise", "raise_level", "order", "release"])
def test_a_preview_without_words_names_what_is_missing(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime, verb: str
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at)
    form = {"ticket": str(ticket_id), "verb": verb, "leader": "张副市长", "reason": " "}
    answer = desk.post("/supervision/tickets/foresee", data=form)
    assert answer.status_code == 422
    assert "请写明" in read(answer)
    answer = desk.post("/supervision/tickets/foresee", data={"verb": verb, "reason": WORDS})
    assert answer.status_code == 422


def test_numbers_that_are_no_tickets_are_told(desk: FlaskClient) -> None:
    for number in ("9" * 40, "-1", "²", "x"):
        form = {"ticket": number, "verb": "supervise", "reason": WORDS}
        assert desk.post("/supervision/tickets", data=form).status_code == 422, number
    form = {"ticket": "2147483647", "verb": "supervise", "reason": WORDS}
    answer = desk.post("/supervision/tickets", data=form)
    assert (answer.status_code, "没有这张工单" in read(answer)) == (422, True)


def test_one_ticket_is_raised_ordered_and_released_from_its_page(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = people.to_unit(a_ticket(), at=at)
    here = f"/supervision/tickets/{people.ticket(ticket_id).ticket_no}"
    page = read(desk.get(here))
    assert "将告知：东湖区城市管理局、高建军（东湖区城管局）" in page
    assert "解除督办" not in page
    refused = desk.post(f"{here}/order", data={"reason": WORDS})
    assert (refused.status_code, "请写明批示的领导" in read(refused)) == (422, True)
    assert desk.post(f"{here}/raise-level", data={"reason": WORDS}).status_code == 303
    given = {"reason": WORDS, "leader": "张副市长"}
    assert desk.post(f"{here}/order", data=given).status_code == 303
    assert {Mark.RAISED, Mark.ORDERED, Mark.SUPERVISED} <= set(people.ticket(ticket_id).marks)
    assert "解除督办" in read(desk.get(here))
    assert desk.post(f"{here}/release", data={"reason": "已办好"}).status_code == 303
    assert Mark.SUPERVISED.value not in people.ticket(ticket_id).marks


# --- 停摆、通知 ---------------------------------------------------------------------------------


def test_pages_say_when_the_system_was_away(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        session.add(
            Outage(
                began_at=now - timedelta(days=4),
                ended_at=now - timedelta(days=1),
                late=2000,
                digested_at=now,
            )
        )
        old = now - timedelta(days=40)
        session.add(Outage(began_at=old, ended_at=old + timedelta(hours=1), late=7))
    for login, path in (
        ("supervisor", "/supervision"),
        ("department", "/department"),
        ("dispatcher", "/dispatch"),
    ):
        page = read(sign_in(client, login).get(path))
        assert "停止运行，2000 个节点已按原定时间补记" in page, path
        assert "7 个节点" not in page, "what is long ago is no news"
        client.post("/logout")
    assert "停止运行" not in read(sign_in(client, "agent").get("/agent"))


def test_a_notice_that_speaks_of_many_opens_their_list(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    lead = people.who("lead_chengguan")
    with transaction() as session:
        session.add(
            Notice(
                key="own-1",
                staff_id=lead.staff_id,
                link="/department?lamp=overdue",
                text="【书面催办】共 40 件工单：990101…等，请在待办列表中逐件处理。",
                created_at=datetime.now(UTC),
            )
        )
    desk = sign_in(client, "lead_chengguan")
    page = read(desk.get("/department/notices"))
    assert "发给本人" in page
    assert "打开清单" in page
    notice_id = db.session.query(Notice.id).filter_by(key="own-1").scalar()
    answer = desk.post(f"/department/notices/{notice_id}", data={"go": "yes"})
    assert answer.location == "/department?lamp=overdue"
    client.post("/logout")
    other = sign_in(client, "department")
    assert "书面催办" not in read(other.get("/department/notices"))
    assert other.post(f"/department/notices/{notice_id}").status_code == 404


# --- 考核指标 -----------------------------------------------------------------------------------


def test_indicators_show_formula_figures_and_what_is_left_out(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    march.play(a_ticket)
    page = read(desk.get(f"/supervision/indicators?{MARCH}"))
    for words in (
        "按时办结率",
        "71.4%",
        "平均签收用时",
        "1.1 小时",
        "省平台下派",
        "办理时限（含延期）",
    ):
        assert words in page, words
    one = read(desk.get(f"/supervision/indicators/close_on_time?{MARCH}"))
    for words in ("东湖区城管局", "50.0%", "东湖区住建局", "100.0%", "现行为出厂口径"):
        assert words in one, words
    drill = f"/supervision/indicators/close_on_time/tickets?{MARCH}"
    assert len(rows_of(read(desk.get(f"{drill}&part=numerator")))) == 5
    assert len(rows_of(read(desk.get(f"{drill}&part=missed")))) == 2
    left = read(desk.get(f"{drill}&part=excluded&why=hung"))
    assert (len(rows_of(left)), "已剔除：挂账" in left) == (1, True)


def rows_of(page: str) -> list[str]:
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    return re.findall(r"<tr", body)


def test_what_is_left_out_is_switched_on_the_page(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    march.play(a_ticket)
    here = f"/supervision/indicators/close_on_time?{MARCH}"
    kept = {"exclusions": ["withdrawn", "merged"]}
    page = read(desk.post(here, data=kept, follow_redirects=True))
    assert "62.5%" in page
    assert f"现行口径由 {people.who('supervisor').name}" in page
    refused = desk.post(here, data={"exclusions": ["province"]})
    assert refused.status_code == 422
    assert "没有这些剔除项" in read(refused)
    assert "62.5%" in read(desk.get(here)), "nothing was changed by the refused form"


def test_a_period_that_cannot_be_is_explained_beside_its_field(desk: FlaskClient) -> None:
    for query, words in {
        "period=custom": "请填写开始日期",
        "period=custom&from=2026-03-02&to=2026-03-01": "结束日期早于开始日期",
        "period=custom&from=2024-01-01&to=2026-03-01": "统计期最长 366 天",
        "period=custom&from=9999-01-01&to=9999-03-01": "开始日期须在",
    }.items():
        answer = desk.get(f"/supervision/indicators?{query}")
        assert (answer.status_code, words in read(answer)) == (422, True), query
    assert desk.get("/supervision/indicators.csv?period=custom").status_code == 422
    assert desk.get("/supervision/indicators/nothing").status_code == 404
    for choice in ("this", "last", "anything"):
        assert desk.get(f"/supervision/indicators?period={choice}").status_code == 200


def test_the_csv_holds_every_indicator_of_every_unit(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    march.play(a_ticket)
    answer = desk.get(f"/supervision/indicators.csv?{MARCH}")
    assert answer.mimetype == "text/csv"
    assert "indicators-20260301-20260331.csv" in answer.headers["Content-Disposition"]
    text = answer.get_data().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    found = {(line["指标"], line["单位"]): line for line in lines}
    whole = found["按时办结率", "合计"]
    assert (whole["数值"], whole["分子"], whole["分母"], whole["剔除"]) == ("71.43", "5", "7", "3")
    assert found["按时办结率", "东湖区城管局"]["数值"] == "50.00"
    assert found["平均办理用时", "合计"]["数值"] == f"{173 / 6:.2f}"
    assert found["挂账数", "合计"]["分母"] == ""


def test_indicators_are_for_supervisors_and_the_authority(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    assert sign_in(client, "department").get("/supervision/indicators").status_code == 403
    client.post("/logout")
    assert sign_in(client, "authority").get("/supervision/indicators").status_code == 200


def test_dates_typed_beside_this_month_are_meant(
    client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    """统计期 still says 本月至今, but somebody typed another day: that day is meant."""
    page = sign_in(client, "supervisor").get(
        "/supervision/indicators?period=this&shown_from=2026-03-01&shown_to=2026-03-11"
        "&from=2026-02-01&to=2026-03-11"
    )
    assert "2026-02-01 至 2026-03-11" in page.get_data(as_text=True)
