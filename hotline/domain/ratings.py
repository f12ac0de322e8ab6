"""What makes a rating a bad one (差评)."""

from __future__ import annotations

from hotline.domain.terms import Resolved

BAD = 2
"""非常不满意 and 不满意, the lowest two of five grades (国办发〔2019〕51号)."""


def is_bad(satisfaction: int, resolved: Resolved) -> bool:
    """差评 or not solved: both are verified and done again (国办发〔2019〕51号; domain.md 8.1)."""
    return satisfaction <= BAD or resolved is Resolved.NO
