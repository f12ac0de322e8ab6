"""升级前的目录草稿: a draft written by the version before can still be read, published, undone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, select

from hotline.db import db
from hotline.models import CatalogueEdition
from hotline.queries import editions

if TYPE_CHECKING:
    from apiflask import APIFlask

AT = datetime(2026, 3, 11, 1, 30, tzinfo=UTC)
ROW: dict[str, Any] = {
    "id": "R0001",
    "category": "01",
    "area": "",
    "kind": None,
    "urgency": None,
    "words": ["路灯"],
    "lead": "C05",
    "helpers": [],
    "legal_basis": "《城市道路管理条例》",
    "effective_from": "2026-03-11",
    "effective_to": None,
    "note": None,
}


def test_rules_in_drafts_and_versions_learn_of_times_and_forget_them(empty: APIFlask) -> None:
    del empty
    upgrade(revision="0006_version_catalogue")
    tables = MetaData()
    with db.engine.begin() as connection:
        tables.reflect(connection, only=["catalogue_edition"])
        values = {
            "base_version": 0,
            "rows": {"R0001": ROW},
            "duties": {},
            "duties_before": {},
            "rows_before": {"R0001": None, "R0002": {**ROW, "id": "R0002"}},
            "reason": "市编委〔2026〕12号",
            "drafted_at": AT,
            "drafted_by": "赵工",
        }
        connection.execute(tables.tables["catalogue_edition"].insert().values(values))
    upgrade()
    draft = db.session.scalars(select(CatalogueEdition)).one()
    assert draft.rows == {"R0001": {**ROW, "times": ""}}
    assert draft.rows_before["R0001"] is None
    assert draft.rows_before["R0002"]["times"] == ""
    assert [rule.id for rule in editions.catalogue_under(draft)[0].rules] == ["R0001"]
    db.session.remove()
    downgrade(revision="0006_version_catalogue")
    with db.engine.begin() as connection:
        kept = connection.execute(select(tables.tables["catalogue_edition"].c.rows)).scalar_one()
    assert kept == {"R0001": ROW}
