"""信任线 pages: proposals, one click, by hand with the consequence in sight, history."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from hotline.db import db, transaction
from hotline.domain.lifecycle import Stage
from hotline.models import SuggestionRow, Ticket, TrustChange, TrustLine
from hotline.services import sorting, trust
from tests.hotline.people import NOISE, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    Enter = Callable[[FlaskClient, str], FlaskClient]
    Made = Callable[..., int]


@pytest.fixture
def desk(client: FlaskClient, sign_in: Enter) -> FlaskClient:
    return sign_in(client, "admin")


@pytest.fixture(autouse=True)
def lines(client: FlaskClient) -> Iterator[None]:
    """Trust lines as they were: the table outlives a test."""
    yield
    db.session.rollback()
    db.session.execute(delete(TrustLine).where(TrustLine.category_code != ""))
    plain = {"probability": sorting.DEFAULT_LINE, "model_id": None, "wished_error": None}
    db.session.execute(update(TrustLine).values(**plain))
    db.session.commit()


def read(answer: TestResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.get_data(as_text=True)[:400]
    return html.unescape(answer.get_data(as_text=True))


def words(page: str) -> str:
    """What stands on a page, without its marks."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page))


def decided(a_ticket: Made, right: int, wrong: int, odds: float) -> None:
    """So many tickets the starter model looked at, and a person decided."""
    at = datetime.now(UTC)
    for number in range(right + wrong):
        ticket_id = a_ticket(at=at, content=f"夜间施工噪声扰民 {number}")
        code = NOISE if number < right else "0101"
        with transaction() as session:
            row = session.get_one(Ticket, ticket_id)
            row.category_code, row.category_by, row.stage = code, "李建国", Stage.TO_DISPATCH
            session.add(
                SuggestionRow(
                    ticket_id=ticket_id,
                    model_id="starter",
                    at=at,
                    top_code="0202",
                    probability=odds,
                    is_unsure=False,
                    decision="自动派单",
                )
            )


def test_every_category_has_its_proposal_and_its_grounds(
    desk: FlaskClient, model: str, a_ticket: Made
) -> None:
    decided(a_ticket, 80, 1, 0.9)
    page = words(read(desk.get("/admin/trust?wish=10")))
    assert "本市81件" in page
    assert "模型交叉验证" in page
    assert "本市定论只有0件，不足50件" in page
    assert "采用30%" in page
    assert "尚未按数据选定" in page


def test_one_click_adopts_what_was_shown(desk: FlaskClient, model: str, a_ticket: Made) -> None:
    decided(a_ticket, 80, 1, 0.9)
    decided(a_ticket, 5, 20, 0.5)
    page = read(desk.get("/admin/trust/02?wish=10"))
    [shown] = re.findall(r'name="shown" value="([\d.]+)"', page)
    form = {"category_code": "02", "wish": "10", "shown": shown}
    answer = desk.post("/admin/trust/adopt", data=form, follow_redirects=True)
    assert f"已采用建议：信任线 {shown}%" in read(answer)
    assert shown == "51"
    assert sorting.trust_line("0202") == 0.51
    history = words(read(desk.get("/admin/trust/02")))
    assert "默认线→51%，按错派率不超过10.0%选取" in history
    assert "预计错派1.2%、自动派单76%（本市已有定论的工单，106件）" in history
    assert "按错派率10.0%选定" in history


def test_what_other_lines_would_have_done(desk: FlaskClient, model: str, a_ticket: Made) -> None:
    decided(a_ticket, 6, 2, 0.97)
    decided(a_ticket, 1, 3, 0.62)
    page = read(desk.get("/admin/trust/default?days=7"))
    rows = {
        cells[0]: cells[1:]
        for cells in (
            [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)
        )
    }
    assert rows["65%"][:5] == ["866.7%", "6", "225.0%", "0", "4"]
    assert rows["60%现行"][:5] == ["12100.0%", "7", "541.7%", "0", "0"]
    assert rows["99%"][:5] == ["00.0%", "0", "0—", "0", "12"]


def test_a_line_by_hand_shows_its_consequence_first(
    desk: FlaskClient, model: str, a_ticket: Made
) -> None:
    decided(a_ticket, 190, 0, 0.9)
    page = words(read(desk.get("/admin/trust/02?try=85")))
    assert "线设在85%时" in page
    assert "预计错派0.0%（0.0%–2.0%），自动派单100.0%，依据190件" in page
    form = {"category_code": "02", "percent": "85", "reason": "先看一周"}
    assert desk.post("/admin/trust", data=form).status_code == 303
    [change] = db.session.scalars(select(TrustChange)).all()
    assert (change.after, change.reason, change.by) == (0.85, "先看一周", who("admin").name)
    assert (change.source, change.taken, change.total) == ("own", 190, 190)
    assert "手工设定" in words(read(desk.get("/admin/trust")))


def test_another_model_marks_the_line(desk: FlaskClient, model: str, at: datetime) -> None:
    trust.set_line("02", 0.8, who("admin"), at=at)
    with transaction() as session:
        session.get_one(TrustLine, "02").model_id = "m2025"
    assert "模型已更换，请重新核对" in read(desk.get("/admin/trust"))
    assert "模型已更换，请重新核对" in read(desk.get("/admin/trust/02"))


def test_without_model_and_tickets_it_says_so(desk: FlaskClient) -> None:
    page = words(read(desk.get("/admin/trust")))
    assert "没有可用的模型" in page
    assert "采用" not in page.replace("采用后", "")
    assert "还没有数据" in words(read(desk.get("/admin/trust/02")))
    form = {"category_code": "02", "wish": "2", "shown": "100"}
    assert "没有可用的模型" in read(desk.post("/admin/trust/adopt", data=form), 422)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/admin/trust?wish=x", "请填写百分数"),
        ("/admin/trust?wish=0", "错派率须在"),
        ("/admin/trust?wish=nan", "错派率须在"),
        ("/admin/trust/02?wish=99", "错派率须在"),
        ("/admin/trust/02?try=x", "请填写百分数"),
        ("/admin/trust/02?try=12", "30% 到 100%"),
        ("/admin/trust/02?try=inf", "30% 到 100%"),
    ],
)
def test_a_wrong_number_is_told_in_words(desk: FlaskClient, address: str, said: str) -> None:
    assert said in read(desk.get(address), 422)


@pytest.mark.parametrize("code", ["0202", "77", "%20", "..%2f"])
def test_there_is_a_page_of_first_levels_only(desk: FlaskClient, code: str) -> None:
    assert desk.get(f"/admin/trust/{code}").status_code == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"category_code": "02", "wish": "2", "shown": "12.3"}, "建议已变为"),
        ({"category_code": "02", "wish": "2"}, "请填写百分数"),
        ({"category_code": "02", "wish": "80", "shown": "50"}, "错派率须在"),
        ({"category_code": "0202", "wish": "2", "shown": "50"}, "请选择一级分类"),
        ({}, "请填写百分数"),
    ],
)
def test_an_adoption_that_cannot_be(
    desk: FlaskClient, model: str, form: dict[str, str], said: str
) -> None:
    assert said in read(desk.post("/admin/trust/adopt", data=form), 422)
    assert db.session.scalars(select(TrustChange)).all() == []


def test_a_too_long_reason_keeps_what_was_typed(desk: FlaskClient, model: str) -> None:
    form = {"category_code": "02", "percent": "85", "reason": "长" * 201}
    page = read(desk.post("/admin/trust", data=form), 422)
    assert "理由最多 200 字" in page
    assert 'value="85"' in page
