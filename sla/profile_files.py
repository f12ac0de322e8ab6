"""City profiles (城市配置) kept as TOML files; one that leaves a ticket without a limit fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sla.errors import ProfileError
from sla.named_files import Library
from sla.profiles.reading import profile_from
from sla.toml_reading import MisspeltError, read_toml

if TYPE_CHECKING:
    from sla.policy import Profile

DEFAULT_PROFILE = "通用默认"
PROFILES = Path(__file__).parent / "profiles"


def load_profile(name: str = DEFAULT_PROFILE, *, folder: Path = PROFILES) -> Profile:
    """Profile by its Chinese name or its file's stem. Raises ProfileError with what to do."""
    return _library.load(name, folder)


def profile_names(*, folder: Path = PROFILES) -> tuple[str, ...]:
    """Names of all profiles at hand, the default first."""
    return _library.names(folder)


def parse_profile(text: str, *, origin: str) -> Profile:
    """Profile written in TOML; `origin` names the file in errors.

    Raises ProfileError that tells every mistake with line and column, one a line.
    """
    try:
        table, places = read_toml(text)
    except MisspeltError as error:
        raise ProfileError.listing(origin, [error.problem]) from None
    return profile_from(table, origin=origin, places=places)


def _parse(text: str, origin: str) -> Profile:
    return parse_profile(text, origin=origin)


_library = Library("时限配置", DEFAULT_PROFILE, _parse, ProfileError)
