"""提级、批示、解除督办, and whom each of them tells."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.terms import Mark, Role
from hotline.models import Notice, Staff
from hotline.services import audience, joining, leave, supervision
from hotline.services.audience import Ear
from hotline.services.supervision import Act
from tests.conftest import LOCAL
from tests.hotline.people import (
    CHENGGUAN,
    entries,
    handler,
    look,
    notices,
    ticket,
    to_callback,
    to_dispatch,
    to_unit,
    unit,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = "请一周内解决并报告"


def heard(ticket_id: int) -> dict[str, list[str]]:
    """Who was told of a ticket, with the headings of what they were told."""
    found: dict[str, list[str]] = {}
    for notice in notices(ticket_id):
        whom = "unit" if notice.department_id else (notice.role or "person")
        if notice.staff_id:
            whom = db.session.get_one(Staff, notice.staff_id).name
        found.setdefault(str(whom), []).append(notice.text[1 : notice.text.index("】")])
    found.pop(Role.AGENT.value, None)
    return found


def foreseen(act: Act, ticket_id: int, at: datetime) -> set[tuple[Ear, str]]:
    return {(one.ear, one.name) for one in audience.of_act(act, [ticket_id], at=at).told}


def test_supervising_tells_the_unit_and_its_leader_by_name(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    assert foreseen(Act.SUPERVISE, ticket_id, at) == {
        (Ear.UNIT, "东湖区城市管理局"),
        (Ear.LEADER, "高建军（东湖区城管局）"),
    }
    run_jobs()
    supervision.supervise([ticket_id], who("supervisor"), reason=WORDS, at=at)
    run_jobs()
    assert heard(ticket_id) == {"unit": ["工单派发", "督办"], "高建军": ["督办"]}


def test_urging_tells_the_unit_alone(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    run_jobs()
    supervision.urge([ticket_id], who("supervisor"), reason=WORDS, at=at)
    run_jobs()
    assert heard(ticket_id) == {"unit": ["工单派发", "催办"]}
    assert foreseen(Act.URGE, ticket_id, at) == {(Ear.UNIT, "东湖区城市管理局")}


def test_raising_tells_unit_leader_and_the_authority(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    """提级办理 by hand: the leader above is told where there is one, else the page says so."""
    ticket_id = to_unit(a_ticket(), at=at)
    run_jobs()
    found = audience.of_act(Act.RAISE, [ticket_id], at=at)
    assert {one.ear for one in found.told} == {Ear.UNIT, Ear.LEADER, Ear.AUTHORITY}
    assert found.missing == (Ear.PARENT_LEADER,)
    supervision.raise_level([ticket_id], who("authority"), reason=WORDS, at=at)
    run_jobs()
    assert ticket(ticket_id).marks == [Mark.RAISED]
    assert [entry.reason for entry in entries(ticket_id, Event.RAISED)] == [WORDS]
    assert heard(ticket_id) == {
        "unit": ["工单派发", "提级办理"],
        "高建军": ["提级办理"],
        "authority": ["提级办理"],
    }


def test_a_leader_on_leave_is_told_through_the_deputy(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int]
) -> None:
    at = datetime.now(LOCAL)  # the jobs tell whoever leads on the day they run
    ticket_id = to_unit(a_ticket(at=at), at=at)
    run_jobs()
    lead, deputy = who("lead_chengguan"), who("department")
    days = (at.date(), at.date() + timedelta(days=1))
    assert lead.staff_id
    assert deputy.staff_id
    leave.take_leave(lead.staff_id, deputy.staff_id, days, lead, reason="外出学习", at=at)
    assert (Ear.LEADER, f"{deputy.name}（东湖区城管局，代理）") in foreseen(
        Act.SUPERVISE, ticket_id, at
    )
    supervision.supervise([ticket_id], who("supervisor"), reason=WORDS, at=at)
    run_jobs()
    assert heard(ticket_id)[deputy.name] == ["督办"]
    assert lead.name not in heard(ticket_id)


def test_an_order_is_kept_with_its_author_and_pulls_the_ladder(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    """批示一件：督办和提级随规则发生，单位只收到一次督办。"""
    ticket_id = to_unit(a_ticket(), at=at)
    run_jobs()
    expected = foreseen(Act.ORDER, ticket_id, at)
    done = supervision.order([ticket_id], who("supervisor"), leader="张副市长", reason=WORDS, at=at)
    assert done == 1
    run_jobs()
    assert set(ticket(ticket_id).marks) == {Mark.ORDERED, Mark.SUPERVISED, Mark.RAISED}
    (entry,) = entries(ticket_id, Event.ORDERED)
    assert (entry.reason, entry.payload["leader"]) == (f"张副市长批示：{WORDS}", "张副市长")
    assert heard(ticket_id) == {
        "unit": ["工单派发", "督办"],
        "高建军": ["督办"],
        "authority": ["提级办理"],
    }
    assert {ear for ear, _ in expected} == {Ear.UNIT, Ear.LEADER, Ear.AUTHORITY}
    texts = [notice.text for notice in notices(ticket_id)]
    assert any("张副市长批示" in text for text in texts)


def test_a_second_order_still_reaches_the_unit(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    for leader in ("张副市长", "李秘书长"):
        supervision.order([ticket_id], who("authority"), leader=leader, reason=WORDS, at=at)
    run_jobs()
    assert sorted(heard(ticket_id)["unit"]) == sorted(["工单派发", "领导批示", "督办"])
    assert sorted(heard(ticket_id)["高建军"]) == sorted(["领导批示", "督办"])
    assert len(entries(ticket_id, Event.SUPERVISED)) == 1


def test_an_order_on_a_supervised_ticket_reaches_the_unit_that_handles_it(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    """督办已在先，批示只再启动提级；批示本身仍须告知承办单位和负责人。"""
    ticket_id = to_unit(a_ticket(), at=at)
    supervision.supervise([ticket_id], who("supervisor"), reason=WORDS, at=at)
    run_jobs()
    expected = foreseen(Act.ORDER, ticket_id, at)
    supervision.order([ticket_id], who("supervisor"), leader="张副市长", reason=WORDS, at=at)
    run_jobs()
    assert heard(ticket_id) == {
        "unit": ["工单派发", "督办", "领导批示"],
        "高建军": ["督办", "领导批示"],
        "authority": ["提级办理"],
    }
    assert {ear for ear, _ in expected} == {Ear.UNIT, Ear.LEADER, Ear.AUTHORITY}


def test_supervision_is_taken_back_with_a_reason_and_stays_to_be_seen(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    supervision.supervise([ticket_id], who("supervisor"), reason=WORDS, at=at)
    with pytest.raises(Invalid):
        supervision.release([ticket_id], who("supervisor"), reason=" ", at=at)
    supervision.release([ticket_id], who("supervisor"), reason="已解决", at=at)
    run_jobs()
    assert ticket(ticket_id).marks == [Mark.RELEASED]
    assert heard(ticket_id)["unit"][-1] == "解除督办"
    with pytest.raises(NotAllowed, match="没有列入督办"):
        supervision.release([ticket_id], who("supervisor"), reason="再解除", at=at)
    supervision.supervise([ticket_id], who("supervisor"), reason="又反映", at=at)
    assert ticket(ticket_id).marks == [Mark.SUPERVISED]


def test_without_a_unit_nobody_is_told_and_the_page_says_so(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    waiting, sent = to_dispatch(a_ticket(), at=at), to_unit(a_ticket(), at=at)
    found = audience.of_act(Act.URGE, [waiting, sent, 2**40], at=at)
    assert found.nobody == 1
    assert [(one.name, one.count) for one in found.told] == [("东湖区城市管理局", 1)]


ACTS = {
    "raise": supervision.raise_level,
    "release": supervision.release,
    "order": lambda ids, actor, **said: supervision.order(ids, actor, leader="张", **said),
}


@pytest.mark.parametrize("act", ACTS)
def test_only_supervisors_and_the_authority(
    a_ticket: Callable[..., int], at: datetime, act: str
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    for actor in (handler(), CITIZEN, who("agent"), who("dispatcher"), who("auditor")):
        with pytest.raises(NotAllowed):
            ACTS[act]([ticket_id], actor, reason=WORDS, at=at)
    assert ticket(ticket_id).marks == []


WRONG = [
    ("no leader", {"leader": " "}, "leader"),
    ("a leader longer than a name", {"leader": "长" * 31}, "leader"),
    ("no words", {"reason": "\u200b"}, "reason"),
    ("too many words", {"reason": "长" * 2001}, "reason"),
    ("no ticket", {"ids": []}, "ticket"),
    ("too many tickets", {"ids": list(range(1, 502))}, "ticket"),
]


@pytest.mark.parametrize(("said", "field"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_an_order_that_cannot_be_names_its_field(
    a_ticket: Callable[..., int], at: datetime, said: dict, field: str
) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    given = {"ids": [ticket_id], "leader": "张副市长", "reason": WORDS, **said}
    ids = given.pop("ids")
    with pytest.raises(Invalid) as refused:
        supervision.order(ids, who("supervisor"), **given, at=at)
    assert set(refused.value.errors) == {field}
    assert Event.ORDERED not in [entry.event for entry in entries(ticket_id)]


def test_an_answered_ticket_is_not_raised_and_none_of_the_others(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    works, done = to_unit(a_ticket(), at=at), to_callback(a_ticket(), at=at)
    with pytest.raises(NotAllowed, match="无需提级办理"):
        supervision.raise_level([works, done], who("supervisor"), reason=WORDS, at=at)
    with pytest.raises(NotFound):
        supervision.raise_level([works, 2**40], who("supervisor"), reason=WORDS, at=at)
    assert ticket(works).marks == []


def test_ticked_twice_is_done_once(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    assert supervision.urge([ticket_id] * 3, who("supervisor"), reason=WORDS, at=at) == 1
    assert len(entries(ticket_id, Event.URGED)) == 1


# --- 并单之后 -----------------------------------------------------------------------------------


def merged(a_ticket: Callable[..., int], master: int, at: datetime, **caller: object) -> int:
    child = a_ticket(at=at, **caller)
    joining.merge(child, ticket(master).ticket_no, who("agent"), at=at)
    return child


def test_three_times_the_same_citizen_is_supervised(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    master = to_unit(a_ticket(), at=at)
    merged(a_ticket, master, at)
    assert ticket(master).marks == []
    merged(a_ticket, master, at)
    run_jobs()
    assert Mark.SUPERVISED.value in ticket(master).marks
    (entry,) = entries(master, Event.SUPERVISED)
    assert "同一诉求人就此事反映 3 次" in (entry.reason or "")
    merged(a_ticket, master, at)
    assert len(entries(master, Event.SUPERVISED)) == 1, "the mark hangs already"
    run_jobs()
    assert heard(master)["unit"].count("督办") == 1


def test_five_people_about_one_matter_warn_unit_and_supervisor(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    master = to_unit(a_ticket(), at=at)
    for number in range(3):
        merged(a_ticket, master, at, phone=f"1380000000{number}", name=f"市民{number}")
    assert ticket(master).marks == []
    merged(a_ticket, master, at, phone="13800000009", name="第五位")
    run_jobs()
    assert heard(master)["supervisor"] == ["群体性事件预警"]
    assert "群体性事件预警" in heard(master)["unit"]


def test_nameless_reports_count_as_one_person(a_ticket: Callable[..., int], at: datetime) -> None:
    """不留姓名电话的不知道是几个人，合起来只算一人，不能凭一个人刷出预警。"""
    master = to_unit(a_ticket(), at=at)
    for _ in range(6):
        merged(a_ticket, master, at, phone="", name="")
    assert ticket(master).marks == []
    for number in range(3):
        merged(a_ticket, master, at, phone=f"1380000000{number}")
    assert Mark.SUPERVISED.value in ticket(master).marks


def test_notices_to_a_person_are_not_the_units(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    from hotline.queries import bell
    from hotline.services import bell as bell_service

    ticket_id = to_unit(a_ticket(), at=at)
    supervision.supervise([ticket_id], who("supervisor"), reason=WORDS, at=at)
    run_jobs()
    look()
    lead, colleague = who("lead_chengguan"), who("department")
    own = [line for line in bell.page(lead).lines if line.is_own]
    assert len(own) == 1
    assert len(bell.page(lead).lines) == len(bell.page(colleague).lines) + 1
    assert bell.unread(lead) == bell.unread(colleague) + 1
    with pytest.raises(NotFound):
        bell_service.read(own[0].id, colleague, at=at)
    assert bell_service.read(own[0].id, lead, at=at).ticket_no == ticket(ticket_id).ticket_no
    assert bell.unread(lead) == bell.unread(colleague)
    query = select(Notice).where(Notice.department_id == unit(CHENGGUAN).id)
    assert all(notice.staff_id is None for notice in db.session.scalars(query))
