"""iCal text made safe before it is parsed: complete, of sane size, its zones set apart (iCal 文本).

Zone definitions (VTIMEZONE) are read here and not by the library, which would keep them for the
next file and expand their rules without end.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from sla.calendar_files.errors import CalendarFileError
from sla.errors import CalendarError
from sla.office import LOCAL

EVENT_LIMIT = 10_000
LINE_LIMIT = 200_000
ZONE_PARAMETER = "X-TZID"
"""The zone's name under another name, so that the library leaves times as they are written."""

_START = "BEGIN:VCALENDAR"
_LINES = re.IGNORECASE | re.MULTILINE
_ZONE_NAME = re.compile(r'^TZID(?:;[^:\n]*)?:"?(.*?)"?$', _LINES)
_OFFSET = re.compile(r"^TZOFFSETTO:([+-])(\d\d)(\d\d)(?:\d\d)?$", _LINES)
_TIMES = re.compile(
    r"^((?:DTSTART|DTEND|RDATE|EXDATE|RECURRENCE-ID)(?:;[^:]*?)?);TZID=", re.IGNORECASE
)


def is_ical(text: str) -> bool:
    """Whether a text begins as every iCal file must."""
    return text.lstrip("\ufeff \t\r\n")[: len(_START)].upper() == _START


def prepared(text: str) -> tuple[str, Zones]:
    """Text for the library, without zones, and the zones. Raises CalendarFileError."""
    if not is_ical(text):
        raise CalendarFileError("不是 iCal 文件：第一行应是 BEGIN:VCALENDAR")
    lines = _unfolded(text.lstrip("\ufeff"))
    if len(lines) > LINE_LIMIT:
        raise CalendarFileError(f"文件超过 {LINE_LIMIT} 行，请分成几个文件")
    _demand_whole(lines)
    kept, blocks = _parted(lines)
    return "\n".join(_TIMES.sub(rf"\1;{ZONE_PARAMETER}=", line) for line in kept), Zones(blocks)


def _unfolded(text: str) -> list[str]:
    """Content lines; one that begins with a space goes on from the line before (§3.1)."""
    lines: list[list[str]] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line[:1] in {" ", "\t"} and lines:
            lines[-1].append(line[1:])
        elif line.strip():
            lines.append([line])
    return ["".join(parts).strip() for parts in lines]


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines without zone definitions, and each definition."""
    kept: list[str] = []
    blocks: list[list[str]] = []
    inside = False
    for line in lines:
        upper = line.upper()
        if upper == "BEGIN:VTIMEZONE":
            inside = True
            blocks.append([])
        (blocks[-1] if inside else kept).append(line)
        inside = inside and upper != "END:VTIMEZONE"
    return kept, ["\n".join(block) for block in blocks]


def _demand_whole(lines: list[str]) -> None:
    """Refuse half a download, events in odd places, none and too many."""
    begun: list[str] = []
    events = 0
    for line in lines:
        edge, _, part = line.upper().partition(":")
        if edge == "BEGIN":
            events += part == "VEVENT"
            if part == "VEVENT" and begun != ["VCALENDAR"]:
                raise CalendarFileError("iCal 文件不完整：有事件不在 VCALENDAR 之中")
            begun.append(part)
        elif edge == "END" and (not begun or begun.pop() != part):
            raise CalendarFileError(f"iCal 文件不完整：END:{part[:30]} 没有相应的 BEGIN")
    if begun:
        raise CalendarFileError(f"iCal 文件不完整：{begun[-1][:30]} 没有结束，可能没有下载完")
    _demand_some(events)


def _demand_some(events: int) -> None:
    if not events:
        raise CalendarFileError("iCal 文件中没有任何事件（VEVENT）")
    if events > EVENT_LIMIT:
        raise CalendarFileError(f"文件有 {events} 个事件，最多 {EVENT_LIMIT} 个")


class Zones:
    """Time zones by the names a file uses: IANA, Windows, vendor paths, or defined in the file."""

    def __init__(self, blocks: list[str]) -> None:
        self._fixed = dict(filter(None, map(_fixed_zone, blocks)))

    def find(self, name: str) -> tzinfo:
        """Zone of that name. Raises CalendarError when nobody knows it."""
        plain = name.strip().strip('"')
        parts = WINDOWS_TO_OLSON.get(plain, plain).strip("/").split("/")
        for start in range(len(parts)):
            zone = _iana("/".join(parts[start:]))
            if zone:
                return LOCAL if zone.key == "Asia/Shanghai" else zone
        if plain in self._fixed:
            return self._fixed[plain]
        raise CalendarError(f"不认识时区 {plain[:60]!r}，请改用 Asia/Shanghai")


def _iana(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _fixed_zone(block: str) -> tuple[str, tzinfo] | None:
    """Zone of a definition with one offset all year; others must have a known name."""
    name = _ZONE_NAME.search(block)
    offsets = set(_OFFSET.findall(block))
    if not name or len(offsets) != 1:
        return None
    sign, hours, minutes = offsets.pop()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    if abs(offset) >= timedelta(days=1):
        return None
    plain = name[1].strip()
    return plain, LOCAL if offset == LOCAL.utcoffset(None) else timezone(offset, plain)
