"""What the stories share: a city with a trained model and a clock that can be set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from tests.conftest import local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from hotline.models import Deadline, Ticket


@dataclass
class Tale:
    """Tells the time, and reads what a story left in the database."""

    run_jobs: Callable[[], int]
    clock: time_machine.Coordinates

    def moment(self, text: str) -> datetime:
        """Set the clock of the house to a local time and give it."""
        at = local(text)
        self.clock.move_to(at)
        return at

    def ticket(self, ticket_id: int) -> Ticket:
        from hotline.db import db
        from hotline.models import Ticket

        db.session.rollback()
        return db.session.get_one(Ticket, ticket_id)

    def deadline(self, ticket_id: int, clock: str) -> Deadline:
        from hotline.db import db
        from hotline.models import Deadline

        db.session.rollback()
        query = select(Deadline).where(Deadline.ticket_id == ticket_id, Deadline.clock == clock)
        return db.session.scalars(query).one()

    def due(self, ticket_id: int, clock: str) -> str:
        """When a clock is due, as people read it."""
        from tests.conftest import LOCAL

        return f"{self.deadline(ticket_id, clock).due_at.astimezone(LOCAL):%Y-%m-%d %H:%M}"


@pytest.fixture
def tale(model: str, run_jobs: Callable[[], int]) -> Iterator[Tale]:
    with time_machine.travel(local("2026-03-11 09:30"), tick=False) as clock:
        yield Tale(run_jobs, clock)
