"""When the system was away, and the one digest each unit gets of what it missed (系统停摆)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

import sla
from hotline.db import db, transaction
from hotline.domain.terms import Mark, Role
from hotline.models import Deadline, Department, Heartbeat, Milestone, Notice, Outage
from hotline.queries import judging, office
from hotline.services import notices

if TYPE_CHECKING:
    from datetime import datetime

PULSE = "sweep"
GROUPS: dict[str, str] = {Mark.RED: "over", Mark.YELLOW: "soon", Mark.URGED: "urges"}
GAP = timedelta(minutes=5)
"""The sweep looks every 20 seconds; so long without a look, and the system was away."""
FAR_AHEAD = timedelta(days=1)
"""A pulse so far in the future was written by a clock that was wrong."""


def watch(at: datetime, *, gap: timedelta = GAP) -> Outage | None:
    """Note that the clocks are being watched; gives the outage whose digest is still to come.

    The heartbeat's row is held, so of two sweeps that come back at once only one finds the gap.
    A server clock set back makes no outage, nor does its being put right again: the pulse waits for
    the time it had seen, unless that was a whole day ahead.
    """
    with transaction() as session:
        beat = session.get(Heartbeat, PULSE, with_for_update=True, populate_existing=True)
        if beat is None:
            session.add(Heartbeat(name=PULSE, at=at))
        else:
            if at - beat.at > gap:
                session.add(Outage(began_at=beat.at, ended_at=at))
            if at > beat.at or beat.at - at > FAR_AHEAD:
                beat.at = at
    return undigested()


def undigested() -> Outage | None:
    """The oldest outage nobody was told of yet."""
    query = select(Outage).where(Outage.digested_at.is_(None)).order_by(Outage.began_at).limit(1)
    return db.session.scalar(query)


def digest(outage_id: int, *, at: datetime) -> int:
    """Tell every unit and the supervisors once what fell into an outage; gives how many notices.

    Comes after everything due has fired. Safe to run again: the outage is held and noted.
    """
    with transaction() as session:
        outage = session.get(Outage, outage_id, with_for_update=True, populate_existing=True)
        if outage is None or outage.digested_at is not None:
            return 0
        counted = _counted(outage)
        outage.late = sum(sum(counts.values()) for counts in counted.values())
        outage.digested_at = at
        span = f"{_local(outage.began_at)} 至 {_local(outage.ended_at)}"
        for unit, counts in counted.items():
            if unit is not None:
                text = _text("digest_unit", span, counts, unit=_name(unit))
                link = "/department?lamp=overdue"
                session.add(_notice(outage, text, at, link, department_id=unit))
        if outage.late:
            total = sum(counted.values(), Counter())
            text = _text("digest_supervisor", span, total, unit=f"{len(counted)} 个单位")
            session.add(_notice(outage, text, at, "/supervision", role=Role.SUPERVISOR))
        return len(counted) + bool(outage.late)


def _counted(outage: Outage) -> dict[int | None, Counter[str]]:
    """Late milestones of an outage by unit: overdue, due, and mere urges."""
    query = (
        select(Deadline.department_id, Milestone.name, func.count())
        .join(Deadline, Deadline.id == Milestone.deadline_id)
        .where(
            Milestone.is_late,
            Milestone.planned_at >= outage.began_at,
            Milestone.planned_at <= outage.ended_at,
        )
        .group_by(Deadline.department_id, Milestone.name)
    )
    ladder = office.ladder(outage.ended_at)
    counted: dict[int | None, Counter[str]] = {}
    for unit, name, count in db.session.execute(query):
        step = ladder.step(judging.step_of(name))
        mark = step.mark if step else ""
        group = GROUPS.get(mark, "others")
        counted.setdefault(unit, Counter())[group] += count
    return counted


def _text(template: str, span: str, counts: Counter[str], **more: str) -> str:
    figures = {name: str(counts[name]) for name in ("over", "soon", "urges", "others")}
    return notices.texts()[template].format_map({"span": span, **figures, **more})


def _notice(outage: Outage, text: str, at: datetime, link: str, **to: object) -> Notice:
    whom = "-".join(str(value) for value in to.values())
    return Notice(key=f"outage-{outage.id}-{whom}", text=text, link=link, created_at=at, **to)


def _name(department_id: int) -> str:
    unit = db.session.get(Department, department_id)
    return unit.name if unit else "本单位"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(sla.LOCAL):%m月%d日 %H:%M}"
