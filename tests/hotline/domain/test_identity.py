"""Masking (脱敏): enough to recognise, never enough to call or to look up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.identity import CITIZEN, SYSTEM, Actor, mask_id_no, mask_name, mask_phone
from hotline.domain.terms import Role

phones = st.from_regex(r"[0-9]{3,13}", fullmatch=True)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13912341234", "139****1234"),
        ("099951002750", "099****2750"),
        ("12345", "12***"),
        ("96123456", "96******"),
        ("4008123123", "40********"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_phone_is_masked(phone: str | None, shown: str) -> None:
    assert mask_phone(phone) == shown


@given(phone=phones)
def test_a_masked_phone_hides_what_one_needs_to_call(phone: str) -> None:
    shown = mask_phone(phone)
    assert len(phone) - sum(c.isdigit() for c in shown) >= min(4, len(phone) - 2)
    assert phone not in shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张*"), ("欧阳娜娜", "欧***"), ("王", "王"), ("", ""), (None, "")],
)
def test_a_name_keeps_its_first_character(name: str | None, shown: str) -> None:
    assert mask_name(name) == shown


@given(id_no=st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_an_id_number_keeps_five_characters(id_no: str) -> None:
    shown = mask_id_no(id_no)
    assert len(shown) == len(id_no)
    assert shown.count("*") == 13
    assert id_no[6:14] not in shown  # the date of birth


def test_half_an_id_number_shows_nothing() -> None:
    assert mask_id_no("1234") == mask_id_no(None) == ""


@pytest.mark.parametrize("role", Role)
def test_staff_are_all_but_citizen_and_system(role: Role) -> None:
    assert Actor(role, "某人").is_staff is (role not in (Role.CITIZEN, Role.SYSTEM))


def test_the_two_who_need_no_account() -> None:
    assert (CITIZEN.role, SYSTEM.role) == (Role.CITIZEN, Role.SYSTEM)
    assert CITIZEN.staff_id is SYSTEM.staff_id is None
