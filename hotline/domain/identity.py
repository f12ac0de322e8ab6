"""Who acts, and how a person's data looks when it is masked (身份与脱敏)."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.domain.terms import Role

SHORT_NUMBER = 11
ID_ENDS = 5


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who does something: a staff member, the citizen, or the system itself."""

    role: Role
    name: str
    staff_id: int | None = None
    department_id: int | None = None

    @property
    def is_staff(self) -> bool:
        """True for everybody who signs in with a staff account or token."""
        return self.role not in (Role.CITIZEN, Role.SYSTEM)


SYSTEM = Actor(Role.SYSTEM, "系统")
CITIZEN = Actor(Role.CITIZEN, "市民")


def mask_phone(phone: str | None) -> str:
    """138****1234; shorter numbers keep two digits (个人信息保护法: masked by default).

    Seven digits shown of a number under eleven would leave too little to guess.
    """
    if not phone:
        return ""
    if len(phone) < SHORT_NUMBER:
        return phone[:2] + "*" * (len(phone) - 2)
    return phone[:3] + "****" + phone[-4:]


def mask_name(name: str | None) -> str:
    """张* ; the family name stays so that an agent can address the caller."""
    return name[0] + "*" * (len(name) - 1) if name else ""


def mask_id_no(id_no: str | None) -> str:
    """First three and last two characters of an ID number stay."""
    return (
        id_no[:3] + "*" * (len(id_no) - ID_ENDS) + id_no[-2:]
        if id_no and len(id_no) > ID_ENDS
        else ""
    )
