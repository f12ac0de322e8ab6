"""Rules kept as TOML files, found by their Chinese name or their file's stem (规则文件)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sla.errors import SlaError


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Rules = TypeVar("_Rules", bound=_Named)


@dataclass(frozen=True, slots=True)
class Library(Generic[_Rules]):
    """One kind of rule files: what they are called, how they are read, which comes first."""

    what: str
    default: str
    parse: Callable[[str, str], _Rules]
    error: type[SlaError]

    def load(self, name: str, folder: Path) -> _Rules:
        """The rules of that name or file; raises the library's error with the names there are."""
        found: dict[str, _Rules] = _read(self, folder)
        for stem, rules in found.items():
            if name in {stem, rules.name}:
                return rules
        known = "、".join(rules.name for rules in found.values())
        raise self.error(f"没有名为 {name!r} 的{self.what}，可用：{known}")

    def names(self, folder: Path) -> tuple[str, ...]:
        """All names at hand, the default first."""
        names = [rules.name for rules in _read(self, folder).values()]
        return tuple(sorted(names, key=lambda name: (name != self.default, name)))


@lru_cache(maxsize=16)
def _read(library: Library[_Rules], folder: Path) -> dict[str, _Rules]:
    found: dict[str, _Rules] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise library.error(f"{path.name}：文件须以 UTF-8 编码保存") from None
        rules = library.parse(text, path.name)
        if any(rules.name == other.name for other in found.values()):
            raise library.error(f"{path.name}：名称“{rules.name}”已被另一文件使用")
        found[path.stem] = rules
    if not found:
        raise library.error(f"{folder} 中没有{library.what}文件（*.toml）")
    return found
