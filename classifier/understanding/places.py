"""Places a text names (地点): streets, estates, villages, landmarks, bus and metro lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args

from classifier.understanding.names import longest_first, names_in, word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.understanding.names import Names

PlaceKind: TypeAlias = Literal["road", "estate", "village", "landmark", "line"]
PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)

MOST = 8
# What follows a street or an estate and says where in it: 128号, 7栋2单元, 三期.
_NUMBER = r"[0-9A-Za-z一二三四五六七八九十百零〇甲乙丙\-]{1,6}"
_UNIT = "(?:号院?|栋|幢|座|单元|楼|室|期|组|弄)"
_WITHIN = re.compile(rf"(?:[东西南北]区|{_NUMBER}{_UNIT})+")
# 松山镇, 柳巷街道: the name goes on to be that of an area, which `areas` finds.
_NOT_AN_AREA = "(?!街道|[镇乡区县市州])"
_NUMBERED = ("road", "estate", "village")
_CITY_BEFORE = re.compile(r"(?<![全本各我])[市县]$")


@dataclass(frozen=True, slots=True)
class Place:
    """One place: its kind, its name, and the words with house number as they were said."""

    kind: PlaceKind
    name: str
    words: str


def places(text: str) -> tuple[Place, ...]:
    """Places named in a text, each once, in reading order, at most ``MOST``."""
    found: dict[str, Place] = {}
    for place in _named(names_in(text)):
        known = found.get(place.name)
        if known is None or len(place.words) > len(known.words):
            found[place.name] = place
        if len(found) == MOST:
            break
    return tuple(found.values())


def _named(names: Names) -> Iterator[Place]:
    plain, floor = names.text, 0
    for match in _endings(plain):
        kind = cast("PlaceKind", match.lastgroup)
        if kind == "line":
            floor = match.end()
            yield Place(kind, match.group(), match.group())
            continue
        start = names.begin(match.start(), floor=floor)
        if kind == "landmark" and start == match.start():
            start = _with_its_city(plain, start)
        name = plain[start : match.end()]
        is_one_character = match.end() - match.start() == 1
        is_common = is_one_character and names.is_common(start, match.start(), match.end())
        if is_common or not _is_name(name, match.group(), kind):
            continue
        floor = match.end()
        within = _WITHIN.match(plain, floor) if kind in _NUMBERED else None
        yield Place(kind, name, plain[start : within.end() if within else floor])


def _endings(plain: str) -> Iterator[re.Match[str]]:
    """Endings of names; one that another follows at once is the middle of a name (柳巷菜市场)."""
    waiting: re.Match[str] | None = None
    for match in _lists().ends.finditer(plain):
        if waiting and waiting.end() != match.start():
            yield waiting
        waiting = match
    if waiting:
        yield waiting


def _with_its_city(plain: str, start: int) -> int:
    """市图书馆, 县医院: there is one in a city, so that its level is name enough."""
    return start - 1 if _CITY_BEFORE.search(plain[max(0, start - 2) : start]) else start


def _is_name(name: str, ending: str, kind: PlaceKind) -> bool:
    lists = _lists()
    if name == ending:
        return name in lists.known
    return _is_of_city(name, ending) or lists.generic[kind].match(name) is None


def _is_of_city(name: str, ending: str) -> bool:
    return name[0] in "市县" and name[1:] == ending


@dataclass(frozen=True, slots=True)
class _Lists:
    """One expression with a group for each kind, and what is no name of its kind."""

    ends: re.Pattern[str]
    generic: dict[str, re.Pattern[str]]
    known: frozenset[str]


@cache
def _lists() -> _Lists:
    listed = word_list()
    named = [kind for kind in PLACE_KINDS if kind != "line"]
    # Landmarks and estates first: 农贸市场 and 新村 end in what would else be read as less.
    order = sorted(named, key=("landmark", "estate", "village", "road").index)
    groups = [f"(?P<line>{listed['line']['whole']})"] + [
        f"(?P<{kind}>{longest_first(listed[kind]['ends']).pattern})" for kind in order
    ]
    return _Lists(
        re.compile(f"(?:{'|'.join(groups)}){_NOT_AN_AREA}"),
        {kind: re.compile(listed[kind]["generic"]) for kind in named},
        frozenset(listed["landmark"]["known"]),
    )
