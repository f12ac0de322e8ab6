"""What place and time say of two reports, beside their words (同一地点): pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

NEAR_METRES = 300
"""Within this distance two points are one place: an estate, a crossing, a school."""
FAR_METRES = 2_000
_EARTH_METRES = 6_371_000
_DISTRICT = 6
_SAME_SPOT, _FAR, _OTHER_DISTRICT, _SAME_STREET = 1.2, -2.5, -2.0, 0.4
_NO_PLACE = -3.0
"""Words alone (我家停水了) are one matter in every house of the city."""
_OLD_DAYS, _OLD = 60, -1.0
_SURE = 1e-6


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is: area code (GB/T 2260, six digits a district), address, lon and lat."""

    area_code: str | None = None
    address: str = ""
    lon: float | None = None
    lat: float | None = None


def metres(one: Spot, other: Spot) -> float | None:
    """Distance on the sphere; None where one of the two has no point."""
    if None in (one.lon, one.lat, other.lon, other.lat):
        return None
    assert one.lon is not None  # noqa: S101 - for the type checker, see the line above
    assert one.lat is not None  # noqa: S101
    assert other.lon is not None  # noqa: S101
    assert other.lat is not None  # noqa: S101
    north, south = math.radians(one.lat), math.radians(other.lat)
    up, along = (south - north) / 2, math.radians(other.lon - one.lon) / 2
    half = math.sin(up) ** 2 + math.cos(north) * math.cos(south) * math.sin(along) ** 2
    return 2 * _EARTH_METRES * math.asin(math.sqrt(min(1.0, half)))


def adjusted(
    score: float, one: Spot, other: Spot, *, names_place: bool, age: timedelta
) -> tuple[float, tuple[str, ...]]:
    """Raise or lower a likeness by place and age; the second answer says in words what spoke.

    ``names_place``: both texts name some place; if not, only the forms can tell where it is.
    """
    shift, words = _by_place(one, other, names_place=names_place)
    if age.days > _OLD_DAYS:
        shift += _OLD
    kept = min(max(score, _SURE), 1 - _SURE)
    return 1 / (1 + math.exp(-math.log(kept / (1 - kept)) - shift)), words


def _by_place(one: Spot, other: Spot, *, names_place: bool) -> tuple[float, tuple[str, ...]]:
    apart = metres(one, other)
    if apart is not None and apart <= NEAR_METRES:
        return _SAME_SPOT, (f"相距 {round(apart)} 米",)
    if apart is not None and apart > FAR_METRES:
        return _FAR, (f"相距 {apart / 1000:.1f} 公里",)
    if one.address and one.address == other.address:
        return _SAME_SPOT, ("地址相同",)
    if not one.area_code or not other.area_code:
        return (0.0 if names_place else _NO_PLACE), ()
    if one.area_code[:_DISTRICT] != other.area_code[:_DISTRICT]:
        return _OTHER_DISTRICT, ("不在同一区",)
    is_street = one.area_code == other.area_code and len(one.area_code) > _DISTRICT
    street = (_SAME_STREET, ("同一街道",)) if is_street else (0.0, ())
    return street if names_place else (street[0] + _NO_PLACE / 2, street[1])
