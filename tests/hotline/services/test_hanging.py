"""挂账与不合理诉求: off the clock by decision of the authority, and back on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Invalid, NotAllowed
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.domain.terms import Clock
from hotline.models import Deadline, Milestone
from hotline.services import clocks, hanging
from hotline.services.intake import LOCAL
from tests.hotline.people import clock, handler, stage, ticket, to_handling, who

if TYPE_CHECKING:
    from collections.abc import Callable

DUE = datetime(2026, 3, 18, 17, 30, tzinfo=LOCAL)  # five working days after Wednesday 03-11


def fired(ticket_id: int) -> list[str]:
    query = (
        select(Milestone.name)
        .join(Deadline, Deadline.id == Milestone.deadline_id)
        .where(Deadline.ticket_id == ticket_id, Deadline.clock == Clock.HANDLE)
        .order_by(Milestone.id)
    )
    return list(db.session.scalars(query))


def test_what_hangs_is_off_the_clock(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    hanging.hang(ticket_id, who("authority"), reason="产权历史遗留问题", at=at)
    assert stage(ticket_id) is Stage.HUNG
    assert clocks.sweep(DUE + timedelta(days=300)) == 0


def test_the_days_that_were_left_are_given_back(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    hung_at = datetime(2026, 3, 13, 10, tzinfo=LOCAL)  # Friday: three working days are left
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=hung_at)
    back_at = datetime(2026, 4, 13, 9, tzinfo=LOCAL)  # a Monday
    hanging.resume(ticket_id, who("authority"), reason="政策已明确", at=back_at)
    handle = clock(ticket_id, Clock.HANDLE)
    assert handle.due_at == datetime(2026, 4, 16, 17, 30, tzinfo=LOCAL)
    assert handle.first_due_at == DUE  # the first promise stays visible
    assert (handle.stopped_at, ticket(ticket_id).promised_at) == (None, handle.due_at)


def test_what_warned_before_the_pause_does_not_stop_the_sweep(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    """A milestone is told once in the life of a clock, and later ones still come."""
    ticket_id, other = to_handling(a_ticket(), at=at), to_handling(a_ticket(), at=at)
    yellow = clock(ticket_id, Clock.HANDLE).yellow_at
    clocks.sweep(yellow)
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=yellow)
    back_at = DUE + timedelta(days=14)
    hanging.resume(ticket_id, who("supervisor"), reason="政策已明确", at=back_at)
    clocks.sweep(back_at + timedelta(days=30))
    assert fired(ticket_id) == ["urge_80", "yellow", "red"]
    assert fired(other) == ["urge_80", "yellow", "red"]


def test_what_is_overdue_when_it_hangs_gets_one_day(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    late = DUE + timedelta(days=1)
    hanging.hang(ticket_id, who("authority"), reason="等待政策", at=late)
    back_at = datetime(2026, 4, 13, 9, tzinfo=LOCAL)
    hanging.resume(ticket_id, who("authority"), reason="继续", at=back_at)
    assert clock(ticket_id, Clock.HANDLE).due_at == datetime(2026, 4, 14, 17, 30, tzinfo=LOCAL)


def test_unreasonable_ends_it(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    hanging.find_unreasonable(ticket_id, who("authority"), reason="经听证认定", at=at)
    row = ticket(ticket_id)
    assert (row.stage, row.outcome) == (Stage.CLOSED, Outcome.UNREASONABLE)
    assert clocks.sweep(DUE + timedelta(days=9)) == 0


@pytest.mark.parametrize("act", [hanging.hang, hanging.find_unreasonable])
def test_units_do_not_decide_that(
    a_ticket: Callable[..., int], at: datetime, act: Callable[..., None]
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    with pytest.raises(NotAllowed):
        act(ticket_id, handler(), reason="办不了", at=at)
    with pytest.raises(Invalid):
        act(ticket_id, who("authority"), reason=" ", at=at)
    assert stage(ticket_id) is Stage.HANDLING
