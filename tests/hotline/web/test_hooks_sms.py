"""Text messages: a figure rates the ticket that waits, all else is a new demand."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.terms import Role
from hotline.models import Rating, Ticket
from hotline.services.texting import read_verdict
from integrations import signatures
from tests.hotline.web.api_desk import done, filed, to_callback, token

if TYPE_CHECKING:
    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

Text = Callable[..., "TestResponse"]
PATH = "/hooks/twilio/sms"
NUMBER = "+8613912345678"


@pytest.fixture
def text(app: APIFlask, client: FlaskClient) -> Text:
    """Deliver one text message: ``text("5")``; ``sid`` delivers an earlier one again."""
    settings = app.extensions["hotline"].settings

    def deliver(body: str, *, sid: str = "", number: str = NUMBER) -> TestResponse:
        form = {"MessageSid": sid or "SM" + secrets.token_hex(16), "From": number, "Body": body}
        signed = signatures.twilio_sign(
            settings.twilio_auth_token, settings.public_url + PATH, form
        )
        answer = client.post(PATH, data=form, headers={"X-Twilio-Signature": signed})
        assert (answer.status_code, answer.mimetype) == (200, "text/xml"), answer.text
        return answer

    return deliver


def ratings() -> list[tuple[int, str, str]]:
    rows = db.session.scalars(select(Rating).order_by(Rating.id))
    return [(row.satisfaction, row.resolved.value, row.channel.value) for row in rows]


def stage_of(number: str) -> str:
    stage = db.session.scalar(select(Ticket.stage).where(Ticket.ticket_no == number))
    assert stage is not None
    return stage.value


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


@pytest.mark.parametrize(
    ("body", "grade", "resolved"),
    [
        ("5", 5, "yes"),
        ("５", 5, "yes"),
        (" 4分 ", 4, "yes"),
        ("3", 3, "partly"),
        ("2", 2, "no"),
        ("1", 1, "no"),
        ("5，没解决", 5, "no"),
        ("3未解决", 3, "no"),
        ("２ 部分解决", 2, "partly"),
        ("1。已解决！", 1, "yes"),
        ("4 解决了", 4, "yes"),
        ("评价：5", 5, "yes"),
    ],
)
def test_figures_of_any_width_are_ratings(body: str, grade: int, resolved: str) -> None:
    verdict = read_verdict(body)
    assert verdict is not None
    assert (verdict.satisfaction, verdict.resolved.value) == (grade, resolved)


@pytest.mark.parametrize(
    "body", ["", "0", "6", "12345", "3号楼停水", "5谢谢", "没解决", "1 2", "五", "5\n5"]
)
def test_whatever_says_more_is_no_rating(body: str) -> None:
    assert read_verdict(body) is None


def test_a_figure_rates_the_ticket_that_waits(client: FlaskClient, text: Text) -> None:
    number, _code = filed(client)
    to_callback(client, number)
    answer = text("5")
    assert number in answer.text
    assert "感谢" in answer.text
    assert ratings() == [(5, "yes", "sms")]
    assert stage_of(number) == "closed"


def test_an_unhappy_figure_opens_a_redo(client: FlaskClient, text: Text) -> None:
    number, _code = filed(client)
    to_callback(client, number)
    text("１，没解决")
    assert ratings() == [(1, "no", "sms")]
    assert stage_of(number) == "dispatched"


def test_the_newest_waiting_ticket_is_meant(client: FlaskClient, text: Text) -> None:
    older, newer = filed(client)[0], filed(client, content="路灯不亮了三天")[0]
    to_callback(client, older)
    to_callback(client, newer)
    text("4")
    assert (stage_of(older), stage_of(newer)) == ("callback", "closed")


def test_a_message_delivered_again_rates_no_other_ticket(client: FlaskClient, text: Text) -> None:
    older, newer = filed(client)[0], filed(client, content="路灯不亮了三天")[0]
    to_callback(client, older)
    to_callback(client, newer)
    answers = {text("5", sid="SM1").data for _ in range(5)}
    assert len(answers) == 1
    assert (stage_of(older), stage_of(newer)) == ("callback", "closed")
    assert len(ratings()) == 1


def test_an_angry_message_delivered_again_does_not_rate_the_next_round(
    client: FlaskClient, text: Text
) -> None:
    number, _code = filed(client)
    to_callback(client, number)
    text("1", sid="SM2")
    desk, unit = token(Role.DISPATCHER), token(Role.DEPARTMENT, "D0101")
    done(client, number, "sign", unit)
    done(client, number, "reply", unit, text="已重新整改")
    done(client, number, "approve", desk)
    text("1", sid="SM2")
    assert stage_of(number) == "callback"
    assert ratings() == [(1, "no", "sms")]


def test_a_figure_with_nothing_to_rate_makes_no_ticket(client: FlaskClient, text: Text) -> None:
    number, _code = filed(client)
    assert "没有找到待您评价的工单" in text("5").text
    assert "没有找到待您评价的工单" in text("5", number="anonymous").text
    assert count() == 1
    assert stage_of(number) == "registered"


def test_another_phone_rates_nothing(client: FlaskClient, text: Text) -> None:
    number, _code = filed(client)
    to_callback(client, number)
    text("5", number="+8613700000001")
    assert stage_of(number) == "callback"


def test_any_other_text_is_a_new_demand_once(text: Text) -> None:
    answers = [text("3号楼停水两天了", sid="SM3") for _ in range(5)]
    assert count() == 1
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.channel.value, ticket.content) == ("sms", "3号楼停水两天了")
    assert ticket.citizen is not None
    assert ticket.citizen.phone == "13912345678"
    assert len({answer.data for answer in answers}) == 1
    assert ticket.ticket_no in answers[0].text
    assert ticket.query_code not in answers[0].text


def test_danger_is_answered_at_once(text: Text) -> None:
    said = text("楼道里有很浓的煤气味").text
    assert said.index("119") < said.index("工单编号")


@pytest.mark.parametrize("body", ["", "  ", "\u0000"])
def test_an_empty_message_is_asked_for_words(text: Text, body: str) -> None:
    assert "没有收到文字内容" in text(body).text
    assert count() == 0


def test_markup_in_a_message_stays_text(text: Text) -> None:
    text("<Redirect>x</Redirect> & 路灯不亮")
    assert db.session.scalars(select(Ticket)).one().content == "<Redirect>x</Redirect> & 路灯不亮"


def test_a_forged_message_gets_403(client: FlaskClient) -> None:
    form = {"MessageSid": "SM1", "From": NUMBER, "Body": "路灯不亮"}
    assert client.post(PATH, data=form).status_code == 403
    forged = client.post(PATH, data=form, headers={"X-Twilio-Signature": "bm8="})
    assert forged.status_code == 403
    assert count() == 0
