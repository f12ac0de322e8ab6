"""可做的操作: the moves the law leaves open for this person, shown as buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.domain.lifecycle import open_actions
from hotline.services import _move

if TYPE_CHECKING:
    from hotline.domain.identity import Actor
    from hotline.domain.lifecycle import Action
    from hotline.models import Ticket


def open_to(ticket: Ticket, actor: Actor) -> tuple[Action, ...]:
    """List the actions this actor may take now, in the order of the table."""
    return open_actions(_move.facts_of(ticket), actor)
