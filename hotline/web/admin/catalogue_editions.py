"""Editions of the catalogue: dry run, findings, publishing, taking back (派单目录发布)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.timing import RunState
from hotline.queries import catalogue_reading, editions
from hotline.services import catalogue_publishing, cataloguing, routing_trials
from hotline.web.access import now, staff
from hotline.web.admin import admin, catalogue_drafts
from hotline.web.admin.catalogue_words import Names, finding, sorted_findings
from hotline.web.admin.drafting import now_on
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.models import CatalogueEdition, RoutingTrial
    from hotline.web.admin.drafting import Answer

SHOWN_CHANGES = 60


@admin.get("/catalogue/editions")
def editions_page() -> str:
    """List drafts that wait, and every version with who, when and why."""
    return render_template(
        "admin/catalogue_editions.html",
        drafts=[_line(row) for row in editions.drafts()],
        versions=[_line(row) for row in editions.history()],
    )


def _line(row: CatalogueEdition) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": row.version,
        "reason": row.reason,
        "size": len(row.rows) + len(row.duties),
        "is_merger": row.merging_id is not None,
        "by": row.published_by or row.drafted_by,
        "at": local(row.published_at or row.drafted_at),
        "is_outdated": row.version is None and row.base_version != editions.newest_version(),
    }


@admin.get("/catalogue/editions/<int:edition_id>")
def edition(edition_id: int) -> str:
    """One draft or version: what it changes, where tickets would go, what is wrong with it."""
    return _page(editions.edition(edition_id), {})


def _page(row: CatalogueEdition, errors: dict[str, str]) -> str:
    names = Names()
    trial = editions.trial(row.id)
    found = editions.findings_under(row, now_on()) if row.version is None else None
    cursor = request.args.get("cursor")
    lines, more = editions.moved(trial.id, cursor=cursor) if trial else ([], None)
    changes = _changes(row, names)
    return render_template(
        "admin/catalogue_edition.html",
        row=row,
        errors=errors,
        changes=changes[:SHOWN_CHANGES],
        more_changes=max(0, len(changes) - SHOWN_CHANGES),
        duties=[{**duty, "name": names.category(code)} for code, duty in row.duties.items()],
        merging=_merging(row),
        trial=_progress(trial),
        moves=_moves(trial, names),
        lines=[_moved(line, names) for line in lines],
        next_cursor=more,
        refusing=[finding(one) for one in found.refusing] if found else [],
        findings=_others(found) if found else [],
        is_outdated=row.version is None and row.base_version != editions.newest_version(),
        drafted=local(row.drafted_at),
        published=local(row.published_at),
        here=url_for(".edition", edition_id=row.id),
        most=routing_trials.MOST,
    )


def _others(found: editions.Findings) -> list[dict[str, Any]]:
    """What does not keep the draft from being published, and is no mere matter of record."""
    told = (one for one in found.all if one not in found.refusing and one.severity != "info")
    return sorted_findings(tuple(told))


def _changes(row: CatalogueEdition, names: Names) -> list[dict[str, Any]]:
    if row.version is None:
        held = catalogue_reading.rows_in_force()
        before = {key: held.get(key) for key in row.rows}
    else:
        before = row.rows_before
    return [names.difference(line, before.get(key)) for key, line in sorted(row.rows.items())]


def _merging(row: CatalogueEdition) -> dict[str, Any] | None:
    unit, into = editions.unit(row.merging_id), editions.unit(row.successor_id)
    if unit is None or into is None:
        return None
    merger = editions.merger(row.id)
    done = merger is not None and merger.state is RunState.DONE
    share = merger.moved / merger.total if merger and merger.total else float(done)
    return {
        "unit": unit.name,
        "into": into.name,
        "state": merger.state.label if merger else "",
        "is_done": done,
        "moved": merger.moved if merger else 0,
        "total": merger.total if merger else editions.open_tickets(unit.id),
        "percent": min(100.0, share * 100),
    }


def _progress(trial: RoutingTrial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    is_done = trial.state is RunState.DONE
    share = trial.examined / trial.total if trial.total else float(is_done)
    return {
        "state": trial.state.label,
        "is_done": is_done,
        "percent": min(100.0, share * 100),
        "examined": trial.examined,
        "total": trial.total,
        "wanted": trial.wanted,
        "on": trial.on.isoformat(),
        "ruled_otherwise": trial.ruled_otherwise,
        "asked": local(trial.asked_at),
    }


def _moves(trial: RoutingTrial | None, names: Names) -> dict[str, Any]:
    pairs = editions.moves(trial.id) if trial else []
    total = sum(number for _, _, number in pairs)
    balance: dict[str | None, list[int]] = {}
    for before, after, number in pairs:
        balance.setdefault(before, [0, 0])[0] += number
        balance.setdefault(after, [0, 0])[1] += number
    units = sorted(balance.items(), key=lambda item: -max(item[1]))
    return {
        "total": total,
        "pairs": [
            {
                "label": f"{names.unit(before)} → {names.unit(after)}",
                "count": number,
                "percent": 100 * number / total,
            }
            for before, after, number in pairs[:10]
        ],
        "units": [
            {"name": names.unit(code), "out": out, "in": into} for code, (out, into) in units
        ],
    }


def _moved(line: editions.Moved, names: Names) -> dict[str, Any]:
    return {
        "ticket_no": line.ticket_no,
        "title": line.title,
        "category": names.category(line.category or ""),
        "before": names.unit(line.unit_before),
        "after": names.unit(line.unit_after),
        "rule_before": line.rule_before or "无规则",
        "rule_after": line.rule_after or "无规则",
        "reason": line.reason,
    }


@admin.post("/catalogue/editions/<int:edition_id>/try")
def try_edition(edition_id: int) -> Answer:
    """Try the draft on as many of the newest tickets as wanted."""
    given = request.form.get("wanted", "").strip()
    is_number = given.isascii() and given.isdigit() and len(given) < len("100000")
    try:
        routing_trials.order(edition_id, int(given) if is_number else 0, staff(), at=now())
    except Invalid as error:
        return _page(editions.edition(edition_id), error.errors), 422
    return catalogue_drafts.tried(edition_id)


@admin.post("/catalogue/editions/<int:edition_id>/publish")
def publish_edition(edition_id: int) -> Response:
    """发布: the draft holds from now on."""
    version = catalogue_publishing.publish(edition_id, staff(), at=now())
    flash(f"派单目录第 {version} 版已发布；此前的派单仍保留当时依据的规则", "success")
    return redirect(url_for(".edition", edition_id=edition_id), 303)


@admin.post("/catalogue/editions/<int:edition_id>/discard")
def discard_edition(edition_id: int) -> Response:
    """放弃: the draft goes with its dry run."""
    cataloguing.discard(edition_id, staff(), at=now())
    flash("草稿已放弃，现行目录没有变化", "success")
    return redirect(url_for(".catalogue"), 303)


@admin.post("/catalogue/editions/<int:edition_id>/drop")
def drop_change(edition_id: int) -> Response:
    """Take one change out of the draft."""
    cataloguing.drop_change(edition_id, request.form.get("rule", ""), staff(), at=now())
    return catalogue_drafts.tried(edition_id)


@admin.post("/catalogue/editions/<int:edition_id>/back")
def take_back_edition(edition_id: int) -> Answer:
    """撤回: the opposite is drafted, to be tried and published like any change."""
    try:
        reason = request.form.get("reason", "")
        made = cataloguing.take_back(edition_id, staff(), reason=reason, at=now())
    except Invalid as error:
        return _page(editions.edition(edition_id), error.errors), 422
    return catalogue_drafts.tried(made)
