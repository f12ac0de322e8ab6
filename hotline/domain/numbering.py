"""Ticket number with check digit and the separate query code (工单编号与查询码)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from stdnum.iso7064 import mod_11_10

from hotline.domain.terms import Kind

if TYPE_CHECKING:
    from datetime import date

KIND_DIGITS = {kind: str(i) for i, kind in enumerate(Kind, start=1)}
LENGTH = 22
SERIAL = 6


def ticket_no(region: str, on: date, kind: Kind, serial: int) -> str:
    """Region (6) + yyyyMMdd + kind (1) + serial (6) + check digit; domain.md 3.4.

    ``serial`` may be any positive integer; its last six digits count, which is unique for a
    million tickets a day. The check digit (ISO 7064 MOD 11,10) finds every single wrong digit.
    """
    body = f"{region:0<6.6}{on:%Y%m%d}{KIND_DIGITS[kind]}{serial % 1_000_000:06d}"
    return body + mod_11_10.calc_check_digit(body)


def is_ticket_no(text: str) -> bool:
    """Whether the text could be a ticket number: right length, digits, right check digit."""
    return (
        len(text) == LENGTH and text.isascii() and text.isdigit() and bool(mod_11_10.is_valid(text))
    )


def serials_ending(digits: str) -> tuple[int, int]:
    """Remainder and modulus of the serials whose numbers end so; at least two digits.

    The last digit of a number is its check digit, the six before it are the serial's.
    """
    known = digits[-SERIAL - 1 : -1]
    return int(known), 10 ** len(known)


def query_code() -> str:
    """Six random digits that only the citizen knows (domain.md 2.5: number + query code)."""
    return f"{secrets.randbelow(1_000_000):06d}"
