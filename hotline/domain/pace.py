"""How fast the house's time runs against real time: the time lapse of the demo (时间推演)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FASTEST = 3600
"""An hour a second: beyond that nobody can see a lamp change."""
_ANY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pace:
    """Told time, which every door of the house shows, as a function of real time.

    From ``real_from`` on it runs ``speed`` times as fast, beginning with ``told_from``; before that
    it runs as real time does. The ordinary pace is real time itself.
    """

    real_from: datetime = _ANY
    told_from: datetime = _ANY
    speed: int = 1

    def at(self, real: datetime) -> datetime:
        """What the house calls this moment."""
        gone = real - self.real_from
        return self.told_from + (gone * self.speed if gone > timedelta(0) else gone)

    def told(self, real: timedelta) -> timedelta:
        """How much told time goes by meanwhile."""
        return real * self.speed

    @property
    def is_ordinary(self) -> bool:
        """Whether told time is real time."""
        return self == Pace()

    def document(self) -> str:
        """The pace as it is kept beside the data."""
        said = {
            "real_from": self.real_from.isoformat(),
            "told_from": self.told_from.isoformat(),
            "speed": self.speed,
        }
        return json.dumps(said, indent=2) + "\n"


def read_pace(document: str) -> Pace:
    """Read a kept pace; raises ValueError that says what is wrong with it."""
    try:
        said = json.loads(document)
        real_from, told_from = (
            datetime.fromisoformat(said[name]) for name in ("real_from", "told_from")
        )
        speed = said["speed"]
    except (ValueError, KeyError, TypeError):
        raise ValueError("须是含 real_from、told_from（ISO 8601）和 speed 的 JSON") from None
    if real_from.tzinfo is None or told_from.tzinfo is None:
        raise ValueError("real_from 和 told_from 须带时区，例如 2026-09-30T00:00:00+00:00")
    if not isinstance(speed, int) or isinstance(speed, bool) or not 1 <= speed <= FASTEST:
        raise ValueError(f"speed 须是 1–{FASTEST} 的整数，现为 {speed!r}")
    return Pace(real_from, told_from, speed)
