"""Motions (申请): one small machine for all five kinds."""

from __future__ import annotations

import pytest

from hotline.domain.errors import Conflict
from hotline.domain.motions import Motion, MotionState, decide

DECIDED = [state for state in MotionState if state is not MotionState.OPEN]


def test_there_are_five_kinds_and_four_states() -> None:
    assert [motion.label for motion in Motion] == ["退单", "延期", "挂账", "不合理诉求", "考核申诉"]
    assert len(MotionState) == 4


@pytest.mark.parametrize("to", DECIDED)
def test_an_open_motion_is_decided(to: MotionState) -> None:
    assert decide(MotionState.OPEN, to) is to


@pytest.mark.parametrize("state", DECIDED)
@pytest.mark.parametrize("to", DECIDED)
def test_what_was_decided_stays_decided(state: MotionState, to: MotionState) -> None:
    with pytest.raises(Conflict) as refused:
        decide(state, to)
    assert state.label in refused.value.message
