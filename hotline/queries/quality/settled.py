"""Until when first dispatches are settled: no unit may return them any more (退单期限已过)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sla
from hotline.queries import office

if TYPE_CHECKING:
    from datetime import datetime

FARTHEST = timedelta(days=60)
"""No policy lets a unit think longer about a return; a holiday week lies well within."""
_MINUTE = timedelta(minutes=1)


def settled_until(at: datetime) -> datetime:
    """Find the last moment of dispatch whose time for a return is over, to the minute.

    By the policy in force and the city's calendar. The due moment grows with the start, so the
    middle is taken again and again; what lies before ``FARTHEST`` is settled anyway.
    """
    terms, calendar = office.profile(at).returns, office.calendar()
    low, high = at - FARTHEST, at
    while high - low > _MINUTE:
        middle = low + (high - low) / 2
        if sla.due_at(calendar, middle, terms.within).at < at:
            low = middle
        else:
            high = middle
    return low


def within_words(at: datetime) -> str:
    """How long a unit may think about a return, in words."""
    return str(office.profile(at).returns.within)
