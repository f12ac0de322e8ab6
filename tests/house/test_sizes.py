"""Small rooms: no file, function, class or template outgrows a screen or two (style D)."""

from __future__ import annotations

import ast

from tests.house.sources import PACKAGES, files, listed, name, nodes, place

FILE, TEST_FILE, TEMPLATE = 300, 400, 150
FUNCTION, PARAMETERS, POSITIONAL, METHODS = 40, 8, 5, 10
EXCEPTIONS: dict[str, str] = {
    "hotline/services/dispatching.py::dispatch": "the dispatcher's one form, by keyword",
    "integrations/call_player.py::play_call": "a phone call has this many sides, by keyword",
}
SPLIT = "Split it, or write the reason into EXCEPTIONS of tests/house/test_sizes.py"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_files(limit: int, *folders: str, suffix: str = ".py") -> list[str]:
    found = []
    for path in files(*folders, suffixes=(suffix,)):
        lines = len(path.read_text("utf-8").splitlines())
        if lines > limit and name(path) not in EXCEPTIONS:
            found.append(f"{name(path)}: {lines} lines, {limit} at the most")
    return found


def test_no_file_is_an_attic() -> None:
    found = long_files(FILE, *PACKAGES, "bench") + long_files(TEST_FILE, "tests")
    assert not found, f"{SPLIT}:{listed(found)}"


def test_no_template_is_a_scroll() -> None:
    found = long_files(TEMPLATE, "hotline/web/templates", suffix=".html")
    assert not found, f"Move a part into _parts/ as a macro:{listed(found)}"


def test_functions_fit_on_a_screen() -> None:
    found = [
        f"{place(path, node)} {node.name}: {length(node)} lines"
        for path, node in nodes(*PACKAGES)
        if isinstance(node, Function)
        and length(node) > FUNCTION
        and f"{name(path)}::{node.name}" not in EXCEPTIONS
    ]
    assert not found, f"{FUNCTION} lines at the most. {SPLIT}:{listed(found)}"


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_ask_for_few_things() -> None:
    found = []
    for path, node in nodes(*PACKAGES):
        if not isinstance(node, Function) or f"{name(path)}::{node.name}" in EXCEPTIONS:
            continue
        positional = [a for a in node.args.posonlyargs + node.args.args if a.arg not in RECEIVER]
        both = len(positional) + len(node.args.kwonlyargs)
        if len(positional) > POSITIONAL or both > PARAMETERS:
            found.append(f"{place(path, node)} {node.name}: {len(positional)} of {both}")
    assert not found, (
        f"At most {POSITIONAL} positional and {PARAMETERS} parameters; make them keyword-only or "
        f"gather them in a dataclass:{listed(found)}"
    )


RECEIVER = {"self", "cls"}


def test_no_class_is_a_crowd() -> None:
    found = [
        f"{place(path, node)} {node.name}"
        for path, node in nodes(*PACKAGES)
        if isinstance(node, ast.ClassDef)
        and sum(isinstance(inner, Function) for inner in node.body) > METHODS
    ]
    assert not found, f"At most {METHODS} methods; move some to functions:{listed(found)}"


def test_every_exception_is_still_needed() -> None:
    known = {name(path) for path in files(*PACKAGES, "tests", "bench")}
    known |= {
        f"{name(path)}::{node.name}"
        for path, node in nodes(*PACKAGES)
        if isinstance(node, Function)
    }
    assert not set(EXCEPTIONS) - known, "These are gone; strike them out"
    assert all(EXCEPTIONS.values()), "Every exception needs its reason"
