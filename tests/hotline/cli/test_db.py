"""`hotline db`: Flask-Migrate's commands work, and cost nothing where they are not called."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COSTLY = ("alembic", "flask_migrate", "mako", "openpyxl", "sklearn", "jieba", "matplotlib")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return subprocess.run(
        [sys.executable, *words],
        env={**kept, "HOTLINE_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_empty_folder_is_migrated_to_the_newest(tmp_path: Path) -> None:
    assert run(tmp_path, "-m", "hotline", "db", "upgrade").returncode == 0
    checked = run(tmp_path, "-m", "hotline", "db", "check")
    assert checked.returncode == 0, checked.stderr
    said = run(tmp_path, "-m", "hotline", "db", "current").stdout
    assert "(head)" in said


def test_an_application_reads_nothing_of_it(tmp_path: Path) -> None:
    asks = "import sys, hotline; hotline.create_app(); print(*sys.modules)"
    said = run(tmp_path, "-c", asks)
    assert said.returncode == 0, said.stderr
    assert not set(COSTLY) & set(said.stdout.split())
