"""Signing in: to one's own desk, in a fresh session, never to somebody else's house."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.domain.permissions import HOME, Wing, may_enter
from hotline.domain.terms import Role
from hotline.services import seeding
from hotline.web.limits import limiter
from hotline.web.sign_in import demo
from hotline.web.sign_in.routes import is_own_path
from tests.hotline.web.citizen_life import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PASSWORD = "hotline-demo"
DESKS = {
    "agent": "/agent",
    "dispatcher": "/dispatch",
    "department": "/department",
    "department2": "/department",
    "callback": "/callback",
    "supervisor": "/supervision",
    "authority": "/supervision",
    "admin": "/admin",
    "knowledge": "/admin",
    "security": "/admin",
    "auditor": "/admin",
}


@pytest.fixture
def limited() -> Iterator[None]:
    limiter.reset()
    before, limiter.enabled = limiter.enabled, True
    yield
    limiter.enabled = before
    limiter.reset()


def enter(client: FlaskClient, login: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/login", data={"login": login, "password": password, **more})


@pytest.mark.parametrize(("login", "desk"), DESKS.items())
def test_everybody_comes_to_their_desk(client: FlaskClient, login: str, desk: str) -> None:
    answer = enter(client, login)
    assert (answer.status_code, answer.location) == (303, desk)
    assert client.get("/login").location == desk


def test_every_staff_role_has_a_desk_it_may_enter() -> None:
    for role in set(Role) - {Role.CITIZEN, Role.SYSTEM}:
        assert may_enter(role, Wing(HOME[role].strip("/"))), role


@pytest.mark.parametrize(
    ("login", "password"), [("agent", "wrong"), ("nobody", PASSWORD), ("", ""), ("a\x00b", "x")]
)
def test_unknown_name_and_wrong_password_get_the_same_words(
    client: FlaskClient, login: str, password: str
) -> None:
    page = enter(client, login, password)
    assert page.status_code == 422
    assert "账号或密码不正确" in words(page)
    assert password == "" or f'value="{password}"' not in without_demo(page)
    assert client.get("/agent").status_code == 303 or client.get("/agent").status_code == 302


def without_demo(page: TestResponse) -> str:
    return page.text.partition("demo-accounts")[0]


def test_five_failures_lock_the_account(client: FlaskClient) -> None:
    answers = [enter(client, "agent", "wrong").status_code for _ in range(5)]
    locked = enter(client, "agent")
    assert answers == [422] * 5
    assert locked.status_code == 429
    assert "锁定 15 分钟" in words(locked)


def test_guessing_is_limited_but_a_whole_office_may_come_in(
    client: FlaskClient, limited: None
) -> None:
    assert {enter(client, "agent").status_code for _ in range(35)} == {303}
    tries = [enter(client, f"nobody{n}", "x").status_code for n in range(31)]
    assert tries == [422] * 30 + [429]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "/\tevil",
        "evil",
        "",
    ],
)
def test_nobody_is_led_to_another_house(client: FlaskClient, target: str) -> None:
    assert not is_own_path(target)
    assert enter(client, "agent", next=target).location == "/agent"


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/agent?q=1", "/agent?q=1"),
        ("/progress", "/progress"),
        ("/dispatch", "/agent"),
        ("/admin/failures", "/agent"),
        ("/login", "/agent"),
        ("/logout", "/agent"),
        ("/", "/agent"),
    ],
)
def test_the_page_asked_for_comes_next_if_the_role_may_see_it(
    client: FlaskClient, target: str, place: str
) -> None:
    assert enter(client, "agent", next=target).location == place


def test_a_closed_page_asks_to_sign_in_and_leads_back(client: FlaskClient) -> None:
    asked = client.get("/agent?q=灯")
    page = client.get(asked.location)
    assert "请先登录" in words(page)
    assert 'name="next" value="/agent?q=' in page.text


def test_the_session_of_before_is_gone(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["tickets"] = ["fixed"]
    enter(client, "agent")
    with client.session_transaction() as session:
        assert "tickets" not in session


def test_signing_out_closes_the_desk(client: FlaskClient) -> None:
    enter(client, "agent")
    answer = client.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert client.get("/agent").status_code in (302, 303)
    assert client.get("/logout").status_code == 405


def test_a_sacked_member_is_out_at_once(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    from hotline.db import db
    from hotline.models import Staff

    sign_in(client, "agent05")
    member = db.session.query(Staff).filter_by(login="agent05").one()
    member.is_active = False
    db.session.commit()
    try:
        assert client.get("/agent").status_code in (302, 303)
    finally:
        member.is_active = True
        db.session.commit()


def test_demo_accounts_are_listed_in_the_demo_alone(
    client: FlaskClient, app: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client.get("/login").text
    for account in demo.ACCOUNTS:
        assert f'value="{account.login}"' in page
    settings = app.extensions["hotline"].settings
    monkeypatch.setattr(type(settings), "is_demo", property(lambda _self: False))
    page = client.get("/login").text
    assert PASSWORD not in page
    assert "demo" not in page


def test_every_listed_demo_account_exists() -> None:
    known = {row["login"] for row in seeding.rows("staff.csv")}
    assert {account.login for account in demo.ACCOUNTS} <= known
    assert {account.password for account in demo.ACCOUNTS} == {seeding.PASSWORD}
