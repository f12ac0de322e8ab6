"""Ticket numbers (工单编号): readable, unique, and a slip of the tongue is noticed."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.numbering import LENGTH, is_ticket_no, query_code, ticket_no
from hotline.domain.terms import Kind

numbers = st.builds(
    ticket_no,
    st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.sampled_from(Kind),
    st.integers(1, 10**9),
)


def test_a_number_tells_where_when_and_what() -> None:
    number = ticket_no("990101", date(2026, 9, 30), Kind.COMPLAINT, 42)
    assert number[:21] == "990101" + "20260930" + "3" + "000042"
    assert len(number) == LENGTH


@given(number=numbers)
def test_every_number_made_is_a_number(number: str) -> None:
    assert is_ticket_no(number)


@given(number=numbers, place=st.integers(0, LENGTH - 1), shift=st.integers(1, 9))
def test_a_single_wrong_digit_is_found(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    assert not is_ticket_no(number[:place] + wrong + number[place + 1 :])


@given(number=numbers, text=st.text(max_size=30))
def test_what_is_not_a_number_is_not_one(number: str, text: str) -> None:
    assert not is_ticket_no(number[:-1])
    assert not is_ticket_no(number + "0")
    assert not is_ticket_no(text) or len(text) == LENGTH


def test_digits_of_other_scripts_are_refused() -> None:
    number = ticket_no("990101", date(2026, 9, 30), Kind.HELP, 1)
    assert not is_ticket_no(number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}))


@given(serials=st.lists(st.integers(1, 999_999), min_size=2, max_size=20, unique=True))
def test_numbers_of_one_day_differ(serials: list[int]) -> None:
    made = {ticket_no("990000", date(2026, 3, 1), Kind.HELP, serial) for serial in serials}
    assert len(made) == len(serials)


def test_the_query_code_is_six_digits_and_not_always_the_same() -> None:
    codes = {query_code() for _ in range(50)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 40
