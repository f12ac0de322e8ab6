"""查看明文: three people try, one is allowed, the auditor sees all three (story 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from hotline.db import db
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.events import PUBLIC, Event
from hotline.models import Citizen, Unmasking
from hotline.queries import tickets
from hotline.services import privacy
from tests.hotline.people import entries, events, handler, ticket, to_unit, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

CONTENT = "孩子学校食堂的菜不新鲜，多名学生腹泻"


def tries() -> list[Unmasking]:
    return list(db.session.scalars(select(Unmasking).order_by(Unmasking.id)))


def confidential(a_ticket: Callable[..., int], at: datetime) -> int:
    return to_unit(a_ticket(content=CONTENT, confidential=True), at=at)


def test_three_tries_one_allowed_all_written_down(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = confidential(a_ticket, at)
    seen = privacy.unmask(ticket_id, who("agent"), reason="核实学校名称", at=at)
    assert (seen.name, seen.phone) == ("张女士", "13912345678")
    with pytest.raises(NotAllowed, match="要求保密"):
        privacy.unmask(ticket_id, handler(), reason="想当面沟通", at=at)
    with pytest.raises(NotAllowed, match="系统管理员无权"):
        privacy.unmask(ticket_id, who("admin"), reason="看看", at=at)
    assert [(row.actor_name, row.allowed, row.reason) for row in tries()] == [
        (who("agent").name, True, "核实学校名称"),
        (handler().name, False, "想当面沟通"),
        (who("admin").name, False, "看看"),
    ]
    assert [row.refusal is None for row in tries()] == [True, False, False]


def test_without_a_reason_nothing_is_shown(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = confidential(a_ticket, at)
    with pytest.raises(Invalid) as refused:
        privacy.unmask(ticket_id, who("agent"), reason=" \x00", at=at)
    assert set(refused.value.errors) == {"reason"}
    assert tries() == []


def test_the_leading_unit_may_call_an_open_caller(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    assert privacy.unmask(ticket_id, handler(), reason="先行联系", at=at).phone == "13912345678"
    with pytest.raises(NotAllowed, match="不由本单位主办"):
        privacy.unmask(ticket_id, handler("D0102"), reason="先行联系", at=at)


def test_an_anonymous_caller_stays_so_for_the_units(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(anonymous=True), at=at)
    with pytest.raises(NotAllowed, match="要求保密"):
        privacy.unmask(ticket_id, handler(), reason="先行联系", at=at)


def test_looking_leaves_an_entry_the_citizen_does_not_read(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = confidential(a_ticket, at)
    privacy.unmask(ticket_id, who("callback"), reason="回访", at=at)
    with pytest.raises(NotAllowed):
        privacy.unmask(ticket_id, handler(), reason="想看", at=at)
    assert events(ticket_id).count(Event.UNMASKED) == 1
    assert Event.UNMASKED not in PUBLIC
    assert "13912345678" not in str(entries(ticket_id, Event.UNMASKED)[0].payload)


def test_who_left_nothing_has_nothing_to_show(app: object, at: datetime) -> None:
    from hotline.domain.identity import CITIZEN
    from hotline.services import intake

    ticket_id = intake.register(intake.Demand(content=CONTENT), CITIZEN, at=at).ticket_id
    seen = privacy.unmask(ticket_id, who("agent"), reason="核实", at=at)
    assert (seen.name, seen.phone) == ("未留姓名", "未留电话")


def test_pages_show_the_caller_masked_or_not_at_all(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    plain = tickets.view(ticket(to_unit(a_ticket(), at=at)), at=at)
    assert (plain.caller_name, plain.caller_phone) == ("张**", "139****5678")
    hidden = tickets.view(ticket(confidential(a_ticket, at)), at=at)
    assert (hidden.caller_name, hidden.caller_phone) == ("要求保密", "要求保密")


def test_the_database_holds_no_readable_number(a_ticket: Callable[..., int], at: datetime) -> None:
    a_ticket(id_no="11010519491231002X")
    row = db.session.execute(text("SELECT name, phone, id_no, phone_hash FROM citizen")).one()
    for sealed in row:
        assert "张女士" not in sealed
        assert "13912345678" not in sealed
        assert "110105" not in sealed
    assert db.session.scalars(select(Citizen)).one().id_no == "11010519491231002X"
    assert "13912345678" not in repr(db.session.scalars(select(Citizen)).one())
