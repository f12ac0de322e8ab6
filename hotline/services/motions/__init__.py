"""申请: the departments ask, the hotline grants or refuses; the ticket stays where it is.

``filing`` puts a motion, ``deciding`` answers it; each kind has a room with its rules and with
what follows when it is granted.
"""

from __future__ import annotations

from hotline.services.motions.adjudicating import rule
from hotline.services.motions.approvals import waiting_at
from hotline.services.motions.deciding import grant, may_decide, refuse, withdraw
from hotline.services.motions.filing import file, openings
from hotline.services.motions.hanging import review_hanging
from hotline.services.motions.plea import Opening, Plea

__all__ = [
    "Opening",
    "Plea",
    "file",
    "grant",
    "may_decide",
    "openings",
    "refuse",
    "review_hanging",
    "rule",
    "waiting_at",
    "withdraw",
]
