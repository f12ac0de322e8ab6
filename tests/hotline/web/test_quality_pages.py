"""派单质量 in the browser's eyes: answers first, each number with its tickets, closed by role."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine

from hotline.services import drifting, sorting
from tests.hotline import people
from tests.hotline.people import ZHUJIAN
from tests.hotline.queries import indicator_month as march
from tests.hotline.queries.test_quality import by_machine, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    Enter = Callable[[FlaskClient, str], FlaskClient]
    Made = Callable[..., int]

MARCH = "period=custom&from=2026-03-01&to=2026-03-31"
DESKS = {
    "dispatcher": "/dispatch",
    "authority": "/supervision",
    "supervisor": "/supervision",
    "admin": "/admin",
    "auditor": "/admin",
}
PAGES = ("quality", "quality/tickets", "quality/lines", "quality/drift", "quality.csv")


@pytest.fixture(autouse=True)
def end_of_march() -> Iterator[None]:
    with time_machine.travel(march.at_the_end(), tick=False):
        yield


@pytest.fixture
def desk(client: FlaskClient, sign_in: Enter) -> FlaskClient:
    return sign_in(client, "supervisor")


def read(answer: TestResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.get_data(as_text=True)[:400]
    return html.unescape(answer.get_data(as_text=True))


def words(page: str) -> str:
    """What stands on a page, without its marks."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page))


@pytest.mark.parametrize("login", DESKS)
def test_the_answers_come_first_for_all_who_may_read(
    client: FlaskClient, sign_in: Enter, a_ticket: Made, login: str
) -> None:
    march.play(a_ticket)
    page = words(read(sign_in(client, login).get(f"{DESKS[login]}/quality?{MARCH}")))
    assert "一次派准率75.0%（6÷8）" in page
    assert "全国平均约75%" in page
    assert "最多错派：环境污染派给东湖区城管局，应为东湖区住建局（1件）" in page
    assert "退单率30.0%：提出3件，同意2，驳回1" in page
    assert "怎样计算" in page


@pytest.mark.parametrize("login", ["agent", "department", "callback", "knowledge", "security"])
def test_nobody_else_gets_in(client: FlaskClient, sign_in: Enter, login: str) -> None:
    desk = sign_in(client, login)
    for wing in ("/dispatch", "/supervision", "/admin"):
        for page in PAGES:
            assert desk.get(f"{wing}/{page}").status_code == 403, (wing, page)


def test_each_number_opens_the_tickets_behind_it(desk: FlaskClient, a_ticket: Made) -> None:
    month = march.play(a_ticket)
    page = read(desk.get(f"/supervision/quality?{MARCH}"))
    for part, names in {"wrong": "F J", "right": "A B C D G H", "refused": "G"}.items():
        found = re.findall(rf'href="([^"]*quality/tickets\?[^"]*part={part}[^"]*)"', page)
        assert found, part
        listed = read(desk.get(found[0]))
        for name, ticket_id in month.items():
            number = people.ticket(ticket_id).ticket_no
            assert (number in listed) == (name in names.split()), (part, name)


def test_a_way_opens_its_own_tickets(desk: FlaskClient, a_ticket: Made) -> None:
    month = march.play(a_ticket)
    page = read(desk.get(f"/supervision/quality?{MARCH}"))
    [to_zhujian] = set(re.findall(rf'href="([^"]*part=moved[^"]*dest={ZHUJIAN}[^"]*)"', page))
    listed = read(desk.get(to_zhujian))
    assert people.ticket(month["J"]).ticket_no in listed
    assert people.ticket(month["F"]).ticket_no not in listed
    assert "东湖区城管局 → 东湖区住建局" in listed


def test_machine_and_person_stand_beside_each_other(desk: FlaskClient, a_ticket: Made) -> None:
    by_machine(march.sent(a_ticket, "机器派对"))
    moved(by_machine(march.sent(a_ticket, "机器派错")), ZHUJIAN)
    march.sent(a_ticket, "人派对")
    page = words(read(desk.get(f"/supervision/quality?{MARCH}")))
    assert "系统自动派出66.7%：派准50.0%，派错1件；分派员派准100.0%" in page


def test_it_is_compared_with_as_many_days_before(desk: FlaskClient, a_ticket: Made) -> None:
    march.sent(a_ticket, "对")
    moved(march.sent(a_ticket, "错"), ZHUJIAN)
    at = march.MORNING + timedelta(days=7)
    people.to_unit(a_ticket(at=at), at=at)
    page = read(desk.get("/supervision/quality?period=custom&from=2026-03-09&to=2026-03-15"))
    assert "比前7天（50.0%）升50.0个百分点" in words(page)


def test_who_sees_no_tickets_reads_no_demand(
    client: FlaskClient, sign_in: Enter, a_ticket: Made
) -> None:
    month = march.play(a_ticket)
    desk = sign_in(client, "admin")
    page = read(desk.get(f"/admin/quality/tickets?{MARCH}&part=wrong"))
    assert people.ticket(month["J"]).ticket_no in page
    assert people.ticket(month["J"]).title not in page
    assert "不显示诉求内容" in page
    other = read(sign_in(client, "auditor").get(f"/admin/quality/tickets?{MARCH}&part=wrong"))
    assert people.ticket(month["J"]).title in other


def test_nothing_yet_explains_itself(desk: FlaskClient) -> None:
    assert "这段时间没有派出的工单" in read(desk.get("/supervision/quality"))
    assert "这一部分没有工单" in read(desk.get("/supervision/quality/tickets?part=wrong"))
    page = read(desk.get("/supervision/quality/drift"))
    assert "没有可用的模型" in page
    assert "这段时间没有分好类的工单" in page


def test_what_was_sent_today_has_no_verdict_yet(desk: FlaskClient, a_ticket: Made) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    people.to_unit(a_ticket(at=at), at=at)
    page = words(read(desk.get("/supervision/quality")))
    assert "一次派准率—" in page
    assert "还没有定论" in page
    assert "尚无定论1件" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("period=century", "请从列表中选择统计期"),
        ("period=custom&from=2026-03-05&to=2026-03-01", "结束日期早于开始日期"),
        ("period=custom&from=yesterday&to=2026-03-01", "请填写开始日期"),
        ("period=custom&from=2024-01-01&to=2026-03-01", "统计期最长"),
        ("period=custom&from=0001-01-01&to=0001-01-02", "2000 年至 2100 年"),
        ("category=77", "没有这个问题分类"),
        ("category=%25", "没有这个问题分类"),
        ("unit=NOBODY", "没有这个承办单位"),
    ],
)
def test_a_wrong_address_is_told_in_words(desk: FlaskClient, asked: str, said: str) -> None:
    assert said in read(desk.get(f"/supervision/quality?{asked}"), 422)
    assert said in read(desk.get(f"/supervision/quality.csv?{asked}"), 422)


@pytest.mark.parametrize("cursor", ["x", "-1", "1-1", "１"])
def test_a_cursor_that_is_not_ours(desk: FlaskClient, cursor: str) -> None:
    answer = desk.get("/supervision/quality/tickets", query_string={"cursor": cursor})
    assert answer.status_code == 422


def test_an_unknown_part_or_sender_narrows_nothing(desk: FlaskClient, a_ticket: Made) -> None:
    march.sent(a_ticket, "噪声")
    page = read(desk.get(f"/supervision/quality/tickets?{MARCH}&part=x&sender=y&dest=z&target=w"))
    assert "首次派出" in page
    assert "本页 1 件" in page


def test_the_table_for_a_spreadsheet(desk: FlaskClient, a_ticket: Made) -> None:
    march.play(a_ticket)
    answer = desk.get(f"/supervision/quality.csv?{MARCH}")
    text = answer.get_data(as_text=True)
    assert answer.headers["Content-Disposition"].endswith('20260301-20260331.csv"')
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    total = dict(zip(rows[0], rows[1], strict=True))
    assert total["名称"] == "合计"
    assert (total["首次派出"], total["一次派准"], total["派错"], total["不计"]) == (
        "9",
        "6",
        "2",
        "1",
    )
    assert (total["一次派准率（%）"], total["系统派准率（%）"], total["退单率（%）"]) == (
        "75.00",
        "",
        "30.00",
    )
    assert ["移出", "0202"] in [row[:2] for row in rows]
    assert {row[0] for row in rows if row} >= {"合计", "分类", "单位", "移出"}


def test_drift_shows_shares_and_new_words(
    app: APIFlask, desk: FlaskClient, a_ticket: Made, model: str
) -> None:
    at = march.at_the_end() - timedelta(days=1)
    for number in range(60):
        given = {"phone": f"139{number:08}", "content": "门口的麒麟坏了"}
        people.to_dispatch(a_ticket(at=at, **given), at=at)
    drifting.look(app.extensions["hotline"].shelf, at=march.at_the_end())
    page = words(read(desk.get("/supervision/quality/drift")))
    assert "麒麟60件，前期没有" in page
    assert "与前一个同样长的时期比工单太少，看不出" in page
    assert "与模型的训练数据比明显变化PSI" in page
    assert "起步模型" in page


def test_all_readers_see_what_other_lines_would_have_done(
    desk: FlaskClient, a_ticket: Made, model: str, app: APIFlask
) -> None:
    at = march.at_the_end() - timedelta(days=1)
    ticket_id = a_ticket(at=at)
    sorting.suggest(ticket_id, app.extensions["hotline"].shelf, at=at)
    page = words(read(desk.get("/supervision/quality/lines?category=02")))
    assert "最近30天看过的1件" in page
    assert "现行线60%" in page
    assert "采用" not in page
    assert "没有这个问题分类" in read(desk.get("/supervision/quality/lines?category=99"), 422)


def test_without_a_model_there_is_nothing_to_try(desk: FlaskClient) -> None:
    page = read(desk.get("/supervision/quality/lines"))
    assert "还没有数据" in page
    assert "这段时间没有可试算的工单" in page


def test_the_desks_lead_there(client: FlaskClient, sign_in: Enter) -> None:
    assert 'href="/supervision/quality"' in read(sign_in(client, "supervisor").get("/supervision"))
    assert 'href="/dispatch/quality"' in read(sign_in(client, "dispatcher").get("/dispatch"))
