"""更正要素: what was wrong is put right, and the clocks are counted anew with a trace."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.terms import Clock, Kind, Urgency
from hotline.services import endings, handling
from hotline.services.rectifying import Facts, rectify
from hotline.services.timing import sweeping
from tests.conftest import local
from tests.hotline.people import REPLY, clock, entries, handler, ticket, to_handling, to_unit, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def recounted(ticket_id: int) -> list[dict[str, object]]:
    return [entry.payload for entry in entries(ticket_id, Event.RECOUNTED)]


def test_a_water_outage_is_urgent_not_ordinary(a_ticket: Callable[..., int], at: datetime) -> None:
    """24 natural hours from the dispatch at 09:30, where five working days had been given."""
    ticket_id = to_handling(a_ticket(), at=at)
    later = at + timedelta(minutes=20)
    changed = rectify(
        ticket_id, Facts(urgency=Urgency.URGENT), who("dispatcher"), reason="全小区停水", at=later
    )
    handle = clock(ticket_id, Clock.HANDLE)
    assert handle.due_at == local("2026-03-12 09:30")
    assert handle.first_due_at == local("2026-03-18 17:30")
    assert (handle.amount, handle.unit, handle.rule_id) == (24, "natural_hours", "handle-urgent")
    assert ticket(ticket_id).promised_at == handle.due_at
    assert changed == len(recounted(ticket_id)) == 2  # handle and contact; signed is signed
    said = next(one for one in recounted(ticket_id) if one["clock"] == "handle")
    assert said["cause"] == "urgency"
    assert said["before"] == "2026-03-18T09:30:00+00:00"
    (entry,) = entries(ticket_id, Event.RECTIFIED)
    assert entry.payload["changes"] == [["紧急程度", "一般", "紧急"]]
    assert (entry.reason, entry.actor_name) == ("全小区停水", "李建国")


def test_nobody_is_made_late_by_a_correction(a_ticket: Callable[..., int], at: datetime) -> None:
    """Two days later 24 hours would be long over: the old deadline is kept, and that is told."""
    ticket_id = to_handling(a_ticket(), at=at)
    before = clock(ticket_id, Clock.HANDLE).due_at
    later = at + timedelta(days=2)
    rectify(ticket_id, Facts(urgency=Urgency.URGENT), who("supervisor"), reason="停水", at=later)
    assert clock(ticket_id, Clock.HANDLE).due_at == before
    said = next(one for one in recounted(ticket_id) if one["clock"] == "handle")
    assert said["is_held"]


def test_what_a_correction_puts_into_the_past_is_not_called_an_outage(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """紧急 after 21 of 24 hours: what is over by then is told once, and not as late."""
    ticket_id = to_handling(a_ticket(), at=at)
    later = at + timedelta(hours=21)
    rectify(ticket_id, Facts(urgency=Urgency.URGENT), who("supervisor"), reason="停水", at=later)
    assert clock(ticket_id, Clock.HANDLE).due_at == at + timedelta(hours=24)
    sweeping.sweep(later + timedelta(seconds=20))
    said = [
        e.payload for e in entries(ticket_id, Event.MILESTONE) if e.payload["clock"] == "handle"
    ]
    assert [(one["milestone"], one["is_stale"]) for one in said] == [
        *(("urge-50", True), ("urge-80", False), ("yellow", False))
    ]
    assert not any(one["is_late"] for one in said)


def test_a_consultation_that_is_a_complaint(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(kind=Kind.CONSULT), at=at)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-12 17:30")
    rectify(ticket_id, Facts(kind=Kind.COMPLAINT), who("agent"), reason="市民要求处理", at=at)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:30")


def test_what_is_stopped_stays_as_it_was(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    handling.reply(ticket_id, REPLY, handler(), at=at)
    before = clock(ticket_id, Clock.HANDLE).due_at
    rectify(ticket_id, Facts(urgency=Urgency.COMPLEX), who("dispatcher"), reason="复杂", at=at)
    assert clock(ticket_id, Clock.HANDLE).due_at == before
    assert recounted(ticket_id) == []


@pytest.mark.parametrize(
    ("facts", "reason", "field"),
    [
        (Facts(), "没改", "urgency"),
        (Facts(urgency=Urgency.NORMAL), "没改", "urgency"),
        (Facts(urgency=Urgency.URGENT), "  ", "reason"),
        (Facts(area_code="990199"), "改区划", "area_code"),
        (Facts(category_code="9999"), "改分类", "category_code"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    a_ticket: Callable[..., int], at: datetime, facts: Facts, reason: str, field: str
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    version = ticket(ticket_id).version
    with pytest.raises(Invalid) as refused:
        rectify(ticket_id, facts, who("dispatcher"), reason=reason, at=at)
    assert field in refused.value.errors
    assert ticket(ticket_id).version == version


def test_units_and_late_pages_do_not_rectify(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    wanted = Facts(urgency=Urgency.COMPLEX)
    with pytest.raises(NotAllowed):
        rectify(ticket_id, wanted, handler(), reason="太难", at=at)
    with pytest.raises(Conflict):
        rectify(ticket_id, wanted, who("dispatcher"), reason="复杂", at=at, version=1)


def test_a_supplement_that_smells_of_gas(a_ticket: Callable[..., int], at: datetime) -> None:
    """补充 with a danger word raises the ticket to 特急 at once; a harmless one changes nothing."""
    ticket_id = to_handling(a_ticket(), at=at)
    endings.supplement(ticket_id, "又停了一辆车", CITIZEN, at=at)
    assert ticket(ticket_id).urgency is Urgency.NORMAL
    endings.supplement(ticket_id, "现在楼道里有很浓的煤气味", CITIZEN, at=at)
    assert ticket(ticket_id).urgency is Urgency.CRITICAL
    assert clock(ticket_id, Clock.HANDLE).due_at == at + timedelta(hours=2)
