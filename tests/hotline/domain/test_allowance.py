"""延期额度: what the terms of a city leave, and the sentences that say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sla
from hotline.domain.allowance import Allowance
from hotline.domain.motions import Motion, MotionStep, deciders, next_step, steps
from hotline.domain.terms import Role

DEFAULT = sla.ExtensionTerms()
SHANDONG = sla.load_profile("山东").extension
ONCE = sla.ExtensionTerms(first_max=5, second_max=0, total_max=5)
NEVER = sla.ExtensionTerms(first_max=0, second_max=0, total_max=0)

ASKED = [
    # terms, granted, asked, what the refusal says ("" = allowed)
    (DEFAULT, (), 5, ()),
    (DEFAULT, (), 6, ("首次延期最多 5 个工作日", "申请了 6 个", "热线管理机构")),
    (DEFAULT, (5,), 5, ()),
    (DEFAULT, (5,), 6, ("累计不得超过 10 个", "已延期 5 个", "最多还可申请 5 个", "管理机构")),
    (DEFAULT, (3,), 6, ("第二次延期最多 5 个",)),
    (DEFAULT, (5, 5), 1, ("累计不得超过 10 个", "已延期 10 个", "不能再延期")),
    (DEFAULT, (2, 2), 1, ("已延期 2 次", "共 4 个", "最后一次")),
    (SHANDONG, (), 7, ()),
    (SHANDONG, (7,), 4, ("累计不得超过 10 个", "已延期 7 个", "最多还可申请 3 个")),
    (ONCE, (3,), 1, ("只能延期一次",)),
    (ONCE, (), 6, ("首次延期最多 5 个",)),
    (NEVER, (), 1, ("不办理延期",)),
]


@pytest.mark.parametrize(("terms", "granted", "days", "words"), ASKED)
def test_sums_and_sentences(
    terms: sla.ExtensionTerms, granted: tuple[int, ...], days: int, words: tuple[str, ...]
) -> None:
    said = Allowance(terms, granted).refusal(days)
    if not words:
        assert said is None
        return
    assert said is not None
    for part in words:
        assert part in said


@given(st.lists(st.integers(1, 5), max_size=3), st.integers(1, 1000))
def test_what_is_allowed_never_exceeds_the_cap(granted: list[int], days: int) -> None:
    left = Allowance(DEFAULT, tuple(granted))
    if left.refusal(days) is None:
        assert days <= left.most
        assert left.used + days <= DEFAULT.total_max
    else:
        assert days > left.most


def test_who_decides_by_kind_and_time() -> None:
    unit, hotline, authority = MotionStep.UNIT, MotionStep.HOTLINE, MotionStep.AUTHORITY
    assert steps(Motion.EXTENSION, 1) == (unit, hotline)
    assert steps(Motion.EXTENSION, 2) == steps(Motion.EXTENSION, 9) == (unit, authority)
    assert steps(Motion.RETURN, 3) == (hotline,)
    assert steps(Motion.APPEAL, 1) == (authority,)
    for kind in (Motion.HANGING, Motion.UNREASONABLE):
        assert steps(kind, 1) == (unit, authority)
        assert deciders(kind, authority) == {Role.AUTHORITY, Role.SUPERVISOR}
    assert next_step(Motion.EXTENSION, 1, unit) is hotline
    assert next_step(Motion.EXTENSION, 1, hotline) is None
    assert Role.DISPATCHER not in deciders(Motion.EXTENSION, authority)
    assert deciders(Motion.EXTENSION, unit) == frozenset()
