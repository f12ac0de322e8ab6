"""From a form to a draft: the working copy, the reason, what was refused (起草)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from hotline.domain.errors import Invalid
from hotline.queries import rule_differences, rule_words
from hotline.queries import rulebooks as shelf
from hotline.services import rulebooks
from hotline.services.rulebooks import AT_ONCE, Draft
from hotline.web.access import now, staff
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.domain.rules import Document
    from hotline.domain.timing import RuleSubject
    from hotline.models import RuleBook

    Answer = Response | str | tuple[str, int]

RECENT = 5
MOST_IN_SUMMARY = 3


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was refused: what was typed and what is wrong with it, by form and field."""

    values: dict[str, str] = field(default_factory=dict)
    picked: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


NOTHING = Refused()


def refused(form: str, error: Invalid) -> Refused:
    """Keep what was typed into a form, so that nobody types it twice."""
    given = request.form.to_dict(flat=False)
    return Refused(
        {f"{form}-{name}": values[0] for name, values in given.items()},
        {f"{form}-{name}": values for name, values in given.items()},
        {f"{form}-{name}": words for name, words in error.errors.items()},
    )


@dataclass(frozen=True, slots=True)
class Working:
    """What a page shows and changes: the newest version, or the draft somebody works on."""

    subject: RuleSubject
    draft: RuleBook | None
    document: Document

    def context(self) -> dict[str, Any]:
        """What every page of rules shows of it."""
        draft = self.draft
        version = shelf.newest_version(self.subject)
        return {
            "subject": self.subject,
            "draft": draft,
            "draft_id": draft.id if draft else None,
            "draft_reason": draft.reason if draft else "",
            "version": version,
            "drafts": [row for row in shelf.drafts(self.subject) if row is not draft],
            "history": [version_row(row) for row in shelf.history(self.subject, RECENT)],
            "is_dated": self.subject not in AT_ONCE,
            "today": now_on().isoformat(),
        }


def now_on() -> date:
    """Today in the city."""
    return date.fromisoformat(local(now())[:10])


def working(subject: RuleSubject) -> Working:
    """The working copy a request speaks of: ``draft`` in the form or the address."""
    given = request.values.get("draft", "")
    draft = None
    if given:
        if not given.isascii() or not given.isdigit():
            raise Invalid("draft", "草稿编号不正确，请从“规则发布”重新进入")
        draft = shelf.book(int(given))
        if draft.subject is not subject:
            raise Invalid("draft", "这份草稿是另一类规则的")
        if draft.version is not None:
            flash(f"这份草稿已发布为第 {draft.version} 版，下面是最新版本", "info")
            draft = None
    return Working(subject, draft, dict(draft.document) if draft else shelf.document_of(subject))


def keep(copy: Working, document: Document) -> Response:
    """Keep the changed document as a draft, ask for its dry run, and go and see it."""
    known = rule_words.names()
    version = copy.draft.base_version if copy.draft else shelf.newest_version(copy.subject)
    before = shelf.document_of(copy.subject, version=version)
    try:
        found = rule_differences.between(copy.subject, before, document, known)
        summary = summed_up(found)
    except (ValueError, KeyError, TypeError):  # the service says what cannot be, mistake by mistake
        summary = copy.subject.label
    if not summary:
        raise Invalid("document", "与现行规则没有差别，没有需要试算的内容")
    book_id = rulebooks.draft(
        Draft(
            subject=copy.subject,
            document=document,
            summary=summary,
            reason=request.form.get("reason", ""),
            effective_from=_effective_from(),
            applies_to_open=copy.subject in AT_ONCE or "applies" in request.form,
            replaces=copy.draft.id if copy.draft else None,
        ),
        staff(),
        at=now(),
    )
    flash("草稿已保存，正在试算对在办工单的影响；发布之前，现行规则不变", "success")
    return redirect(url_for(".book", book_id=book_id), 303)


def summed_up(found: list[rule_differences.Difference]) -> str:
    """修改 2026-03-13 全市、…… 等 5 处."""
    shown = "；".join(f"{each.deed} {each.what}" for each in found[:MOST_IN_SUMMARY])
    return f"{shown} 等 {len(found)} 处" if len(found) > MOST_IN_SUMMARY else shown


def _effective_from() -> date | None:
    given = request.form.get("effective_from", "").strip()
    return read_day("effective_from", given) if given else None


def read_day(name: str, text: str, words: str = "日期") -> date:
    """A day as the browser's field gives it; raises Invalid naming the field."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(name, f"请填写{words}，如 2026-10-10") from None


def version_row(row: RuleBook) -> dict[str, Any]:
    """One published version in a list."""
    return {
        "id": row.id,
        "version": row.version,
        "summary": row.summary,
        "reason": row.reason,
        "by": row.published_by,
        "at": local(row.published_at),
        "from": row.effective_from.isoformat(),
        "applies": row.applies_to_open,
    }
