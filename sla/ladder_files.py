"""Escalation ladders (升级阶梯) kept as TOML files, checked as a whole."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sla.errors import Problem
from sla.ladder import LadderError
from sla.ladders.reading import ladder_from, listing
from sla.profiles.locating import locate

if TYPE_CHECKING:
    from collections.abc import Collection

    from sla.ladder import Ladder

DEFAULT_LADDER = "通用默认"
LADDERS = Path(__file__).parent / "ladders"
_SYNTAX_SPOT = re.compile(r"at line (\d+), column (\d+)")


def load_ladder(name: str = DEFAULT_LADDER, *, folder: Path = LADDERS) -> Ladder:
    """Ladder by its Chinese name or its file's stem. Raises LadderError with what to do."""
    ladders = _ladders(folder)
    for stem, ladder in ladders.items():
        if name in {stem, ladder.name}:
            return ladder
    known = "、".join(ladder.name for ladder in ladders.values())
    raise LadderError(f"没有名为 {name!r} 的升级阶梯，可用：{known}")


def ladder_names(*, folder: Path = LADDERS) -> tuple[str, ...]:
    """Names of all ladders at hand, the default first."""
    names = [ladder.name for ladder in _ladders(folder).values()]
    return tuple(sorted(names, key=lambda name: (name != DEFAULT_LADDER, name)))


@lru_cache(maxsize=8)
def _ladders(folder: Path) -> dict[str, Ladder]:
    found: dict[str, Ladder] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise LadderError(f"{path.name}：文件须以 UTF-8 编码保存") from None
        ladder = parse_ladder(text, origin=path.name)
        if any(ladder.name == other.name for other in found.values()):
            raise LadderError(f"{path.name}：阶梯名称“{ladder.name}”已被另一文件使用")
        found[path.stem] = ladder
    if not found:
        raise LadderError(f"{folder} 中没有升级阶梯文件（*.toml）")
    return found


def parse_ladder(text: str, *, origin: str, templates: Collection[str] = ()) -> Ladder:
    """Ladder written in TOML; `origin` names the file in errors. See `ladder_from`."""
    text = text.removeprefix("\ufeff")  # Windows Notepad begins a file with it
    try:
        table = tomllib.loads(text)
        places = locate(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of 5,000 digits
        spot = _SYNTAX_SPOT.search(str(error))
        last = text.count("\n") + 1
        line, column = (int(spot[1]), int(spot[2])) if spot else (last, 1)
        raise listing(origin, [Problem(line, column, "不是合法的 TOML", str(error))]) from None
    return ladder_from(table, origin=origin, places=places, templates=templates)
