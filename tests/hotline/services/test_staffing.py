"""身份认证: lock-out after five failures, tokens kept as hashes, one-time codes used once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hotline.db import db
from hotline.domain.errors import Invalid, NotAllowed, NotFound, TooMany
from hotline.domain.terms import Role
from hotline.models import ApiToken, Citizen, Message, OneTimeCode, Staff
from hotline.services import archive, staffing
from tests.hotline.people import CHENGGUAN, together, unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

PASSWORD = "hotline-demo"
PHONE = "13912345678"


def fail(at: datetime, times: int, login: str = "agent") -> None:
    for _ in range(times):
        with pytest.raises(NotAllowed):
            staffing.sign_in(login, "wrong", at=at)


def test_the_right_password_enters(app: Flask, at: datetime) -> None:
    staff = staffing.sign_in(" agent ", PASSWORD, at=at)
    actor = staffing.actor_of(staff)
    assert (actor.role, actor.staff_id) == (Role.AGENT, staff.id)
    assert staff.last_sign_in_at == at


def test_unknown_and_wrong_hear_the_same(app: Flask, at: datetime) -> None:
    said = []
    for login, password in (("agent", "wrong"), ("nobody", PASSWORD), ("", "")):
        with pytest.raises(NotAllowed) as refused:
            staffing.sign_in(login, password, at=at)
        said.append(refused.value.message)
    assert len(set(said)) == 1


def test_five_failures_lock_even_the_right_password(app: Flask, at: datetime) -> None:
    fail(at, 5)
    with pytest.raises(TooMany):
        staffing.sign_in("agent", PASSWORD, at=at + timedelta(minutes=14))
    assert staffing.sign_in("agent", PASSWORD, at=at + timedelta(minutes=16)).login == "agent"


def test_four_failures_do_not_lock_and_success_forgets_them(app: Flask, at: datetime) -> None:
    for _ in range(3):
        fail(at, 4)
        staffing.sign_in("agent", PASSWORD, at=at)


def test_one_locked_account_locks_nobody_else(app: Flask, at: datetime) -> None:
    fail(at, 5)
    assert staffing.sign_in("agent02", PASSWORD, at=at)


def test_guessing_in_parallel_locks_as_well(app: Flask, at: datetime) -> None:
    def guess() -> None:
        staffing.sign_in("agent", "wrong", at=at)

    for _ in range(2):
        together(app, [guess] * 5)
    with pytest.raises(TooMany):
        staffing.sign_in("agent", PASSWORD, at=at)


def test_who_has_left_does_not_enter(app: Flask, at: datetime) -> None:
    from hotline.db import transaction

    with transaction() as session:
        staff = session.scalars(select(Staff).where(Staff.login == "agent05")).one()
        staff.is_active = False
    try:
        with pytest.raises(NotAllowed):
            staffing.sign_in("agent05", PASSWORD, at=at)
        assert staffing.staff_by_id(staff.id) is None
    finally:
        with transaction() as session:
            session.get_one(Staff, staff.id).is_active = True


# --- 令牌 ------------------------------------------------------------------------------------


def token(at: datetime, role: Role = Role.AGENT, **more: object) -> str:
    given: dict[str, object] = {"name": "数据大屏", "department_code": None, "days": None}
    return staffing.create_token(role, **{**given, **more}, at=at)  # type: ignore[arg-type]


def test_a_token_acts_in_its_role_and_is_not_kept(app: Flask, at: datetime) -> None:
    plain = token(at, Role.DEPARTMENT, department_code=CHENGGUAN)
    actor = staffing.actor_of_token(plain, at=at)
    assert (actor.role, actor.name, actor.department_id) == (
        *(Role.DEPARTMENT, "数据大屏"),
        unit(CHENGGUAN).id,
    )
    (row,) = staffing.tokens()
    assert plain not in row.token_hash


def test_tokens_run_out_and_are_revoked(app: Flask, at: datetime) -> None:
    short, long = token(at, days=1), token(at)
    staffing.actor_of_token(short, at=at + timedelta(hours=23))
    with pytest.raises(NotAllowed, match="过期"):
        staffing.actor_of_token(short, at=at + timedelta(days=2))
    row = db.session.scalars(select(ApiToken).where(ApiToken.expires_at.is_(None))).one()
    staffing.revoke_token(row.id, at=at)
    with pytest.raises(NotAllowed):
        staffing.actor_of_token(long, at=at)
    with pytest.raises(NotFound):
        staffing.revoke_token(999_999, at=at)


@pytest.mark.parametrize("guess", ["", "hl_", "hl_x", "令牌"])
def test_a_guessed_token_is_nobody(app: Flask, at: datetime, guess: str) -> None:
    token(at)
    with pytest.raises(NotAllowed):
        staffing.actor_of_token(guess, at=at)


WRONG: list[Callable[[datetime], str]] = [
    lambda at: token(at, Role.CITIZEN),
    lambda at: token(at, Role.SYSTEM),
    lambda at: token(at, Role.DEPARTMENT),
    lambda at: token(at, Role.DEPARTMENT, department_code="D9999"),
]


@pytest.mark.parametrize("make", WRONG, ids=["citizen", "system", "no unit", "no such unit"])
def test_some_tokens_are_never_made(
    app: Flask, at: datetime, make: Callable[[datetime], str]
) -> None:
    with pytest.raises(Invalid):
        make(at)
    assert list(staffing.tokens()) == []


# --- 一次性验证码 ----------------------------------------------------------------------------


def code_for(phone: str, at: datetime) -> str:
    message_id = staffing.send_code(phone, at=at)
    body = db.session.get_one(Message, message_id).body or ""
    found = re.search(r"验证码是(\d{6})", body)
    assert found is not None
    return found[1]


def test_the_code_opens_once(app: Flask, at: datetime) -> None:
    code = code_for(PHONE, at)
    citizen_id = staffing.citizen_by_code("+86" + PHONE, f" {code} ", at=at)
    assert db.session.get_one(Citizen, citizen_id).phone == PHONE
    with pytest.raises(NotAllowed):
        staffing.citizen_by_code(PHONE, code, at=at)


def test_the_same_citizen_each_time(app: Flask, at: datetime) -> None:
    ids = {staffing.citizen_by_code(PHONE, code_for(PHONE, at), at=at) for _ in range(2)}
    assert len(ids) == 1


def test_a_code_is_for_its_phone_and_for_five_minutes(app: Flask, at: datetime) -> None:
    code = code_for(PHONE, at)
    with pytest.raises(NotAllowed):
        staffing.citizen_by_code("13900000000", code, at=at)
    with pytest.raises(NotAllowed):
        staffing.citizen_by_code(PHONE, code, at=at + timedelta(minutes=6))


def test_only_the_newest_code_counts(app: Flask, at: datetime) -> None:
    first = code_for(PHONE, at)
    second = code_for(PHONE, at + timedelta(seconds=30))
    if first != second:
        with pytest.raises(NotAllowed):
            staffing.citizen_by_code(PHONE, first, at=at + timedelta(minutes=1))
    assert staffing.citizen_by_code(PHONE, second, at=at + timedelta(minutes=1))


def test_five_wrong_guesses_end_a_code(app: Flask, at: datetime) -> None:
    code = code_for(PHONE, at)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        with pytest.raises(NotAllowed):
            staffing.citizen_by_code(PHONE, wrong, at=at)
    with pytest.raises(TooMany):
        staffing.citizen_by_code(PHONE, code, at=at)


def test_six_codes_an_hour(app: Flask, at: datetime) -> None:
    for _ in range(6):
        code_for(PHONE, at)
    with pytest.raises(TooMany):
        staffing.send_code(PHONE, at=at + timedelta(minutes=59))
    assert staffing.send_code(PHONE, at=at + timedelta(minutes=61))


@pytest.mark.parametrize("phone", ["", "123", "abc"])
def test_a_code_needs_a_phone(app: Flask, at: datetime, phone: str) -> None:
    with pytest.raises(Invalid):
        staffing.send_code(phone, at=at)


def test_codes_are_hashed_and_swept_away(app: Flask, at: datetime) -> None:
    code = code_for(PHONE, at)
    row = db.session.scalars(select(OneTimeCode)).one()
    assert code not in row.code_hash
    archive.clean_doors(at + timedelta(days=2))
    assert db.session.scalar(select(OneTimeCode.id)) is None
