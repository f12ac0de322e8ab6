"""Words: closed lists speak Chinese, names speak the trade, GLOSSARY.md speaks of what exists."""

from __future__ import annotations

import ast
import pkgutil
import re
from importlib import import_module
from typing import TYPE_CHECKING

import hotline
from hotline.domain.terms import Term
from tests.house.sources import PACKAGES, ROOT, files, listed, name, nodes, place

if TYPE_CHECKING:
    from pathlib import Path

HAN = re.compile(r"[\u4e00-\u9fff]")
FORBIDDEN_MODULES = {
    *("utils", "util", "helpers", "helper", "common", "manager", "managers"),
    *("base", "misc", "data", "info", "extensions", "signals"),
}
FORBIDDEN_STARTS = ("process_", "do_")
GIVEN = {"process_bind_param", "process_result_value", "do_GET", "do_POST"}
"""Names that SQLAlchemy and http.server ask for."""
FORBIDDEN_TABLES = {
    *("order", "case", "work_order", "signal", "user", "customer", "org", "dept", "task"),
    *("request", "application", "petition", "score", "feedback", "article", "faq", "timer"),
    *("log", "history", "tag", "flag", "notification"),
}


def all_terms() -> list[type[Term]]:
    for module in pkgutil.walk_packages(hotline.__path__, "hotline."):
        if not module.name.startswith(("hotline.web", "hotline.cli", "hotline.__main__")):
            import_module(module.name)
    return Term.__subclasses__()


def test_every_word_has_a_chinese_label() -> None:
    mute = [
        f"{words.__name__}.{word.name}"
        for words in all_terms()
        for word in words
        if not HAN.search(word.label)
    ]
    assert not mute, f'Write NAME = "value", "中文":{listed(mute)}'


def test_labels_of_one_list_differ() -> None:
    for words in all_terms():
        labels = [word.label for word in words]
        assert len(set(labels)) == len(labels), f"{words.__name__} says one label twice"


def test_no_room_is_called_after_nothing() -> None:
    found = [
        name(path)
        for path in files(*PACKAGES)
        if (path.parent.name if path.stem == "__init__" else path.stem).strip("_")
        in FORBIDDEN_MODULES
    ]
    assert not found, f"Name it after what stands in it:{listed(found)}"


def test_functions_are_verbs_that_say_something() -> None:
    found = [
        place(path, node)
        for path, node in nodes(*PACKAGES)
        if isinstance(node, ast.FunctionDef)
        and node.name.lstrip("_").startswith(FORBIDDEN_STARTS)
        and node.name not in GIVEN
    ]
    assert not found, f"Say what is done, not that it is done:{listed(found)}"


def test_tables_are_called_by_the_glossary() -> None:
    from hotline.db import db

    import_module("hotline.models")
    wrong = FORBIDDEN_TABLES & set(db.metadata.tables)
    assert not wrong, f"The trade has another word, see GLOSSARY.md: {wrong}"


def test_every_module_says_what_it_is_for() -> None:
    mute = [
        name(path)
        for path in files("hotline")
        if not HAN.search(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")
        and path.name != "__main__.py"
        and not _is_a_list(path)
    ]
    assert not mute, f"One sentence what it is for, with the Chinese term:{listed(mute)}"


def _is_a_list(path: Path) -> bool:
    """An __init__ that only gathers names."""
    return path.name == "__init__.py" and len(path.read_text("utf-8").splitlines()) < 12


def test_the_glossary_speaks_of_what_exists() -> None:
    glossary = ROOT / "GLOSSARY.md"
    assert glossary.exists(), "Write GLOSSARY.md: a table | code | 中文 | …, one row per concept"
    rows = re.findall(
        r"^\|\s*([^|]+?)\s*\|\s*([^|]+?)\s*\|", glossary.read_text("utf-8"), re.MULTILINE
    )
    words = [(code, meaning) for code, meaning in rows if HAN.search(meaning) and code != "code"]
    assert len(words) >= 30, "GLOSSARY.md holds the words of the trade; a few rows are not enough"
    known = identifiers()
    lost = [
        f"{word} ({meaning})"
        for code, meaning in words
        for word in re.findall(r"[A-Za-z][A-Za-z_]+", code)
        if word.strip("_").lower() not in known and not words_of(word) <= known
    ]
    assert not lost, f"No code uses these words; strike them out or use them:{listed(lost)}"


def identifiers() -> set[str]:
    """Every name in the code, whole and in its parts, and every word that is stored."""
    found: set[str] = set()
    for path in files(*PACKAGES):
        found |= words_of(path.stem) | words_of(path.parent.name)
    for _path, node in nodes(*PACKAGES):
        for field in ("name", "id", "attr", "arg"):
            said = getattr(node, field, None)
            if isinstance(said, str):
                found |= words_of(said) | {said.strip("_").lower()}
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40:
            found |= words_of(node.value)
    return found


def words_of(said: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", said)}
