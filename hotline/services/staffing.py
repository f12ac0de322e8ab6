"""Who may come in: staff by password, programs by token, citizens by code (身份认证)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select

from hotline.db import db, keyed_hash, transaction
from hotline.domain.errors import Invalid, NotAllowed, NotFound, TooMany
from hotline.domain.identity import Actor
from hotline.domain.terms import Role
from hotline.models import ApiToken, Citizen, Department, OneTimeCode, Staff
from hotline.services import _checks, notices

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
CODE_LIFE = timedelta(minutes=5)
CODES_PER_HOUR = 6
CODE_TRIES = 5
WRONG = "账号或密码不正确"


@cache
def hasher() -> PasswordHasher:
    """Argon2id, 19 MiB, 2 passes: OWASP's smaller profile, for two cores serve the desk."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def sign_in(login: str, password: str, *, at: datetime) -> Staff:
    """Check a password; five failures lock the account for 15 minutes (等保三级).

    Unknown login and wrong password get the same answer in the same time.
    """
    with transaction() as session:
        # Held until the end, so that guesses at the same moment are all counted.
        query = select(Staff).where(Staff.login == login.strip())
        staff = session.scalar(query.with_for_update(of=Staff, key_share=True))
        if staff is not None and staff.locked_until is not None and staff.locked_until > at:
            raise TooMany("连续失败次数过多，账号已锁定 15 分钟，请稍后再试")
        known = staff.password_hash if staff is not None else _dummy_hash()
        if _verified(known, password) and staff is not None and staff.is_active:
            staff.failed_sign_ins, staff.locked_until = 0, None
            staff.last_sign_in_at = at
            return staff
        if staff is not None:
            staff.failed_sign_ins += 1
            if staff.failed_sign_ins >= MAX_FAILURES:
                staff.failed_sign_ins, staff.locked_until = 0, at + LOCK
    raise NotAllowed(WRONG)


def _verified(known: str, password: str) -> bool:
    try:
        return hasher().verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    return hasher().hash(secrets.token_hex(8))


def staff_by_id(staff_id: int) -> Staff | None:
    """An active staff member, or None."""
    staff = db.session.get(Staff, staff_id)
    return staff if staff is not None and staff.is_active else None


def actor_of(staff: Staff) -> Actor:
    """The staff member as the services want it."""
    return Actor(staff.role, staff.name, staff.id, staff.department_id)


def create_token(
    role: Role, *, name: str, department_code: str | None, days: int | None, at: datetime
) -> str:
    """Make an API token and return it; only its hash is kept, so it is shown once."""
    if role in (Role.CITIZEN, Role.SYSTEM):
        raise Invalid("role", f"不能为“{role.label}”签发令牌")
    department_id = _department_id(department_code, role)
    token = "hl_" + secrets.token_urlsafe(32)
    with transaction() as session:
        session.add(
            ApiToken(
                name=name,
                token_hash=_token_hash(token),
                role=role,
                department_id=department_id,
                created_at=at,
                expires_at=at + timedelta(days=days) if days else None,
            )
        )
    return token


def _department_id(code: str | None, role: Role) -> int | None:
    if not code:
        if role in (Role.DEPARTMENT, Role.DEPARTMENT_LEAD):
            raise Invalid("department", "承办单位的令牌须用 --department 指明单位编码")
        return None
    department_id = db.session.scalar(select(Department.id).where(Department.code == code))
    if department_id is None:
        raise Invalid("department", f"没有编码为 {code} 的承办单位")
    return department_id


def actor_of_token(token: str, *, at: datetime) -> Actor:
    """The program behind a bearer token; raises NotAllowed for unknown, expired, revoked ones."""
    row = db.session.scalar(select(ApiToken).where(ApiToken.token_hash == _token_hash(token)))
    if row is None or row.revoked_at is not None:
        raise NotAllowed("令牌无效")
    if row.expires_at is not None and row.expires_at < at:
        raise NotAllowed("令牌已过期")
    return Actor(row.role, row.name, None, row.department_id)


def tokens() -> Sequence[ApiToken]:
    """All tokens, without the tokens."""
    return db.session.scalars(select(ApiToken).order_by(ApiToken.id)).all()


def revoke_token(token_id: int, *, at: datetime) -> None:
    """Make a token useless at once."""
    with transaction() as session:
        row = session.get(ApiToken, token_id)
        if row is None:
            raise NotFound(f"没有编号为 {token_id} 的令牌")
        row.revoked_at = row.revoked_at or at


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def send_code(phone: str, *, at: datetime) -> int:
    """Send a one-time sign-in code to a citizen's phone; returns the message to deliver.

    Six codes an hour per phone; whether the number is known is not told.
    """
    number = _checks.checked_phone(phone)
    if number is None or not _checks.is_mobile(number):
        raise Invalid("phone", "请填写能收短信的手机号")
    phone_hash = keyed_hash(number)
    with transaction() as session:
        recent = session.scalar(
            select(func.count()).where(
                OneTimeCode.phone_hash == phone_hash,
                OneTimeCode.created_at > at - timedelta(hours=1),
            )
        )
        if (recent or 0) >= CODES_PER_HOUR:
            raise TooMany("验证码请求过于频繁，请一小时后再试")
        code = f"{secrets.randbelow(1_000_000):06d}"
        session.add(
            OneTimeCode(
                phone_hash=phone_hash,
                code_hash=keyed_hash(f"{number}:{code}"),
                created_at=at,
                expires_at=at + CODE_LIFE,
            )
        )
        return notices.one_time_code(number, code, at=at)


def citizen_by_code(phone: str, code: str, *, at: datetime) -> int:
    """Check a one-time code and return the citizen's id; raises NotAllowed, TooMany."""
    number = _checks.checked_phone(phone) or ""
    phone_hash = keyed_hash(number)
    with transaction() as session:
        row = session.scalar(
            select(OneTimeCode)
            .where(OneTimeCode.phone_hash == phone_hash, OneTimeCode.used_at.is_(None))
            .order_by(OneTimeCode.id.desc())
            .limit(1)
            .with_for_update()
        )
        if row is not None and row.tries >= CODE_TRIES:
            raise TooMany("验证码错误次数过多，请重新获取")
        if row is not None and row.expires_at > at:
            row.tries += 1
            if secrets.compare_digest(row.code_hash, keyed_hash(f"{number}:{code.strip()}")):
                row.used_at = at
                citizen = session.scalar(select(Citizen).where(Citizen.phone_hash == phone_hash))
                if citizen is None:
                    citizen = Citizen(phone=number, phone_hash=phone_hash, created_at=at)
                    session.add(citizen)
                    session.flush()
                return citizen.id
    raise NotAllowed("验证码不正确或已过期，请重新获取")
