"""数据漂移: the index by its formula, and the word for it that chance cannot have made."""

from __future__ import annotations

from math import log

import pytest

from hotline.domain.drift import Shift, stability

BEFORE = {"01": 5000, "02": 3000, "03": 2000}


def test_the_same_shares_are_stable() -> None:
    found = stability({"01": 500, "02": 300, "03": 200}, BEFORE)
    assert found.index == pytest.approx(0, abs=1e-4)
    assert found.shift is Shift.STABLE


def test_the_index_is_the_formula() -> None:
    """PSI = Σ (a − b) ln(a ÷ b)；件数很多时各加的半件看不见。"""
    now = {"01": 300_000, "02": 400_000, "03": 300_000}
    before = {"01": 500_000, "02": 300_000, "03": 200_000}
    by_hand = sum((a - b) * log(a / b) for a, b in ((0.3, 0.5), (0.4, 0.3), (0.3, 0.2)))
    assert stability(now, before).index == pytest.approx(by_hand, abs=1e-4)


@pytest.mark.parametrize(
    ("now", "word"),
    [
        ({"01": 5000, "02": 3000, "03": 2000}, Shift.STABLE),
        ({"01": 3400, "02": 3500, "03": 3100}, Shift.CHANGED),
        ({"01": 1000, "02": 2000, "03": 7000}, Shift.MUCH),
        ({"04": 10_000}, Shift.MUCH),
    ],
)
def test_the_word_for_it(now: dict[str, int], word: Shift) -> None:
    assert stability(now, BEFORE).shift is word


def test_what_chance_can_make_is_no_change() -> None:
    """六十件分在十五类里，指数再大也可能是偶然。"""
    few = {f"{code:02}": 4 for code in range(1, 16)}
    other = {f"{code:02}": 2 + code % 5 for code in range(1, 16)}
    found = stability(few, other)
    assert found.index > 0.1
    assert found.shift is Shift.STABLE
    assert found.by_chance == pytest.approx(14 * (1 / 60 + 1 / 60))


@pytest.mark.parametrize(("now", "before"), [({}, {}), ({"01": 49}, BEFORE), (BEFORE, {"01": 3})])
def test_too_few_to_tell(now: dict[str, int], before: dict[str, int]) -> None:
    assert stability(now, before).shift is Shift.UNKNOWN
