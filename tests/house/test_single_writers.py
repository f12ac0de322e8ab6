"""One writer each: the stage of a ticket, and the commit."""

from __future__ import annotations

import ast

from tests.house.sources import PACKAGES, listed, name, nodes, place

STAGE_WRITER = "hotline/services/_move.py"
COMMITTER = "hotline/db/transaction.py"


def assigned(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return [one for target in node.targets for one in ast.walk(target)]  # type: ignore[misc]
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return [node.target]
    return []


def is_call(node: ast.AST, method: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
    )


def writes_stage(node: ast.AST) -> bool:
    if any(is_stage(target) for target in assigned(node)):
        return True
    in_bulk = is_call(node, "values") and any(k.arg == "stage" for k in node.keywords)  # type: ignore[attr-defined]
    by_name = (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "setattr"
        and isinstance(node.args[1], ast.Constant)
        and node.args[1].value == "stage"
    )
    return in_bulk or by_name


def is_stage(target: ast.expr) -> bool:
    """`ticket.stage = …`; what an error keeps of itself is no ticket."""
    is_own = isinstance(target, ast.Attribute) and getattr(target.value, "id", "") == "self"
    return isinstance(target, ast.Attribute) and target.attr == "stage" and not is_own


def test_the_stage_is_written_in_one_place() -> None:
    found = [
        place(path, node)
        for path, node in nodes("hotline")
        if name(path) != STAGE_WRITER and writes_stage(node)
    ]
    assert not found, f"Ask services._move.move() to do it:{listed(found)}"


def test_the_commit_is_written_in_one_place() -> None:
    found = [
        place(path, node)
        for path, node in nodes(*PACKAGES)
        if name(path) != COMMITTER and is_call(node, "commit")
    ]
    assert not found, f"Open `with transaction():` in a service instead:{listed(found)}"


def test_transactions_are_opened_by_services_only() -> None:
    found = [
        place(path, node)
        for path, node in nodes("hotline")
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "transaction"
        and not name(path).startswith("hotline/services/")
    ]
    assert not found, f"A use case is a public function of hotline/services:{listed(found)}"
