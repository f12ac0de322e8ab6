"""单位负责人: who is told and who decides, on duty, on leave, and where nobody leads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hotline.domain.errors import Conflict, Invalid, NotAllowed
from hotline.queries import leaders
from hotline.services.leave import cancel_leave, take_leave
from tests.hotline.people import unit, who

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

BEFORE, AWAY, AFTER = date(2026, 3, 13), date(2026, 3, 18), date(2026, 3, 23)
LEAVE = (date(2026, 3, 16), date(2026, 3, 20))


def names(code: str, on: date) -> list[str]:
    return [person.name for person in leaders.leaders_of(unit(code).id, on)]


def leave(at: datetime, *, by: str = "lead_chengguan", deputy: str = "department") -> int:
    leader, stands_in = who("lead_chengguan").staff_id, who(deputy).staff_id
    assert leader is not None
    assert stands_in is not None
    return take_leave(leader, stands_in, LEAVE, who(by), reason="年休假", at=at)


def test_the_leader_leads(app: Flask) -> None:
    assert names("D0101", AWAY) == ["高建军"]
    assert leaders.leads_today(who("lead_chengguan"), unit("D0101").id, AWAY)
    assert not leaders.leads_today(who("department"), unit("D0101").id, AWAY)
    assert not leaders.leads_today(who("lead_zhujian"), unit("D0101").id, AWAY)


def test_on_leave_the_deputy_does_and_both_days_count(app: Flask, at: datetime) -> None:
    leave(at)
    for day in LEAVE:
        assert names("D0101", day) == ["陈志强"]
        assert leaders.leads_today(who("department"), unit("D0101").id, day)
    assert names("D0101", BEFORE) == names("D0101", AFTER) == ["高建军"]


def test_a_cancelled_leave_is_none(app: Flask, at: datetime) -> None:
    absence = leave(at)
    assert [row.id for row in leaders.absences(unit("D0101").id, on=BEFORE)] == [absence]
    cancel_leave(absence, who("lead_chengguan"), at=at)
    assert names("D0101", AWAY) == ["高建军"]
    assert leaders.absences(unit("D0101").id, on=BEFORE) == []


def test_where_nobody_leads_the_unit_above_does(app: Flask) -> None:
    street = unit("S990101001")
    above = names("S990101001", AWAY)
    assert above == [p.name for p in leaders.parent_leaders_of(street.id, AWAY)]


def test_an_administrator_may_enter_it(app: Flask, at: datetime) -> None:
    assert leave(at, by="admin") > 0


@pytest.mark.parametrize("by", ["department", "supervisor", "lead_zhujian"])
def test_others_may_not(app: Flask, at: datetime, by: str) -> None:
    with pytest.raises(NotAllowed):
        leave(at, by=by)


@pytest.mark.parametrize("deputy", ["lead_chengguan", "department2", "supervisor", "agent"])
def test_the_deputy_is_of_the_unit_or_above_and_somebody_else(
    app: Flask, at: datetime, deputy: str
) -> None:
    with pytest.raises(Invalid) as refused:
        leave(at, deputy=deputy)
    assert "deputy_id" in refused.value.errors


def test_two_leaves_at_once(app: Flask, at: datetime) -> None:
    leave(at)
    with pytest.raises(Conflict, match="已登记过请假"):
        leave(at)


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [
        ((date(2026, 3, 20), date(2026, 3, 16)), "年休假", "last_on"),
        ((date(2026, 3, 16), date(9999, 12, 31)), "年休假", "last_on"),
        ((date(9999, 12, 30), date(9999, 12, 31)), "年休假", "first_on"),
        ((date(2026, 2, 2), date(2026, 2, 6)), "补登", "last_on"),
        (LEAVE, "  ", "reason"),
    ],
)
def test_what_cannot_be(
    app: Flask, at: datetime, days: tuple[date, date], reason: str, field: str
) -> None:
    leader, deputy = who("lead_chengguan"), who("department")
    assert leader.staff_id is not None
    assert deputy.staff_id is not None
    with pytest.raises(Invalid) as refused:
        take_leave(leader.staff_id, deputy.staff_id, days, leader, reason=reason, at=at)
    assert field in refused.value.errors
