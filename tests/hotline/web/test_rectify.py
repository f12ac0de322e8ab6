"""更正要素 in the browser's words: the form, the recount, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.domain.terms import Clock, Urgency
from tests.conftest import local
from tests.hotline.people import clock, ticket, to_handling
from tests.stories.telling import it_is

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from flask.testing import FlaskClient

DESKS = [("dispatcher", "/dispatch"), ("supervisor", "/supervision")]


@pytest.fixture(autouse=True)
def morning() -> Iterator[datetime]:
    with it_is("2026-03-11 10:00") as now:
        yield now


@pytest.mark.parametrize(("login", "wing"), DESKS)
def test_a_desk_puts_the_urgency_right(
    a_ticket: Callable[..., int],
    client: FlaskClient,
    sign_in: Callable[..., FlaskClient],
    login: str,
    wing: str,
) -> None:
    ticket_id = to_handling(a_ticket(), at=local("2026-03-11 09:30"))
    row = ticket(ticket_id)
    desk, place = sign_in(client, login), f"{wing}/tickets/{row.ticket_no}"
    assert "更正要素" in desk.get(place).get_data(as_text=True)
    page = desk.get(f"{place}/rectify").get_data(as_text=True)
    assert "2026-03-18 17:30" in page or "03-18 17:30" in page
    said = {"urgency": "urgent", "kind": "complaint", "version": str(row.version)}
    refused = desk.post(f"{place}/rectify", data={**said, "reason": ""})
    assert refused.status_code == 422
    assert "请写明更正理由" in refused.get_data(as_text=True)
    done = desk.post(f"{place}/rectify", data={**said, "reason": "全小区停水"})
    assert done.status_code == 303
    assert ticket(ticket_id).urgency is Urgency.URGENT
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-12 09:30")
    trail = desk.get(place).get_data(as_text=True)
    assert "紧急程度 一般 → 紧急" in trail
    assert "重新计算期限" in trail


def test_an_unknown_word_is_refused_by_its_field(
    a_ticket: Callable[..., int], client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    ticket_id = to_handling(a_ticket(), at=local("2026-03-11 09:30"))
    row = ticket(ticket_id)
    answer = sign_in(client, "dispatcher").post(
        f"/dispatch/tickets/{row.ticket_no}/rectify",
        data={"urgency": "burning", "reason": "x", "version": str(row.version)},
    )
    assert answer.status_code == 422
    assert "请从列表中选择" in answer.get_data(as_text=True)


def test_an_old_page_is_a_conflict(
    a_ticket: Callable[..., int], client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    ticket_id = to_handling(a_ticket(), at=local("2026-03-11 09:30"))
    answer = sign_in(client, "dispatcher").post(
        f"/dispatch/tickets/{ticket(ticket_id).ticket_no}/rectify",
        data={"urgency": "urgent", "reason": "停水", "version": "1"},
    )
    assert answer.status_code == 409


def test_a_unit_has_no_such_form(
    a_ticket: Callable[..., int], client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    ticket_id = to_handling(a_ticket(), at=local("2026-03-11 09:30"))
    answer = sign_in(client, "department").get(
        f"/dispatch/tickets/{ticket(ticket_id).ticket_no}/rectify"
    )
    assert answer.status_code == 403
