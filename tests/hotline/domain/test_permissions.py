"""Permissions (权限): who has which desk, and who may see whom."""

from __future__ import annotations

import pytest

from hotline.domain.permissions import (
    ENTRY,
    HOME,
    MAY_UNMASK,
    SEES_ALL_TICKETS,
    SEES_CONFIDENTIAL,
    Wing,
    may_enter,
    wings_of,
)
from hotline.domain.terms import Role

STAFF = [role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)]
UNITS = {Role.DEPARTMENT, Role.DEPARTMENT_LEAD}
THREE_POWERS = {Role.ADMIN, Role.SECURITY, Role.AUDITOR}


@pytest.mark.parametrize("role", STAFF)
def test_everybody_on_the_staff_has_a_desk_and_starts_there(role: Role) -> None:
    assert wings_of(role)
    assert may_enter(role, Wing(HOME[role].removeprefix("/")))


def test_citizens_and_the_system_have_none() -> None:
    assert wings_of(Role.CITIZEN) == wings_of(Role.SYSTEM) == ()


def test_no_wing_is_empty() -> None:
    assert set(ENTRY) == set(Wing)
    assert all(ENTRY.values())


def test_departments_see_their_own_tickets_only() -> None:
    assert not SEES_ALL_TICKETS & UNITS


def test_a_confidential_caller_stays_unknown_to_the_departments() -> None:
    assert not SEES_CONFIDENTIAL & UNITS
    assert SEES_CONFIDENTIAL < MAY_UNMASK


def test_the_three_administrators_cannot_unmask() -> None:
    """三权分立: who runs or audits the system does not look at identities (domain.md 8.2)."""
    assert not MAY_UNMASK & THREE_POWERS
    assert Role.ADMIN not in SEES_ALL_TICKETS
    assert Role.SECURITY not in SEES_ALL_TICKETS
