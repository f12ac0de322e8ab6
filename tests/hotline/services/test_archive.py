"""归档: what closed a month ago is frozen, in batches, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.domain.errors import IllegalMove, NotAllowed
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.lifecycle import Stage
from hotline.domain.outcomes import Outcome
from hotline.services import archive, endings
from tests.hotline.people import entries, events, stage, ticket, together, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

MONTH = timedelta(days=30)


def withdrawn(a_ticket: Callable[..., int], at: datetime) -> int:
    ticket_id = a_ticket()
    endings.withdraw(ticket_id, CITIZEN, at=at)
    return ticket_id


def test_a_month_after_its_end_a_ticket_is_archived(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id, still_open = withdrawn(a_ticket, at), a_ticket()
    assert archive.archive_closed(at + MONTH) == 0
    assert archive.archive_closed(at + MONTH + timedelta(seconds=1)) == 1
    row = ticket(ticket_id)
    assert (row.stage, row.outcome, row.closed_at) == (Stage.ARCHIVED, Outcome.WITHDRAWN, at)
    assert events(ticket_id)[-1] is Event.ARCHIVED
    assert stage(still_open) is Stage.REGISTERED


def test_the_archive_works_in_batches(a_ticket: Callable[..., int], at: datetime) -> None:
    for _ in range(5):
        withdrawn(a_ticket, at)
    later = at + timedelta(days=31)
    assert [archive.archive_closed(later, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_two_archivists_archive_once(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    ids = [withdrawn(a_ticket, at) for _ in range(6)]
    later = at + timedelta(days=31)
    done = together(app, [lambda: archive.archive_closed(later, limit=3)] * 3)
    archive.archive_closed(later)
    assert not [one for one in done if isinstance(one, Exception)], done
    assert [len(entries(ticket_id, Event.ARCHIVED)) for ticket_id in ids] == [1] * 6


def test_what_is_archived_is_frozen(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = withdrawn(a_ticket, at)
    archive.archive(ticket_id, who("admin"), at=at)
    with pytest.raises(IllegalMove, match="已归档"):
        endings.answer(ticket_id, "已答复", who("agent"), at=at)


def test_only_the_administrator_archives_by_hand(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    ticket_id = withdrawn(a_ticket, at)
    with pytest.raises(NotAllowed):
        archive.archive(ticket_id, who("agent"), at=at)
