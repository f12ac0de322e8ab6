"""Arrows point down only: the import contracts of pyproject.toml hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter.cli import lint_imports

from tests.house.sources import ROOT

if TYPE_CHECKING:
    import pytest


def test_import_contracts_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    said = capsys.readouterr().out
    assert code == 0, f"{said}\nMove the import down a floor, or hand the thing in as a parameter."
