"""City profiles (城市配置) kept as TOML files; one that leaves a ticket without a limit fails."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sla.errors import Problem, ProfileError
from sla.profiles.locating import locate
from sla.profiles.reading import profile_from

if TYPE_CHECKING:
    from sla.policy import Profile

DEFAULT_PROFILE = "通用默认"
PROFILES = Path(__file__).parent / "profiles"
_SPOT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")
_COMPLAINTS = {
    "Invalid value": "值写法不对（文字要加引号）",
    "Invalid statement": "这里不是字段、表头或注释",
    "Expected '='": "字段名之后缺少等号",
    "Expected newline": "值之后有多余的内容（一行只写一个字段），或没有这样的日期",
    "Expected ']": "表头的方括号没有写完",
    "Unclosed array": "列表的方括号没有写完，或缺少逗号",
    "Unclosed inline": "花括号没有写完，或缺少逗号",
    "Unterminated string": "引号没有写完",
    "Illegal character": "文字中有不允许的字符，或引号没有写完",
    "Unescaped": "文字中的反斜杠要写成两个",
    "Cannot overwrite": "字段写了两遍",
    "Cannot declare": "表头写了两遍",
    "Duplicate": "字段写了两遍",
    "Invalid date": "没有这样的日期",
    "Invalid initial": "字段名写法不对",
    "maximum recursion": "括号嵌套太深",
    "Exceeds the limit": "数字太长",
}


def load_profile(name: str = DEFAULT_PROFILE, *, folder: Path = PROFILES) -> Profile:
    """Profile by its Chinese name or its file's stem. Raises ProfileError with what to do."""
    profiles = _profiles(folder)
    for stem, profile in profiles.items():
        if name in {stem, profile.name}:
            return profile
    known = "、".join(profile.name for profile in profiles.values())
    raise ProfileError(f"没有名为 {name!r} 的时限配置，可用：{known}")


def profile_names(*, folder: Path = PROFILES) -> tuple[str, ...]:
    """Names of all profiles at hand, the default first."""
    names = [profile.name for profile in _profiles(folder).values()]
    return tuple(sorted(names, key=lambda name: (name != DEFAULT_PROFILE, name)))


@lru_cache(maxsize=8)
def _profiles(folder: Path) -> dict[str, Profile]:
    found: dict[str, Profile] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise ProfileError(f"{path.name}：文件须以 UTF-8 编码保存") from None
        profile = parse_profile(text, origin=path.name)
        if any(profile.name == other.name for other in found.values()):
            raise ProfileError(f"{path.name}：配置名称“{profile.name}”已被另一文件使用")
        found[path.stem] = profile
    if not found:
        raise ProfileError(f"{folder} 中没有时限配置文件（*.toml）")
    return found


def parse_profile(text: str, *, origin: str) -> Profile:
    """Profile written in TOML; `origin` names the file in errors.

    Raises ProfileError that tells every mistake with line and column, one a line.
    """
    text = text.removeprefix("\ufeff")  # Windows Notepad begins a file with it
    try:
        table = tomllib.loads(text)
        places = locate(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of 5,000 digits
        raise ProfileError.listing(origin, [_misspelt(text, error)]) from None
    return profile_from(table, origin=origin, places=places)


def _misspelt(text: str, error: Exception) -> Problem:
    """What tomllib complains about, in Chinese where its words are known."""
    said = str(error)
    lines = text.split("\n")
    spot = _SPOT.search(said)
    if spot is None:
        line, column = 1, 1
    elif spot[1] is None:
        line, column = len(lines), len(lines[-1]) + 1
    else:
        line, column = int(spot[1]), int(spot[2])
    plain = _SPOT.sub("", said)
    known = (words for start, words in _COMPLAINTS.items() if plain.startswith(start))
    return Problem(line, column, "不是合法的 TOML", next(known, plain))
