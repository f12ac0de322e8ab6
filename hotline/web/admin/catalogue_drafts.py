"""The draft of the catalogue a request speaks of, and its dry run (派单目录起草)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from hotline.domain.errors import Invalid
from hotline.queries import editions
from hotline.services import routing_trials
from hotline.web.access import now

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


def draft_id() -> int | None:
    """The draft named in the form or the address; raises Invalid."""
    given = request.values.get("draft", "")
    if not given:
        return None
    if not given.isascii() or not given.isdigit():
        raise Invalid("draft", "草稿编号不正确，请从“派单目录”重新进入")
    return int(given)


def context() -> dict[str, Any]:
    """What every page of the catalogue shows of drafts and versions."""
    number = draft_id()
    draft = editions.edition(number) if number is not None else None
    if draft is not None and draft.version is not None:
        flash(f"这份草稿已发布为第 {draft.version} 版，下面是现行目录", "info")
        draft = None
    return {
        "draft": draft,
        "draft_id": draft.id if draft else None,
        "drafts": [row for row in editions.drafts() if row is not draft],
        "version": editions.newest_version(),
    }


def tried(edition_id: int) -> Response:
    """Try a draft at once as far as a moment allows, and go and see it; a job does the rest."""
    found = editions.trial(edition_id)
    if found is not None:
        routing_trials.go_on_for(found.id, at=now())
    flash("草稿已保存并试算；发布之前，现行目录不变", "success")
    return redirect(url_for("admin.edition", edition_id=edition_id), 303)
