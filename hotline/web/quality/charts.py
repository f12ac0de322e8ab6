"""Curves as points of an SVG, made on the server (统计图)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotline.web.quality.rows import NATIONAL_MEAN, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from typing import TypeAlias

    from hotline.domain.trust import Curve, Step
    from hotline.queries.quality import Tally

    Point: TypeAlias = tuple[float, float]

WIDTH, HEIGHT = 480, 200
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 16, 26
TICKS = 5
FAR = 0.5
"""An axis that begins below has a tick every 20 %, else every 10 %."""
NARROW = 0.2
"""An axis that spans less needs a digit more at its ticks."""


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    """From 0 at the bottom to 1 at the top."""
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in pairs)


def course_chart(course: Sequence[tuple[date, Tally]], span: int) -> dict[str, Any] | None:
    """The accuracy day by day or week by week, above the national mean or below; None of nothing.

    The axis begins at a round share below the least, so that a change can be seen.
    """
    values = [tally.accuracy() for _day, tally in course]
    known = [value for value in values if value is not None]
    if not known:
        return None
    floor = max(0.0, int(min([*known, NATIONAL_MEAN]) * 10 - 1) / 10)
    floor -= floor * 10 % 2 / 10 if floor < FAR else 0.0
    scale, step = 1 - floor, 0.2 if floor < FAR else 0.1
    steps = max(1, len(course) - 1)
    dots: list[dict[str, Any]] = [
        {
            "x": _x(number / steps if len(course) > 1 else 0.5),
            "y": _y((value - floor) / scale),
            "label": f"{day:%m-%d}{'起' if span > 1 else ''} {percent(value)}，"
            f"{tally.decided()} 件",
            "value": percent(value),
            "is_below": value < NATIONAL_MEAN,
        }
        for number, ((day, tally), value) in enumerate(zip(course, values, strict=True))
        if value is not None
    ]
    every = max(1, -(-len(course) // 7))
    return {
        **_frame([floor + step * tick for tick in range(round(scale / step) + 1)], floor, scale),
        "dots": dots,
        "line": _points([(dot["x"], dot["y"]) for dot in dots]),
        "mean_y": _y((NATIONAL_MEAN - floor) / scale),
        "days": [
            {"x": _x(number / steps if len(course) > 1 else 0.5), "label": f"{day:%m-%d}"}
            for number, (day, _tally) in enumerate(course)
            if number % every == 0
        ],
    }


def _frame(ticks: Sequence[float], floor: float, scale: float) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "bottom": HEIGHT - BOTTOM,
        "top": TOP,
        "rules": [
            {"y": _y((tick - floor) / scale), "label": _label(tick, scale)} for tick in ticks
        ],
    }


def _marks(
    wanted: Sequence[tuple[Step | None, str, str]], place: Callable[[Step, float], Point]
) -> list[dict[str, Any]]:
    """The two lines as dots with words: the left one's to its left, the right one's below."""
    found: list[dict[str, Any]] = []
    for step, word, kind in wanted:
        if step is None or not step.taken:
            continue
        x, y = place(step, step.error or 0.0)
        found.append({"x": x, "y": y, "word": word, "kind": kind, "line": f"{step.line:.0%}"})
    if len(found) > 1 and found[0]["line"] == found[1]["line"]:
        found = [{**found[1], "word": "现行和建议"}]
    found.sort(key=lambda mark: mark["x"])
    for number, mark in enumerate(found):
        is_left = number == 0 and mark["x"] > WIDTH / 4
        to_left = is_left or mark["x"] > WIDTH * 0.85
        mark |= {
            "label": f"{mark['word']} {mark['line']}",
            "shift": -12 if to_left else 12,
            "drop": -12 if number == 0 else 24,
        }
    return found


def _label(tick: float, scale: float) -> str:
    return f"{tick:.1%}" if scale < NARROW else f"{tick:.0%}"


def reject_chart(
    curve: Curve, wished: float, current: float, chosen: Step | None
) -> dict[str, Any]:
    """The error over the share dispatched, with its 95 % band, the wish, and the two lines."""
    steps = [step for step in reversed(curve.steps) if step.taken]
    reach = max([wished * 2, *((step.error or 0.0) * 1.3 for step in steps)])
    top = next((mark for mark in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5) if mark >= reach), 1.0)

    def place(step: Step, error: float) -> Point:
        return _x(curve.share(step)), _y(min(error, top) / top)

    upper = [place(step, step.bounds[1]) for step in steps]
    lower = [place(step, step.bounds[0]) for step in steps]
    marks = _marks([(curve.at(current), "现行", "now"), (chosen, "建议", "chosen")], place)
    return {
        **_frame([top * tick / TICKS for tick in range(TICKS + 1)], 0.0, top),
        "line": _points([place(step, step.error or 0.0) for step in steps]),
        "band": _points([*upper, *reversed(lower)]),
        "wish_y": _y(wished / top),
        "marks": marks,
        "shares": [{"x": _x(tick / 4), "label": f"{tick * 25}%"} for tick in range(5)],
        "is_empty": not steps,
    }
