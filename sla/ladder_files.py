"""Escalation ladders (升级阶梯) kept as TOML files, checked as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sla.ladder import LadderError
from sla.ladders.reading import ladder_from, listing
from sla.named_files import Library
from sla.toml_reading import MisspeltError, read_toml

if TYPE_CHECKING:
    from collections.abc import Collection

    from sla.ladder import Ladder

DEFAULT_LADDER = "通用默认"
LADDERS = Path(__file__).parent / "ladders"


def load_ladder(name: str = DEFAULT_LADDER, *, folder: Path = LADDERS) -> Ladder:
    """Ladder by its Chinese name or its file's stem. Raises LadderError with what to do."""
    return _library.load(name, folder)


def ladder_names(*, folder: Path = LADDERS) -> tuple[str, ...]:
    """Names of all ladders at hand, the default first."""
    return _library.names(folder)


def parse_ladder(text: str, *, origin: str, templates: Collection[str] = ()) -> Ladder:
    """Ladder written in TOML; `origin` names the file in errors. See `ladder_from`."""
    try:
        table, places = read_toml(text)
    except MisspeltError as error:
        raise listing(origin, [error.problem]) from None
    return ladder_from(table, origin=origin, places=places, templates=templates)


def _parse(text: str, origin: str) -> Ladder:
    return parse_ladder(text, origin=origin)


_library = Library("升级阶梯", DEFAULT_LADDER, _parse, LadderError)
