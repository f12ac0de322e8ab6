"""Drafts with their dry run, publishing, versions and restoring them (规则发布)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.timing import RuleSubject, RunState
from hotline.queries import rule_differences, rule_words
from hotline.queries import rulebooks as shelf
from hotline.services import rulebooks
from hotline.services.rulebooks import AT_ONCE
from hotline.web.access import now, staff
from hotline.web.admin import admin, drafting
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.models import Recount, RuleBook
    from hotline.queries.rulebooks import Line, Match
    from hotline.web.admin.drafting import Answer

PAGES = {
    RuleSubject.CALENDAR: "calendar",
    RuleSubject.HOURS: "hours",
    RuleSubject.POLICY: "policies",
    RuleSubject.LADDER: "ladder",
}
SHOWN_DIFFERENCES = 100


@admin.get("/books")
def books() -> str:
    """List what waits to be published, and every version of every book."""
    return render_template(
        "admin/books.html",
        drafts=[_draft_row(row) for row in shelf.drafts()],
        subjects=[
            {
                "code": subject.value,
                "label": subject.label,
                "page": PAGES[subject],
                "rows": [drafting.version_row(row) for row in shelf.history(subject)],
            }
            for subject in RuleSubject
        ],
    )


def _draft_row(row: RuleBook) -> dict[str, Any]:
    return {
        "id": row.id,
        "subject": row.subject.label,
        "summary": row.summary,
        "reason": row.reason,
        "by": row.drafted_by,
        "at": local(row.drafted_at),
        "is_outdated": row.base_version != shelf.newest_version(row.subject),
    }


@admin.get("/books/<int:book_id>")
def book(book_id: int) -> str:
    """One draft or version: differences, dry run or recount with progress, what it moves."""
    return _page(shelf.book(book_id), {})


def _page(row: RuleBook, errors: dict[str, str]) -> str:
    trial, real = (shelf.run_of(row.id, is_dry=dry) for dry in (True, False))
    shown = real or trial
    lines = shelf.lines(shown.id, cursor=request.args.get("cursor")) if shown else None
    is_over = all(run is None or run.state is RunState.DONE for run in (trial, real))
    found = rule_differences.of_book(row, rule_words.names())
    newest = shelf.newest_version(row.subject)
    return render_template(
        "admin/book.html",
        row=row,
        errors=errors,
        page=PAGES[row.subject],
        drafted=local(row.drafted_at),
        published=local(row.published_at),
        differences=found[:SHOWN_DIFFERENCES],
        more_differences=max(0, len(found) - SHOWN_DIFFERENCES),
        is_dated=row.subject not in AT_ONCE,
        is_outdated=row.version is None and row.base_version != newest,
        is_newest=row.version == newest,
        waits_until=row.effective_from if row.version and not real else None,
        trial=_progress(trial),
        real=_progress(real),
        match=_match(trial, real) if is_over else None,
        is_over=is_over,
        lines=[_line(line) for line in lines.rows] if lines else [],
        next_cursor=lines.next_cursor if lines else None,
        here=url_for(".book", book_id=row.id),
    )


def _progress(run: Recount | None) -> dict[str, Any] | None:
    if run is None:
        return None
    is_done = run.state is RunState.DONE
    share = run.examined / run.total if run.total else float(is_done)
    tickets, moved = shelf.touched(run.id)
    return {
        "state": run.state.label,
        "is_done": is_done,
        "is_cut": is_done and run.examined < run.total,
        "percent": min(100.0, share * 100),
        **{name: getattr(run, name) for name in _FIGURES},
        "tickets": tickets,
        "moved": moved,
        "asked": local(run.asked_at),
        "finished": local(run.finished_at, ""),
    }


_FIGURES = ("total", "examined", "changed", "held", "failed")


def _match(trial: Recount | None, real: Recount | None) -> Match | None:
    if trial is None or real is None or trial.examined < trial.total:
        return None
    return shelf.match(trial.id, real.id)


def _line(line: Line) -> dict[str, Any]:
    after = local(line.due_after, "")
    is_moved = line.due_after is not None and line.due_after != line.due_before
    return {
        "ticket_no": line.ticket_no,
        "title": line.title,
        "unit": line.unit or "热线",
        "clock": line.clock.label,
        "before": local(line.due_before),
        "after": after if is_moved or line.is_held else "",
        "is_held": line.is_held,
        "is_earlier": is_moved and (line.due_after or line.due_before) < line.due_before,
        "problem": line.problem,
    }


@admin.post("/books/<int:book_id>/publish")
def publish_book(book_id: int) -> Response:
    """发布: the draft holds from now on, and the open clocks are counted anew."""
    recount_id = rulebooks.publish(book_id, staff(), at=now(), only_tried=True)
    row = shelf.book(book_id)
    said = f"{row.subject.label}第 {row.version} 版已发布"
    if recount_id is not None:
        said += "，正在重新计算在办工单的期限"
    elif row.applies_to_open:
        said += f"，自 {row.effective_from} 起生效，届时重新计算在办工单"
    else:
        said += f"，自 {row.effective_from} 起用于新计时，在办工单不变"
    flash(said, "success")
    return redirect(url_for(".book", book_id=book_id), 303)


@admin.post("/books/<int:book_id>/discard")
def discard_book(book_id: int) -> Response:
    """放弃: the draft goes with its dry run."""
    subject = shelf.book(book_id).subject
    rulebooks.discard(book_id, staff())
    flash("草稿已放弃，现行规则没有变化", "success")
    return redirect(url_for(f".{PAGES[subject]}"), 303)


@admin.post("/books/<int:book_id>/restore")
def restore_book(book_id: int) -> Answer:
    """恢复此版本: drafted anew, to be tried and published like any change."""
    try:
        made = rulebooks.restore(book_id, staff(), reason=request.form.get("reason", ""), at=now())
    except Invalid as error:
        return _page(shelf.book(book_id), error.errors), 422
    flash("已按旧版本起草，试算之后可以发布", "success")
    return redirect(url_for(".book", book_id=made), 303)


@admin.post("/books/shipped")
def restore_shipped() -> Response:
    """Draft what the system ships."""
    word = request.form.get("subject", "")
    if word not in set(RuleSubject):
        raise Invalid("subject", "请选择要恢复的规则")
    reason = request.form.get("reason", "")
    made = rulebooks.restore_shipped(RuleSubject(word), staff(), reason=reason, at=now())
    flash("已按系统自带的规则起草，试算之后可以发布", "success")
    return redirect(url_for(".book", book_id=made), 303)
