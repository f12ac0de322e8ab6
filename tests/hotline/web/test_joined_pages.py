"""并单 in the browser's eyes: similar ones with reasons, one click, many ticked, taken back."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest

from hotline.domain.lifecycle import Stage
from hotline.services import joining, printing
from tests.hotline.people import stage, ticket, to_dispatch, to_handling, to_unit, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    SignIn = Callable[[FlaskClient, str], FlaskClient]
    Made = Callable[..., int]

OUTAGE = {"title": "锦绣苑停水", "content": "锦绣苑小区从早上开始停水", "address": "锦绣苑小区"}


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def number(ticket_id: int) -> str:
    return ticket(ticket_id).ticket_no


@pytest.fixture
def pair(a_ticket: Made, at: datetime) -> tuple[int, int]:
    """Two open reports of one matter, at work with one unit."""
    master = to_handling(a_ticket(**OUTAGE), at=at)
    other = to_handling(a_ticket(**OUTAGE, phone="13800000002"), at=at)
    printing.fill()
    return master, other


WINGS = [("dispatcher", "dispatch"), ("supervisor", "supervision"), ("agent", "agent")]


@pytest.mark.parametrize(("login", "wing"), WINGS)
def test_every_desk_sees_what_is_alike_and_why(
    client: FlaskClient, sign_in: SignIn, pair: tuple[int, int], login: str, wing: str
) -> None:
    master, other = pair
    page = read(sign_in(client, login).get(f"/{wing}/tickets/{number(other)}"))
    assert "可能是同一件事" in page
    assert f"/{wing}/tickets/{number(master)}" in page
    assert "依据：" in page
    assert "锦绣" in page[page.index("依据：") : page.index("依据：") + 60]
    assert ("并入这张" in page) is (login != "agent"), "what is at work is merged by the desk only"


def test_a_unit_sees_its_own_only(
    client: FlaskClient, sign_in: SignIn, pair: tuple[int, int], a_ticket: Made, at: datetime
) -> None:
    foreign = to_unit(a_ticket(**OUTAGE, phone="13800000003"), at=at, code="D0102")
    printing.fill()
    page = read(sign_in(client, "department").get(f"/department/tickets/{number(pair[1])}"))
    assert number(pair[0]) in page
    assert number(foreign) not in page
    assert "并入这张" not in page


def test_merged_by_a_click_and_taken_back_with_a_reason(
    client: FlaskClient, sign_in: SignIn, pair: tuple[int, int]
) -> None:
    master, other = pair
    desk, page = sign_in(client, "dispatcher"), f"/dispatch/tickets/{number(other)}"
    form = {"master_no": number(master), "version": str(ticket(other).version)}
    back = {"Referer": f"http://localhost{page}"}
    answer = desk.post(f"/tickets/{number(other)}/merge", data=form, headers=back)
    assert answer.location == page
    assert ticket(other).master_id == master
    shown = read(desk.get(page))
    assert "已并入主单" in shown
    assert "撤销并单" in shown
    behind = read(desk.get(f"/dispatch/tickets/{number(master)}"))
    assert "共 2 人反映" in behind
    assert "138****0002" in behind
    assert "13800000002" not in behind
    refused = desk.post(f"/tickets/{number(other)}/unmerge", data={"reason": ""}, headers=back)
    assert refused.location == page
    assert ticket(other).master_id == master
    desk.post(f"/tickets/{number(other)}/unmerge", data={"reason": "不同楼栋"}, headers=back)
    assert stage(other) is Stage.HANDLING
    assert "不同楼栋" in read(desk.get(page))


def test_ticked_in_the_lists(
    client: FlaskClient, sign_in: SignIn, pair: tuple[int, int], a_ticket: Made, at: datetime
) -> None:
    master, other = pair
    third = to_dispatch(a_ticket(**OUTAGE, phone="13800000004"), at=at)
    desk = sign_in(client, "dispatcher")
    page = read(desk.get("/dispatch/tickets"))
    assert f'name="ticket" value="{other}"' in page
    form = {"ticket": [str(other), str(third), "x", "9" * 30], "master_no": number(master)}
    answer = desk.post("/tickets/merge", data=form, follow_redirects=False)
    assert answer.status_code == 303
    assert {ticket(one).master_id for one in (other, third)} == {master}
    assert "并入主单" in read(sign_in(client, "supervisor").get("/supervision/tickets"))


@pytest.mark.parametrize("master_no", ["", "123", "0" * 40, "\x00"])
def test_a_wrong_number_is_said_in_words(
    client: FlaskClient, sign_in: SignIn, pair: tuple[int, int], master_no: str
) -> None:
    desk = sign_in(client, "dispatcher")
    form = {"ticket": str(pair[1]), "master_no": master_no}
    answer = desk.post(
        "/tickets/merge", data=form, headers={"Referer": "http://localhost/dispatch"}
    )
    assert (answer.status_code, answer.location) == (303, "/dispatch")
    assert "没有并单" in read(desk.get("/dispatch"))
    assert ticket(pair[1]).master_id is None


def test_other_peoples_referrers_are_not_followed(
    client: FlaskClient, sign_in: SignIn, pair: tuple[int, int]
) -> None:
    desk = sign_in(client, "dispatcher")
    away = {"Referer": "http://evil.example/x"}
    assert desk.post("/tickets/merge", data={}, headers=away).location == "/"


def test_who_asked_to_stay_unknown_stays_so(
    client: FlaskClient, sign_in: SignIn, pair: tuple[int, int], a_ticket: Made, at: datetime
) -> None:
    """A confidential report of a public matter: nobody at the unit and no caller learns whose."""
    master = pair[0]
    hidden = a_ticket(
        **{**OUTAGE, "title": "我是锦绣苑三栋的王五", "content": "锦绣苑停水，我是王五"},
        phone="13811112222",
        name="王五",
        confidential=True,
    )
    joining.merge(hidden, number(master), who("dispatcher"), at=at)
    for login, wing in (("department", "department"), ("dispatcher", "dispatch")):
        page = read(sign_in(client, login).get(f"/{wing}/tickets/{number(master)}"))
        assert "要求保密" in page
        assert "王五" not in page
        assert "138****2222" not in page
        client.post("/logout")
    row = ticket(master)
    public = client.get(f"/api/v1/tickets/{row.ticket_no}?query_code={row.query_code}")
    assert "王五" not in public.get_data(as_text=True)


def test_the_api_merges_and_takes_back(client: FlaskClient, pair: tuple[int, int]) -> None:
    from hotline.domain.terms import Role
    from hotline.services import staffing

    del Role, staffing
    spec = client.get("/api/v1/openapi.json").get_json()
    path = "/api/v1/tickets/{ticket_no}/actions/unmerge"
    assert spec["paths"][path]["post"]["summary"] == "撤销并单"
    schema = spec["components"]["schemas"]["UnmergeIn"]
    assert set(schema["properties"]) == {"reason", "version"}
    assert schema["required"] == ["reason"]
