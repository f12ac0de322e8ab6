"""受理: every door's demand becomes one ticket, or the citizen is told which field to mend."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.errors import Conflict, Invalid
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.numbering import is_ticket_no
from hotline.domain.terms import Channel, Clock, Kind, Urgency
from hotline.models import Citizen, IdempotencyKey, Ticket
from hotline.services import archive, intake
from hotline.services.intake import LOCAL, Demand, register
from tests.hotline.people import clock, entries, ticket, together, who

if TYPE_CHECKING:
    from flask import Flask

PHONE = "13912345678"
PLAIN = Demand(content="湖滨路工地夜里十二点还在施工，机器声音很大")


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_demand_becomes_a_ticket(app: Flask, at: datetime) -> None:
    demand = replace(PLAIN, kind=Kind.COMPLAINT, area_code="990101001", name="张女士", phone=PHONE)
    receipt = register(demand, CITIZEN, at=at)
    row = ticket(receipt.ticket_id)
    assert is_ticket_no(receipt.ticket_no)
    assert receipt.ticket_no.startswith("99010120260311" + "3")
    assert (row.stage, row.kind, row.channel) == (Stage.REGISTERED, Kind.COMPLAINT, Channel.WEB)
    assert receipt.promised_at == "2026-03-18T17:30:00+08:00"
    assert row.title == "湖滨路工地夜里十二点还在施工，机器声音很大"
    assert row.citizen is not None
    assert row.citizen.phone == PHONE
    assert [entry.event for entry in entries(row.id)] == [Event.REGISTERED]
    assert clock(row.id, Clock.DISPATCH).due_at == at + timedelta(minutes=30)


TOO_BAD = [
    ("nothing", {"content": ""}, "content"),
    ("blanks", {"content": " \n\u3000\t"}, "content"),
    ("only control characters", {"content": "\x00\x1b\u200b"}, "content"),
    ("10,001 characters", {"content": "路" * 10_001}, "content"),
    ("a long title", {"title": "路" * 101}, "title"),
    ("a short phone", {"phone": "1391234"}, "caller.phone"),
    ("a phone of letters", {"phone": "call me"}, "caller.phone"),
    ("a mobile prefix nobody has", {"phone": "12012345678"}, "caller.phone"),
    ("an ID with a wrong check digit", {"id_no": "11010519491231002Y"}, "caller.id_no"),
    ("an ID born on no day", {"id_no": "110105194913310029"}, "caller.id_no"),
    ("an area nobody has", {"area_code": "123456"}, "area_code"),
    ("an area of letters", {"area_code": "99'; --"}, "area_code"),
    ("a long name", {"name": "张" * 41}, "caller.name"),
    ("a long address", {"address": "路" * 201}, "address"),
    ("half a point", {"lon": 113.0}, "lon"),
    ("a point at sea", {"lon": 0.0, "lat": 0.0}, "lon"),
    ("a point that is no number", {"lon": float("nan"), "lat": 28.0}, "lon"),
    ("tomorrow", {"occurred_at": datetime(2026, 3, 12, 9, tzinfo=LOCAL)}, "occurred_at"),
    ("the year one", {"occurred_at": datetime(1, 1, 1, tzinfo=LOCAL)}, "occurred_at"),
    ("a category nobody has", {"category_code": "999999"}, "category_code"),
    ("a phone call without number", {"channel": Channel.PHONE}, "caller.phone"),
]


@pytest.mark.parametrize(
    ("changes", "field"), [row[1:] for row in TOO_BAD], ids=[row[0] for row in TOO_BAD]
)
def test_what_cannot_be_is_refused_by_its_field(
    app: Flask, at: datetime, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        register(replace(PLAIN, **changes), CITIZEN, at=at)  # type: ignore[arg-type]
    assert set(refused.value.errors) == {field}
    assert count(Ticket) == count(Citizen) == 0


@pytest.mark.parametrize(("field", "value"), [("phone", "1391234777"), ("id_no", "11010519491231")])
def test_a_refusal_does_not_echo_the_person(
    app: Flask, at: datetime, field: str, value: str
) -> None:
    with pytest.raises(Invalid) as refused:
        register(replace(PLAIN, **{field: value}), CITIZEN, at=at)  # type: ignore[arg-type]
    said = str(refused.value.errors) + str(refused.value.facts) + refused.value.message
    assert value not in said


def test_all_wrong_fields_are_named_at_once(app: Flask, at: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        register(Demand(content=" ", phone="1", area_code="x", lat=1.0), CITIZEN, at=at)
    assert set(refused.value.errors) == {"content", "caller.phone", "area_code", "lon"}


def test_the_longest_content_is_taken(app: Flask, at: datetime) -> None:
    receipt = register(Demand(content="路" * 10_000), CITIZEN, at=at)
    assert len(ticket(receipt.ticket_id).content) == 10_000


def test_control_characters_are_stripped_never_stored(app: Flask, at: datetime) -> None:
    said = "路\x00灯\x1b[31m坏\u200b了\r\n三天\ufeff了\ud800"
    row = ticket(register(Demand(content=said, name="张\x00三"), CITIZEN, at=at).ticket_id)
    assert row.content == "路灯[31m坏了\n三天了"
    assert row.citizen is not None
    assert row.citizen.name == "张三"


NUMBERS = [
    ("13912345678", "13912345678"),
    ("+86 139-1234-5678", "13912345678"),
    ("008613912345678", "13912345678"),
    ("0999-5100275", "09995100275"),
    ("（010）12345678", "01012345678"),
    ("12345", "12345"),
    ("95598", "95598"),
    ("4008123123", "4008123123"),
    ("+1 415 555 2671", "+14155552671"),
]


@pytest.mark.parametrize(("written", "kept"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_numbers_are_kept_in_one_form(app: Flask, at: datetime, written: str, kept: str) -> None:
    row = ticket(register(replace(PLAIN, phone=written), CITIZEN, at=at).ticket_id)
    assert row.citizen is not None
    assert row.citizen.phone == kept


def test_one_citizen_per_number(app: Flask, at: datetime) -> None:
    register(replace(PLAIN, phone=PHONE, name="张女士"), CITIZEN, at=at)
    register(replace(PLAIN, phone="+86 " + PHONE, name="张敏"), CITIZEN, at=at)
    register(replace(PLAIN, phone=PHONE, name="别人", anonymous=True), CITIZEN, at=at)
    person = db.session.scalars(select(Citizen)).one()
    assert person.name == "张敏"


def test_nobody_needs_to_say_who_they_are(app: Flask, at: datetime) -> None:
    assert ticket(register(PLAIN, CITIZEN, at=at).ticket_id).citizen is None


DANGERS = [
    ("楼道里有很浓的煤气味", Urgency.CRITICAL, "119"),
    ("邻居家阳台着火了，冒着黑烟", Urgency.CRITICAL, "119"),
    ("我不想活了，想跳楼", Urgency.CRITICAL, "110"),
    ("商场搞跳楼价促销，音响太吵", Urgency.NORMAL, ""),
    ("路灯坏了三天没人修", Urgency.NORMAL, ""),
]


@pytest.mark.parametrize(("content", "urgency", "advice"), DANGERS, ids=[d[0] for d in DANGERS])
def test_danger_words_raise_the_urgency_at_once(
    app: Flask, at: datetime, content: str, urgency: Urgency, advice: str
) -> None:
    receipt = register(Demand(content=content), CITIZEN, at=at)
    row = ticket(receipt.ticket_id)
    assert (receipt.urgency, row.urgency) == (urgency, urgency)
    assert advice in receipt.advice
    assert bool(receipt.advice) is bool(row.danger_words) is (urgency is Urgency.CRITICAL)
    if urgency is Urgency.CRITICAL:
        assert row.promised_at == at + timedelta(hours=2)


# --- 幂等: one key, one ticket -------------------------------------------------------------------


def test_the_same_key_with_the_same_demand_is_one_ticket(app: Flask, at: datetime) -> None:
    demand = replace(PLAIN, phone=PHONE)
    first = register(demand, CITIZEN, at=at, key="k1")
    again = register(demand, CITIZEN, at=at + timedelta(hours=23), key="k1")
    assert again == first
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert count(Ticket) == 1


def test_the_same_key_with_another_demand_is_a_conflict(app: Flask, at: datetime) -> None:
    register(PLAIN, CITIZEN, at=at, key="k1")
    with pytest.raises(Conflict, match="Idempotency-Key"):
        register(replace(PLAIN, content="另一件事：路灯坏了"), CITIZEN, at=at, key="k1")
    assert count(Ticket) == 1


def test_after_a_day_the_key_is_free_again(app: Flask, at: datetime) -> None:
    first = register(PLAIN, CITIZEN, at=at, key="k1")
    later = at + timedelta(hours=24, seconds=1)
    second = register(replace(PLAIN, content="路灯坏了"), CITIZEN, at=later, key="k1")
    assert second.ticket_id != first.ticket_id
    assert register(replace(PLAIN, content="路灯坏了"), CITIZEN, at=later, key="k1") == second
    assert count(IdempotencyKey) == 1


def test_old_keys_are_swept_away(app: Flask, at: datetime) -> None:
    register(PLAIN, CITIZEN, at=at, key="k1")
    archive.clean_doors(at + timedelta(hours=47))
    assert count(IdempotencyKey) == 1
    archive.clean_doors(at + timedelta(hours=49))
    assert count(IdempotencyKey) == 0


def test_a_refused_demand_does_not_use_up_its_key(app: Flask, at: datetime) -> None:
    with pytest.raises(Invalid):
        register(replace(PLAIN, phone="1"), CITIZEN, at=at, key="k1")
    assert not register(PLAIN, CITIZEN, at=at, key="k1").is_repeat


def test_two_deliveries_at_once_make_one_ticket(app: Flask, at: datetime) -> None:
    demand = replace(PLAIN, phone=PHONE)
    for turn in range(5):
        key = f"key-{turn}"
        calls = [lambda key=key: register(demand, CITIZEN, at=at, key=key)] * 4
        receipts = together(app, calls)
        assert len({receipt.ticket_id for receipt in receipts}) == 1  # type: ignore[attr-defined]
    assert count(Ticket) == 5


def test_two_first_calls_from_one_number_at_once(app: Flask, at: datetime) -> None:
    """Both become tickets of one citizen; the unique number refuses nobody."""
    for turn in range(5):
        demand = replace(PLAIN, phone=f"1391234567{turn}")
        receipts = together(app, [lambda d=demand: register(d, CITIZEN, at=at)] * 4)
        people = {ticket(receipt.ticket_id).citizen_id for receipt in receipts}  # type: ignore[attr-defined]
        assert len({receipt.ticket_no for receipt in receipts}) == 4  # type: ignore[attr-defined]
        assert len(people) == 1
    assert count(Citizen) == 5


def test_many_at_once_lose_nothing(app: Flask, at: datetime) -> None:
    calls = [
        lambda n=n: [register(Demand(content=f"第{n}-{i}件事"), CITIZEN, at=at) for i in range(10)]
        for n in range(6)
    ]
    receipts = [receipt for some in together(app, calls) for receipt in some]  # type: ignore[attr-defined]
    assert len({receipt.ticket_no for receipt in receipts}) == count(Ticket) == 60


# --- 当场办结 -------------------------------------------------------------------------------------


def test_what_follows_in_the_same_breath_fails_with_it(app: Flask, at: datetime) -> None:
    def fail(_ticket_id: int) -> None:
        raise Invalid("answer", "请填写答复内容")

    with pytest.raises(Invalid):
        register(PLAIN, who("agent"), at=at, then=fail)
    assert count(Ticket) == 0


def test_an_agents_choice_of_category_is_kept_with_the_name(app: Flask, at: datetime) -> None:
    agent = who("agent")
    row = ticket(register(replace(PLAIN, category_code="020203"), agent, at=at).ticket_id)
    assert (row.category_code, row.category_by) == ("020203", agent.name)
    assert row.registered_by == agent.staff_id


def test_the_kind_is_guessed_when_nobody_says_it(app: Flask, at: datetime) -> None:
    row = ticket(register(Demand(content="请问社保卡怎么补办？"), CITIZEN, at=at).ticket_id)
    assert row.kind is Kind.CONSULT


def test_the_forms_know_the_areas(app: Flask) -> None:
    assert "990101001" in intake.codes_of_areas()
