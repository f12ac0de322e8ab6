"""Area codes (区划代码) are read by prefix: city 990000, district 990101, street 990101001."""

from __future__ import annotations

from enum import StrEnum

DISTRICT_DIGITS = 6
STREET_DIGITS = 9


class Level(StrEnum):
    """Level of an area or a unit: city 市级, district 区级, street 街道级."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"


LEVEL_LABELS = {Level.CITY: "市级", Level.DISTRICT: "区级", Level.STREET: "街道级"}
UPWARD = (Level.STREET, Level.DISTRICT, Level.CITY)


def prefix_of(code: str) -> str:
    """Digits that every area inside shares: GB/T 2260 fills a wider area's code with 00 pairs."""
    if len(code) != DISTRICT_DIGITS:
        return code
    while code.endswith("00"):
        code = code[:-2]
    return code


def level_of(code: str) -> Level:
    """Level that an area code stands for; what is finer than a street counts as its street."""
    if len(code) >= STREET_DIGITS:
        return Level.STREET
    return Level.DISTRICT if len(prefix_of(code)) == DISTRICT_DIGITS else Level.CITY
