"""The last word by one tap, and the citizen's own list behind a one-time code."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Resolved
from hotline.models import Rating
from hotline.services import endings
from tests.hotline.web.citizen_life import (
    DISPATCHER,
    REPLY,
    dispatched,
    opened,
    ticket,
    to_callback,
    token,
    unit_name,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask
    from flask.testing import FlaskClient

PHONE = "13912345678"


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


def ratings() -> list[Rating]:
    return list(db.session.scalars(select(Rating).order_by(Rating.id)))


def test_the_link_shows_the_reply_and_five_buttons_without_signing_in(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    page = client.get(f"/r/{token(to_callback(a_ticket(), at))}")
    assert page.status_code == 200
    assert REPLY in words(page)
    assert re.findall(r'name="satisfaction" value="(\d)"', page.text) == ["5", "4", "3", "2", "1"]
    assert "非常满意" in words(page)
    assert PHONE not in page.text


GOOD = [
    ("5", "", Resolved.YES),
    ("4", "", Resolved.YES),
    ("3", "", Resolved.PARTLY),
    ("4", "partly", Resolved.PARTLY),
    ("5", "yes", Resolved.YES),
]


@pytest.mark.parametrize("tap", GOOD)
def test_one_good_tap_closes_the_ticket(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime, tap: tuple[str, str, Resolved]
) -> None:
    grade, said, resolved = tap
    ticket_id = to_callback(a_ticket(), at)
    place = f"/r/{token(ticket_id)}"
    answer = client.post(place, data={"satisfaction": grade, "resolved": said})
    assert answer.status_code == 303
    assert (ratings()[0].satisfaction, ratings()[0].resolved) == (int(grade), resolved)
    assert ticket(ticket_id).stage is Stage.CLOSED
    assert "感谢您的评价" in words(client.get(place))


@pytest.mark.parametrize(("grade", "said"), [("1", ""), ("2", ""), ("5", "no")])
def test_one_bad_tap_opens_a_redo_and_says_until_when(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime, grade: str, said: str
) -> None:
    ticket_id = to_callback(a_ticket(), at)
    place = f"/r/{token(ticket_id)}"
    client.post(place, data={"satisfaction": grade, "resolved": said, "comment": "还在施工"})
    again = ticket(ticket_id)
    assert (again.stage, again.round) == (Stage.DISPATCHED, 2)
    page = words(client.get(place))
    assert "很抱歉没能让您满意" in page
    assert f"已交{unit_name()}重新办理，2026-03-16 17:30 前答复您" in page
    assert "（第 2 次办理）" in words(client.get(opened(client, ticket_id)))


def test_a_second_word_is_answered_kindly_and_changes_nothing(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    place = f"/r/{token(to_callback(a_ticket(), at))}"
    client.post(place, data={"satisfaction": "5"})
    for grade in ("5", "1"):
        answer = client.post(place, data={"satisfaction": grade}, follow_redirects=True)
        assert answer.status_code == 200
        assert "感谢" in words(answer)
    assert len(ratings()) == 1
    assert ratings()[0].satisfaction == 5


@pytest.mark.parametrize("grade", ["", "0", "6", "-1", "4.5", "好"])
def test_a_grade_that_is_none_is_not_counted(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime, grade: str
) -> None:
    ticket_id = to_callback(a_ticket(), at)
    place = f"/r/{token(ticket_id)}"
    answer = client.post(place, data={"satisfaction": grade}, follow_redirects=True)
    assert "请选择 1 到 5 的满意度" in words(answer)
    assert ticket(ticket_id).stage is Stage.CALLBACK
    assert ratings() == []


def test_a_browser_without_cookies_can_rate_though_forms_are_protected(
    app: APIFlask, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_callback(a_ticket(), at)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        bare = app.test_client(use_cookies=False)
        answer = bare.post(f"/r/{token(ticket_id)}", data={"satisfaction": "4"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 303
    assert ticket(ticket_id).outcome is Outcome.RESOLVED


def test_an_unknown_link_is_not_found(client: FlaskClient) -> None:
    assert client.get("/r/nothing").status_code == 404
    assert client.post("/r/nothing", data={"satisfaction": "5"}).status_code == 404


def test_rating_on_the_progress_page(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_callback(a_ticket(), at)
    place = opened(client, ticket_id)
    assert "请您评价" in words(client.get(place))
    answer = client.post(
        f"{place}/rating", data={"satisfaction": "4", "resolved": "yes"}, follow_redirects=True
    )
    assert "感谢您的评价" in words(answer)
    assert "已办结，问题已解决" in words(answer)
    assert 'name="satisfaction"' not in answer.text


def test_a_ticket_still_in_work_cannot_be_rated(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    place = opened(client, dispatched(a_ticket(), at))
    assert 'name="satisfaction"' not in client.get(place).text
    answer = client.post(f"{place}/rating", data={"satisfaction": "5"}, follow_redirects=True)
    assert "还不能评价" in words(answer)
    assert ratings() == []


def test_a_direct_answer_may_be_rated_and_shows_only_what_happened(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = a_ticket()
    endings.answer(ticket_id, "请带身份证到政务大厅 3 号窗口", DISPATCHER, at=at)
    place = opened(client, ticket_id)
    page = words(client.get(place))
    assert "请带身份证到政务大厅 3 号窗口" in page
    assert "单位签收" not in page
    client.post(f"{place}/rating", data={"satisfaction": "5"})
    assert db.session.scalar(select(func.count()).select_from(Rating)) == 1


# --- 我的诉求 ---------------------------------------------------------------------------------


def code_for(client: FlaskClient, phone: str) -> str:
    """Ask for a code and read it in the demo's message box."""
    answer = client.post("/my/code", data={"phone": phone})
    assert answer.status_code == 200, answer.text
    found = re.search(r"<b>(\d{6})</b>", client.get("/demo/messages").text)
    assert found
    return found.group(1)


def test_a_code_from_the_message_box_opens_the_own_list_alone(
    client: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    mine, other = a_ticket(), a_ticket(phone="13800000000", title="别人的诉求")
    assert client.get("/my").location == "/my/sign-in"
    code = code_for(client, PHONE)
    answer = client.post("/my/sign-in", data={"phone": PHONE, "code": code})
    assert (answer.status_code, answer.location) == (303, "/my")
    page = client.get("/my")
    assert ticket(mine).ticket_no in page.text
    assert "别人的诉求" not in page.text
    assert client.get(f"/progress/{ticket(mine).ticket_no}").status_code == 200
    assert client.get(f"/progress/{ticket(other).ticket_no}").status_code == 303
    assert f'value="{PHONE}"' in client.get("/").text


def test_the_code_went_out_as_a_text_message(client: FlaskClient, app: APIFlask) -> None:
    code = code_for(client, PHONE)
    sent = app.extensions["hotline"].sms.sent
    assert len(sent) == 1
    assert code in sent[0].body


def test_a_code_works_once_and_for_its_phone(client: FlaskClient, app: APIFlask) -> None:
    code = code_for(client, PHONE)
    wrong_phone = client.post("/my/sign-in", data={"phone": "13800000000", "code": code})
    assert wrong_phone.status_code == 422
    assert client.post("/my/sign-in", data={"phone": PHONE, "code": code}).status_code == 303
    again = app.test_client().post("/my/sign-in", data={"phone": PHONE, "code": code})
    assert again.status_code == 422
    assert "验证码不正确或已过期" in words(again)


def test_guessing_a_code_ends_after_five_tries(client: FlaskClient) -> None:
    code = code_for(client, PHONE)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    tries = [client.post("/my/sign-in", data={"phone": PHONE, "code": wrong}) for _ in range(6)]
    assert [t.status_code for t in tries] == [422] * 5 + [429]
    assert client.post("/my/sign-in", data={"phone": PHONE, "code": code}).status_code == 429


@pytest.mark.parametrize("phone", ["", "12", "1391234"])
def test_a_phone_that_cannot_be_is_named(client: FlaskClient, phone: str) -> None:
    page = client.post("/my/code", data={"phone": phone})
    assert page.status_code == 422
    assert 'id="e-phone"' in page.text


def test_an_unknown_phone_is_told_nothing_and_sees_an_empty_list(client: FlaskClient) -> None:
    code = code_for(client, "13700000000")
    page = client.post(
        "/my/sign-in", data={"phone": "13700000000", "code": code}, follow_redirects=True
    )
    assert "还没有诉求" in words(page)


def test_signing_out_forgets_every_ticket(
    client: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    place = opened(client, a_ticket())
    client.post("/my/sign-out")
    assert client.get(place).status_code == 303
    assert client.get("/my").status_code == 303


def test_a_long_list_turns_pages(client: FlaskClient, a_ticket: Callable[..., int]) -> None:
    made = [a_ticket(title=f"第 {number} 件") for number in range(23)]
    code = code_for(client, PHONE)
    client.post("/my/sign-in", data={"phone": PHONE, "code": code})
    first = client.get("/my")
    following = re.search(r'href="(/my\?cursor=[^"]+)"', first.text)
    assert following
    second = client.get(following.group(1))
    seen = [
        number for page in (first, second) for number in re.findall(r"my-no\">(\d+)", page.text)
    ]
    assert seen == [ticket(ticket_id).ticket_no for ticket_id in reversed(made)]
    assert client.get("/my?cursor=nonsense").status_code == 422


def test_the_message_box_exists_in_the_demo_alone(
    client: FlaskClient, app: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/demo/messages").status_code == 200
    settings = app.extensions["hotline"].settings
    monkeypatch.setattr(type(settings), "is_demo", property(lambda _self: False))
    assert client.get("/demo/messages").status_code == 404


def test_the_message_box_leads_to_the_rating_page(
    client: FlaskClient, a_ticket: Callable[..., int], at: datetime, run_jobs: Callable[[], int]
) -> None:
    ticket_id = to_callback(a_ticket(), at)
    with time_machine.travel(at + timedelta(seconds=1), tick=False):
        run_jobs()
    page = client.get("/demo/messages").text
    assert f'href="/r/{token(ticket_id)}"' in page
    assert PHONE not in page
