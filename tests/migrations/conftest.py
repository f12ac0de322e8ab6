"""An empty database of one's own for each migration test, on the database under test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from apiflask import APIFlask


@pytest.fixture
def empty(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[APIFlask]:
    """An application on a database without a single table."""
    from hotline.config import from_env
    from hotline.db import db
    from hotline.factory import build
    from integrations import MemorySms

    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if not database_url.startswith("sqlite"):
        from tests.postgres import new_database

        url = new_database(request.getfixturevalue("postgres_url"))
    settings = from_env({"HOTLINE_DATABASE_URL": url}, data_dir=tmp_path, data_key="migration-key")
    app = build(settings, sms=MemorySms(), is_sync=True)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
