"""时间推演: told time against real time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.pace import FASTEST, Pace, read_pace

moments = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001 - same
    timezones=st.just(UTC),
)
paces = st.builds(Pace, moments, moments, st.integers(1, FASTEST))
spans = st.timedeltas(timedelta(0), timedelta(days=2))


@given(moments)
def test_ordinary_time_is_real_time(real: datetime) -> None:
    assert Pace().at(real) == real
    assert Pace().is_ordinary


@given(moments, moments)
def test_at_speed_one_from_now_on_nothing_changes(begun: datetime, real: datetime) -> None:
    assert Pace(begun, begun, 1).at(real) == real


@given(paces, st.timedeltas(-timedelta(days=2), timedelta(days=2)), spans)
def test_time_never_runs_back_and_never_slower_than_life(
    pace: Pace, since: timedelta, span: timedelta
) -> None:
    real = pace.real_from + since
    assert pace.at(real + span) - pace.at(real) >= span


@given(paces, spans, spans)
def test_from_the_beginning_on_it_runs_so_many_times_as_fast(
    pace: Pace, first: timedelta, span: timedelta
) -> None:
    begun = pace.real_from + first
    assert pace.at(begun + span) - pace.at(begun) == span * pace.speed == pace.told(span)
    assert pace.at(pace.real_from) == pace.told_from


@given(paces)
def test_what_is_kept_is_what_is_read(pace: Pace) -> None:
    assert read_pace(pace.document()) == pace


def test_a_working_day_of_ten_hours_is_a_minute_at_six_hundred() -> None:
    eight = datetime(2026, 9, 30, 0, tzinfo=UTC)
    begun = datetime(2026, 11, 26, 5, tzinfo=UTC)
    told = Pace(begun, eight, 600).at(begun + timedelta(minutes=1))
    assert told == datetime(2026, 9, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("", "JSON"),
        ("[]", "JSON"),
        ('{"real_from": "2026-01-01T00:00:00Z", "speed": 2}', "told_from"),
        ('{"real_from": "gestern", "told_from": "2026-01-01T00:00:00Z", "speed": 2}', "ISO 8601"),
        (
            '{"real_from": "2026-01-01T00:00:00", "told_from": "2026-01-01T00:00:00Z", "speed": 2}',
            "时区",
        ),
    ],
)
def test_a_wrong_pace_says_what_is_wrong(document: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_pace(document)


@pytest.mark.parametrize("speed", [0, -1, 1.5, FASTEST + 1, "fast", True, None])
def test_a_speed_that_cannot_be_watched_is_refused(speed: object) -> None:
    begun = "2026-01-01T00:00:00Z"
    document = json.dumps({"real_from": begun, "told_from": begun, "speed": speed})
    with pytest.raises(ValueError, match="1–3600"):
        read_pace(document)
