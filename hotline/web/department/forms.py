"""The forms a unit's ticket page offers, each with what the rule allows beside it (可用表单)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotline.domain.motions import Motion
from hotline.services import motions, notices
from hotline.web.access import now, staff
from hotline.web.looks import local

if TYPE_CHECKING:
    from hotline.models import Ticket
    from hotline.services.motions import Opening

LOOKS = {
    Motion.EXTENSION: ("申请延期", "calendar-time", ""),
    Motion.RETURN: ("申请退单", "arrow-back-up", "amber"),
    Motion.HANGING: ("申请挂账", "clock-pause", ""),
    Motion.UNREASONABLE: ("申请认定不合理", "circle-x", "red"),
    Motion.APPEAL: ("考核申诉", "gavel", ""),
}
"""Each form's label, icon and colour, in the order they stand on the page."""


def motion_forms(ticket: Ticket) -> list[dict[str, Any]]:
    """The forms this person may use on a ticket now, each with what the rule allows beside it."""
    openings = motions.openings(ticket, staff(), at=now())
    return [_form(kind, openings[kind]) for kind in LOOKS if kind in openings]


def _form(kind: Motion, opening: Opening) -> dict[str, Any]:
    label, icon, tone = LOOKS[kind]
    return {
        "kind": kind.value,
        "label": label,
        "icon": icon,
        "tone": tone,
        "is_open": opening.refusal is None,
        "words": opening.refusal.message if opening.refusal else opening.words,
        "until_text": local(opening.until, ""),
        "most": opening.most,
        "codes": list(notices.reasons()[kind.value].items()),
    }
