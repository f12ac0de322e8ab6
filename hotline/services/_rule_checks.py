"""What a book of rules must be before anybody may draft it (规则校验): every mistake is said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import sla
from hotline.domain.errors import Invalid
from hotline.domain.rule_documents import entries_of, hours_of
from hotline.domain.rules import exchanged, read_policy
from hotline.domain.timing import RuleSubject
from hotline.queries import codes, office
from hotline.services import notices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.domain.rules import Book, Document, Rules

SHOWN = 20
"""So many mistakes are told at once; a file is better mended with the list of the upload page."""


def check(subject: RuleSubject, book: Book) -> None:
    """Build the rules as they would be. Raises Invalid with what is wrong, in people's words."""
    try:
        _check_words(subject, book.document)
        rules = exchanged(office.rules(), subject, book)
        for calendar, where in _calendars(subject, book.document, rules):
            _must_have_workdays(calendar, where)
    except sla.ProfileError as error:
        said = [f"{problem.where}：{problem.message}" for problem in error.problems]
        raise Invalid("document", _listed(said or [str(error)])) from None
    except sla.LadderError as error:
        raise Invalid("document", _listed(list(error.problems) or [str(error)])) from None
    except (sla.SlaError, KeyError, TypeError, ValueError) as error:
        raise Invalid("document", f"规则无法使用：{error}") from None


def _listed(problems: list[str]) -> str:
    more = [f"等 {len(problems)} 处"] if len(problems) > SHOWN else []
    return "；".join(problems[:SHOWN] + more)


def _check_words(subject: RuleSubject, document: Document) -> None:
    """What the rules themselves do not ask: areas and units that exist, texts that can be sent."""
    match subject:
        case RuleSubject.CALENDAR:
            _check_days(document)
        case RuleSubject.HOURS:
            known = {"", *codes.departments().values()}
            unknown = [hours.unit for hours in hours_of(document) if hours.unit not in known]
            if unknown:
                raise Invalid("document", f"没有编码为 {'、'.join(unknown)} 的承办单位")
        case RuleSubject.POLICY:
            read_policy(document)
        case _:
            sla.ladder_from(document, origin="升级阶梯", templates=notices.texts())


def _check_days(document: Document) -> None:
    seen: set[tuple[date, str]] = set()
    for entry in entries_of(document):
        if entry.area and not office.is_area(entry.area):
            raise Invalid("document", f"{entry.on}“{entry.name}”：没有区划 {entry.area}")
        if (entry.on, entry.area) in seen:
            raise Invalid("document", f"{entry.on}（{entry.area or '全市'}）写了两遍")
        seen.add((entry.on, entry.area))


def _calendars(
    subject: RuleSubject, document: Document, rules: Rules
) -> Iterator[tuple[sla.Calendar, str]]:
    """The calendars a change touches, each with the place it is for."""
    if subject in (RuleSubject.CALENDAR, RuleSubject.HOURS):
        yield rules.calendar(), ""
    if subject is RuleSubject.CALENDAR:
        for area in sorted({day.get("area", "") for day in document.get("days", [])} - {""}):
            yield rules.calendar(area), f"（区划 {area}）"


def _must_have_workdays(calendar: sla.Calendar, where: str) -> None:
    """No month without a working day: a slip in an import must not stop every clock."""
    worked, month = calendar.index.through, calendar.first_day
    while month < calendar.last_day:
        following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = min(following - timedelta(days=1), calendar.last_day)
        before = worked(month.toordinal() - 1) if month > calendar.first_day else 0
        if worked(last.toordinal()) == before:
            raise sla.CalendarError(f"{month:%Y年%m月}{where}没有一个工作日，请核对")
        month = following
