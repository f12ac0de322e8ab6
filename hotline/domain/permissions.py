"""Which role may enter which wing and see which data (权限)."""

from __future__ import annotations

from hotline.domain.terms import Role, Term


class Wing(Term):
    """A part of the pages; its address is /<value>."""

    AGENT = "agent", "座席登记"
    DISPATCH = "dispatch", "派单审核"
    DEPARTMENT = "department", "单位办理"
    CALLBACK = "callback", "回访评价"
    SUPERVISION = "supervision", "督办监督"
    ADMIN = "admin", "系统管理"


ENTRY: dict[Wing, frozenset[Role]] = {
    Wing.AGENT: frozenset({Role.AGENT}),
    Wing.DISPATCH: frozenset({Role.DISPATCHER, Role.AUTHORITY}),
    Wing.DEPARTMENT: frozenset({Role.DEPARTMENT, Role.DEPARTMENT_LEAD}),
    Wing.CALLBACK: frozenset({Role.CALLBACK}),
    Wing.SUPERVISION: frozenset({Role.SUPERVISOR, Role.AUTHORITY}),
    Wing.ADMIN: frozenset({Role.ADMIN, Role.SECURITY, Role.AUDITOR, Role.KNOWLEDGE}),
}
SEES_ALL_TICKETS = frozenset(
    {Role.AGENT, Role.DISPATCHER, Role.CALLBACK, Role.SUPERVISOR, Role.AUTHORITY, Role.AUDITOR}
)
"""Departments see what they lead or help with; the rest of the house's staff see no ticket."""
MAY_UNMASK = frozenset(
    {Role.AGENT, Role.CALLBACK, Role.SUPERVISOR, Role.DEPARTMENT, Role.DEPARTMENT_LEAD}
)
"""Who may ask for a caller's plain phone number, with a reason that is recorded (design 2.10)."""
SEES_CONFIDENTIAL = frozenset({Role.AGENT, Role.CALLBACK, Role.SUPERVISOR})
"""A confidential caller stays unknown to the departments (domain.md 6; story 9)."""
HOME: dict[Role, str] = {
    Role.CITIZEN: "/my",
    **{role: f"/{wing.value}" for wing, roles in ENTRY.items() for role in sorted(roles)},
    Role.AUTHORITY: "/supervision",
}


def may_enter(role: Role, wing: Wing) -> bool:
    """Whether this role has a desk in that wing."""
    return role in ENTRY[wing]


def wings_of(role: Role) -> tuple[Wing, ...]:
    """The wings of a role in the order of the menu."""
    return tuple(wing for wing in Wing if may_enter(role, wing))
