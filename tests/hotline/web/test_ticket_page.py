"""Parts of the ticket page that every wing shares: files, identity, the 409 page (工单页)."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest

from hotline.domain.events import Event
from hotline.services import attachments, sorting
from hotline.web.tickets.trail import LOOKS
from tests.hotline import people
from tests.hotline.people import ticket

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


@pytest.fixture
def desk(client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]) -> FlaskClient:
    return sign_in(client, "dispatcher")


@pytest.fixture
def waiting(a_ticket: Callable[..., int], at: datetime) -> int:
    """A ticket with a category that waits for its unit."""
    return people.to_dispatch(a_ticket(), at=at)


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def test_every_event_has_an_icon_that_exists(app: APIFlask) -> None:
    sprite = (app.static_folder or "") + "/img/icons.svg"
    with open(sprite, encoding="utf-8") as file:  # noqa: PTH123 - read once
        drawn = file.read()
    assert set(LOOKS) == set(Event)
    missing = [icon for icon, _tone in LOOKS.values() if f'id="{icon}"' not in drawn]
    assert not missing


def test_identity_page_without_scripts_leads_back(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    waiting: int,
) -> None:
    sign_in(client, "agent")
    number = ticket(waiting).ticket_no
    answer = client.post(
        f"/tickets/{number}/identity",
        data={"reason": "回拨核实"},
        headers={"Referer": f"http://localhost/agent/tickets/{number}"},
    )
    assert "13912345678" in read(answer)
    assert f'href="http://localhost/agent/tickets/{number}"' in read(answer)


def test_confidential_caller_stays_hidden_on_the_page(
    desk: FlaskClient, a_ticket: Callable[..., int]
) -> None:
    ticket_id = a_ticket(confidential=True)
    page = read(desk.get(f"/dispatch/tickets/{ticket(ticket_id).ticket_no}"))
    assert "要求保密" in page
    assert "张*" not in page
    assert "139****" not in page


def test_the_suggestion_box_says_what_was_read_and_by_which_words(
    desk: FlaskClient, a_ticket: Callable[..., int], app: APIFlask, at: datetime
) -> None:
    said = "投诉东湖区锦绣苑3栋的安居物业，再不退钱业主们就集体上访"
    ticket_id = a_ticket(content=said, area_code=None)
    sorting.suggest(ticket_id, app.extensions["hotline"].shelf, at=at)
    page = read(desk.get(f"/dispatch/tickets/{ticket(ticket_id).ticket_no}"))
    for word in ("集体上访", "锦绣苑3栋", "安居物业"):
        assert f"<mark>{word}</mark>" in page
    assert "系统按文中“东湖区”补填区域：东湖区" in page
    assert "群体苗头：集体上访" in page
    found = read(desk.get("/dispatch/tickets?mark=crowd"))
    assert ticket(ticket_id).title in found


def test_file_goes_out_as_a_download_to_those_who_may_see_the_ticket(
    desk: FlaskClient,
    waiting: int,
    app: APIFlask,
    at: datetime,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
) -> None:
    folder = app.extensions["hotline"].settings.uploads
    words = "现场记录：夜间十二点仍在施工".encode()
    who = people.who("dispatcher")
    kept = attachments.add(waiting, "记录.txt", words, who, folder=folder, at=at)
    refused = attachments.add(waiting, "坏.exe", b"MZ\x90", who, folder=folder, at=at)
    assert refused.refused in read(desk.get(f"/dispatch/tickets/{ticket(waiting).ticket_no}"))
    files = f"/tickets/{ticket(waiting).ticket_no}/files"
    with desk.get(f"{files}/{kept.id}") as answer:
        assert answer.data == words
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert desk.get(f"{files}/{refused.id}").status_code == 404
    desk.post("/logout")
    assert sign_in(desk, "department").get(f"{files}/{kept.id}").status_code == 404


def test_dispatcher_may_not_see_the_identity(desk: FlaskClient, waiting: int) -> None:
    answer = desk.post(
        f"/tickets/{ticket(waiting).ticket_no}/identity", data={"reason": "想打个电话"}
    )
    assert answer.status_code == 403
    assert "13912345678" not in read(answer)
