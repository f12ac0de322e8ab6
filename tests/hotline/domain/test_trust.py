"""信任线的选取: the lowest line that the upper bound allows, from few tickets and from many."""

from __future__ import annotations

import pytest

from hotline.domain.trust import (
    LINES,
    Case,
    Curve,
    Source,
    Step,
    enough,
    own_curve,
    trained_curve,
    wilson,
)


def cases(odds: float, right: int, wrong: int, weak: int = 0) -> list[Case]:
    """So many tickets of one probability, ``weak`` of the right ones without anybody's word."""
    return [
        *(Case(odds, is_right=True, is_weak=number < weak) for number in range(right)),
        *(Case(odds, is_right=False) for _ in range(wrong)),
    ]


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 100, 0.0215, 0.1118),
        (10, 10, 0.7225, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    """Newcombe 1998, Table I, method 3 gives the same of 1/10 and 0/10."""
    assert wilson(hits, of) == pytest.approx((low, high), abs=2e-4)


def test_the_lowest_line_that_keeps_the_promise_is_chosen() -> None:
    many = [*cases(0.95, 990, 2), *cases(0.8, 480, 15), *cases(0.6, 300, 100)]
    curve = own_curve(many)
    found = curve.choose(0.02)
    assert found is not None
    # 0.95: 2/992, bound 0.7 %; with 0.8: 17/1487 = 1.1 %, bound 1.8 %; with 0.6: 117/1887 = 6.2 %
    assert (found.line, found.taken, found.wrong) == (0.61, 1487, 17)
    assert found.bounds[1] < 0.02 < curve.at(0.6).bounds[0]
    assert curve.share(found) == pytest.approx(1487 / 1887)


def test_few_tickets_make_a_careful_line() -> None:
    """一百件全对，也证明不了错派不超过 2%；两百件才行。"""
    assert own_curve(cases(0.9, 100, 0)).choose(0.02) is None
    assert own_curve(cases(0.9, 200, 0)).choose(0.02) is not None
    assert own_curve(cases(0.9, enough(0.02), 0)).choose(0.02) is not None
    assert own_curve(cases(0.9, enough(0.02) - 1, 0)).choose(0.02) is None


def test_how_many_are_enough_follows_from_the_wish() -> None:
    assert (enough(0.02), enough(0.05), enough(0.3)) == (189, 73, 50)


@pytest.mark.parametrize("known", [[], cases(0.99, 1, 0), cases(0.99, 0, 500)])
def test_nothing_one_ticket_or_all_wrong_promise_nothing(known: list[Case]) -> None:
    curve = own_curve(known)
    assert curve.choose(0.05) is None
    assert curve.source is (Source.OWN if known else Source.NONE)
    assert len(curve.steps) == len(LINES)


def test_weak_evidence_is_counted_apart() -> None:
    step = own_curve(cases(0.9, 300, 3, weak=280)).at(0.85)
    assert (step.taken, step.wrong, step.weak) == (303, 3, 280)


def test_a_ticket_on_the_line_is_above_it() -> None:
    curve = own_curve([*cases(0.7, 1, 0), *cases(0.6999, 1, 0)])
    assert (curve.at(0.7).taken, curve.at(0.69).taken) == (1, 2)


def test_a_line_between_two_steps_is_as_strict_as_the_next_one() -> None:
    curve = own_curve([*cases(0.9, 10, 0), *cases(0.852, 5, 0)])
    assert curve.at(0.855).line == 0.86
    assert curve.at(1.01) == Step(1.01, 0, 0)


def test_the_trained_curve_takes_what_the_point_above_took() -> None:
    points = [(0.5, 0.99, 0.9), (0.8, 0.975, 0.75), (1.0, 0.93, 0.31)]
    curve = trained_curve(points, 10_000)
    assert (curve.source, curve.total) == (Source.TRAINED, 10_000)
    assert (curve.at(0.95).taken, curve.at(0.95).error) == (0, None)
    assert (curve.at(0.9).taken, curve.at(0.9).wrong) == (5000, 50)
    assert (curve.at(0.8).taken, curve.at(0.75).taken, curve.at(0.75).wrong) == (5000, 8000, 200)
    found = curve.choose(0.03)
    assert found is not None
    assert (found.line, found.taken) == (0.32, 8000), "below 0.75 nothing more is known till 0.31"
    assert curve.choose(0.005) is None


@pytest.mark.parametrize(("points", "rows"), [([], 100), ([(1.0, 0.9, 0.3)], 0)])
def test_a_model_that_says_nothing_of_itself_gives_no_curve(
    points: list[tuple[float, float, float]], rows: int
) -> None:
    assert trained_curve(points, rows).source is Source.NONE
    assert trained_curve(points, rows).choose(0.3) is None


def test_an_empty_curve_shares_nothing() -> None:
    assert Curve(Source.NONE, 0, ()).share(Step(0.5, 0, 0)) == 0
