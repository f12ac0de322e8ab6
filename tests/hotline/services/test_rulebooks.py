"""规则发布: drafted with a reason, tried, published, restored; mistakes and races are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import sla
from hotline.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from hotline.domain.rule_documents import entries_of
from hotline.domain.terms import Clock
from hotline.domain.timing import RuleSubject
from hotline.queries import office, rule_differences, rule_words
from hotline.queries import rulebooks as shelf
from hotline.services import rulebooks
from hotline.services.timing import plans, previews
from tests.conftest import local
from tests.hotline.people import clock, look, ticket, to_handling, together, who
from tests.hotline.services.rule_books import (
    REASON,
    calendar,
    counted,
    day_off,
    drafted,
    in_force,
    published,
    tried,
)

if TYPE_CHECKING:
    from apiflask import APIFlask

    from hotline.domain.rules import Document

Made = Callable[..., int]
STORM = "2026-03-13"


def said(error: pytest.ExceptionInfo[Invalid]) -> str:
    return "；".join(error.value.errors.values())


def month_off(month: int, *, area: str = "") -> Document:
    first = date(2027, month, 1)
    days = [first + timedelta(days=n) for n in range(31)]
    return calendar(*(day_off(str(day), area=area) for day in days if day.month == month))


def hours(*windows: list[str], seasons: tuple[Document, ...] = (), unit: str = "") -> Document:
    return {"hours": [{"unit": unit, "windows": list(windows), "seasons": list(seasons)}]}


def summer(first: str, last: str) -> Document:
    return {"first": first, "last": last, "windows": [["08:00", "12:00"], ["15:00", "18:00"]]}


CANNOT_BE = [
    (RuleSubject.CALENDAR, month_off(6), "2027年06月没有一个工作日"),
    (RuleSubject.CALENDAR, month_off(6, area="990101"), "2027年06月（区划 990101）没有一个工作日"),
    (RuleSubject.CALENDAR, calendar(day_off("9999-12-31")), "2000 至 2100 年之内"),
    (RuleSubject.CALENDAR, calendar(day_off("2099-01-05")), "不在工作日历"),
    (RuleSubject.CALENDAR, calendar(day_off(STORM, area="110101")), "没有区划 110101"),
    (RuleSubject.CALENDAR, calendar(day_off(STORM), day_off(STORM)), "写了两遍"),
    (RuleSubject.CALENDAR, calendar(day_off(STORM, name="")), "名称不能为空"),
    (RuleSubject.CALENDAR, calendar({"on": STORM}), "缺少日期、安排或名称"),
    (
        RuleSubject.CALENDAR,
        calendar({**day_off(STORM), "windows": [["08:30", "12:00"]]}),
        "休息日不能有办公时间",
    ),
    (RuleSubject.HOURS, hours(["12:00", "08:30"]), "互不重叠"),
    (RuleSubject.HOURS, hours(), "至少有一段"),
    (RuleSubject.HOURS, hours(["8点", "12点"]), "08:30-12:00"),
    (RuleSubject.HOURS, hours(["08:30", "12:00"], unit="D9999"), "没有编码为 D9999 的承办单位"),
    (
        RuleSubject.HOURS,
        hours(["08:30", "12:00"], seasons=(summer("05-01", "09-30"), summer("09-01", "10-31"))),
        "在 9月1日 重叠",
    ),
    (RuleSubject.HOURS, hours(["08:30", "12:00"], seasons=(summer("02-30", "03-01"),)), "2月30日"),
    (RuleSubject.POLICY, {"name": "空的", "version": "1", "rule": []}, "缺少适用于所有工单的规则"),
]


@pytest.mark.parametrize(("subject", "document", "words"), CANNOT_BE)
def test_what_cannot_be_is_refused_in_words(
    app: object, at: datetime, subject: RuleSubject, document: Document, words: str
) -> None:
    with pytest.raises(Invalid) as error:
        drafted(subject, document, at=at)
    assert words in said(error)
    assert not shelf.drafts(), "nothing half written"


def test_every_mistake_of_a_policy_is_told(app: object, at: datetime) -> None:
    document = shelf.document_of(RuleSubject.POLICY)
    rule = next(rule for rule in document["rule"] if rule["id"] == "handle-urgent")
    rival = {**rule, "id": "handle-rival", "source": ""}
    broken = {**document["rule"][0], "amount": 0}
    document["rule"] = [broken, *document["rule"][1:], rival]
    with pytest.raises(Invalid) as error:
        drafted(RuleSubject.POLICY, document, at=at)
    assert "字段 amount 须在 1 至" in said(error)
    assert "规则 handle-urgent 与 handle-rival 同等具体" in said(error)
    assert "字段 source 不能为空" in said(error)


def test_a_step_after_archive_and_an_unknown_text_are_told(app: object, at: datetime) -> None:
    document = shelf.document_of(RuleSubject.LADDER)
    late = {**document["step"][0], "id": "very-late", "at": "due + 90 working_days"}
    mute = {**document["step"][0], "id": "mute", "at": "40%", "template": "no_such_text"}
    document["step"] = [*document["step"], late, mute]
    with pytest.raises(Invalid) as error:
        drafted(RuleSubject.LADDER, document, at=at)
    assert "更晚时工单已归档" in said(error)
    assert "no_such_text" in said(error)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " \n"}, "请写明调整理由"),
        ({"reason": "长" * 501}, "最多 500 字"),
        ({"effective_from": date(2026, 3, 10)}, "至两年之内"),
        ({"effective_from": date(2029, 1, 1)}, "至两年之内"),
    ],
)
def test_a_reason_and_a_day_to_come_are_asked_for(
    app: object, at: datetime, changes: dict[str, object], words: str
) -> None:
    document = shelf.document_of(RuleSubject.POLICY)
    with pytest.raises(Invalid) as error:
        drafted(RuleSubject.POLICY, document, at=at, **changes)
    assert words in said(error)


def test_only_the_administrator_changes_rules(app: object, at: datetime) -> None:
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=at)
    for login in ("supervisor", "dispatcher", "auditor", "security"):
        actor = who(login)
        deeds: list[Callable[[], object]] = [
            lambda actor=actor: rulebooks.publish(book, actor, at=at),  # type: ignore[misc]
            lambda actor=actor: rulebooks.discard(book, actor),  # type: ignore[misc]
            lambda actor=actor: rulebooks.restore(book, actor, reason="x", at=at),  # type: ignore[misc]
        ]
        for deed in deeds:
            with pytest.raises((NotAllowed, Invalid)):
                deed()
    assert shelf.newest_version(RuleSubject.CALENDAR) == 0


def test_of_two_administrators_the_second_is_told(app: object, at: datetime) -> None:
    mine = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=at)
    hers = drafted(RuleSubject.CALENDAR, calendar(day_off("2026-03-16")), at=at)
    published(mine, at=at)
    with pytest.raises(Conflict, match="已有人发布了新版本"):
        rulebooks.publish(hers, who("admin"), at=at)
    with pytest.raises(Conflict, match="已发布为第 1 版"):
        rulebooks.publish(mine, who("admin"), at=at)
    assert [day["on"] for day in shelf.document_of(RuleSubject.CALENDAR)["days"]] == [STORM]


def test_two_press_publish_at_once_and_one_version_comes_of_it(app: APIFlask, at: datetime) -> None:
    books = [drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=at) for _ in range(3)]
    admin = who("admin")
    calls = [lambda book=book: rulebooks.publish(book, admin, at=at) for book in books]
    results = together(app, calls)  # type: ignore[arg-type]
    look()
    refused = [each for each in results if isinstance(each, Conflict)]
    assert len(refused) == 2
    assert all("已有人发布了新版本" in each.message for each in refused)
    assert len(shelf.history(RuleSubject.CALENDAR)) == 1


def test_a_draft_is_not_published_before_it_is_tried(
    app: object, a_ticket: Made, at: datetime
) -> None:
    to_handling(a_ticket(), at=at)
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=at)
    with pytest.raises(Conflict, match="试算还没有完成"):
        rulebooks.publish(book, who("admin"), at=at, only_tried=True)
    tried(book, at=at)
    assert rulebooks.publish(book, who("admin"), at=at, only_tried=True) is not None


def test_going_on_from_a_draft_replaces_it(app: object, at: datetime) -> None:
    first = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=at)
    more = calendar(day_off(STORM), day_off("2026-03-16"))
    second = drafted(RuleSubject.CALENDAR, more, at=at, replaces=first)
    assert [row.id for row in shelf.drafts()] == [second]
    with pytest.raises(Invalid, match="另一类规则"):
        drafted(RuleSubject.HOURS, hours(["08:30", "12:00"]), at=at, replaces=second)
    with pytest.raises(NotFound):
        drafted(RuleSubject.CALENDAR, more, at=at, replaces=999_999)


def test_an_older_version_is_restored_as_a_new_one(
    app: object, a_ticket: Made, at: datetime
) -> None:
    ticket_id = to_handling(a_ticket(), at=at)
    in_force(RuleSubject.CALENDAR, calendar(day_off(STORM)), at=at)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-19 17:30")
    in_force(RuleSubject.CALENDAR, calendar(), at=at)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-18 17:30")
    first = shelf.history(RuleSubject.CALENDAR)[-1]
    again = rulebooks.restore(first.id, who("admin"), reason="台风又来", at=at)
    published(again, at=at)
    assert clock(ticket_id, Clock.HANDLE).due_at == local("2026-03-19 17:30")
    assert [row.version for row in shelf.history(RuleSubject.CALENDAR)] == [3, 2, 1]
    shipped = rulebooks.restore_shipped(RuleSubject.CALENDAR, who("admin"), reason="恢复", at=at)
    assert shelf.book(shipped).document == {"days": [], "confirmed_years": []}


def test_differences_are_told_in_words(app: object, at: datetime) -> None:
    known = rule_words.names()
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM, area="990101")), at=at)
    [only] = rule_differences.of_book(shelf.book(book), known)
    assert (only.deed, only.what) == ("增加", f"{STORM} 东湖区")
    assert only.words == f"休息“台风停工”；依据：{REASON}"
    before = shelf.document_of(RuleSubject.POLICY)
    rules = [{**r, "amount": 7} if r["id"] == "handle" else r for r in before["rule"]]
    redo = {**before["redo"], "max_rounds": 1}
    after = {**before, "rule": rules, "redo": redo}
    found = rule_differences.between(RuleSubject.POLICY, before, after, known)
    assert [each.words for each in found] == [
        "时限由“5 个工作日”改为“7 个工作日”",
        "至多由“2 次”改为“1 次”",
    ]
    ladder = shelf.document_of(RuleSubject.LADDER)
    fewer = {**ladder, "step": ladder["step"][1:]}
    [gone] = rule_differences.between(RuleSubject.LADDER, ladder, fewer, known)
    assert (gone.deed, gone.what) == ("删除", "步骤“过半催办”")


def test_a_preview_says_what_a_draft_would_promise(app: object, at: datetime) -> None:
    """在示范区登记的一件投诉: under the rules in force, and beside it under the draft."""
    facts = plans.Facts(kind="complaint", urgency="normal", area_code="990101001")
    book = drafted(RuleSubject.CALENDAR, calendar(day_off(STORM, area="990101")), at=at)
    now = previews.preview(Clock.HANDLE, facts, at=at)
    then = previews.preview(Clock.HANDLE, facts, at=at, draft=shelf.book(book))
    assert (now.due.at, then.due.at) == (local("2026-03-18 17:30"), local("2026-03-19 17:30"))
    skipped = {day.date: day.why for day in then.days if not day.counted}
    assert "台风停工" in skipped[date(2026, 3, 13)]
    assert [step.label for step, _ in then.rungs][:3] == ["过半催办", "临期催办", "黄牌"]
    with pytest.raises(Invalid, match="无法计算"):
        previews.preview(Clock.HANDLE, facts, at=local("2035-12-30 09:00"))


@pytest.fixture
def unpublished(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """The library as it was when a year had not been published yet."""

    def known_until(year: int) -> None:
        monkeypatch.setattr("sla.official.LAST_PUBLISHED_YEAR", year)
        sla.official_calendar.cache_clear()
        office.open_with("通用默认")

    return known_until


def test_provisional_deadlines_become_firm_when_the_year_is_published(
    a_ticket: Made, unpublished: Callable[[int], None]
) -> None:
    """Before 春节 2026, on a system not yet updated: it takes every weekday for worked."""
    newest, at = sla.LAST_PUBLISHED_YEAR, local("2026-02-10 10:00")
    try:
        unpublished(2025)
        guessed = to_handling(a_ticket(), at=at)
        urgent = to_handling(a_ticket(content="楼道里有很浓的煤气味"), at=at)
        row = clock(guessed, Clock.HANDLE)
        assert row.is_provisional
        assert row.due_at == local("2026-02-17 17:30"), "the first day of the year of the horse"
        assert ticket(guessed).is_provisional
        assert rulebooks.adopt_official(at) is None, "still unknown"
        unpublished(newest)
        day = at + timedelta(days=1)
        recount_id = rulebooks.adopt_official(day)
        assert recount_id is not None
        counted(recount_id, at=day)
        row = clock(guessed, Clock.HANDLE)
        assert not row.is_provisional
        assert row.due_at == local("2026-02-24 17:30"), "Saturday 02-14 worked, nine days off"
        assert not ticket(guessed).is_provisional
        assert clock(urgent, Clock.HANDLE).due_at == at + timedelta(hours=2)
        [version] = shelf.history(RuleSubject.CALENDAR)
        assert version.reason == f"国务院办公厅已公布 {newest} 年节假日安排"
        assert version.published_by == "系统"
        assert rulebooks.adopt_official(day + timedelta(hours=1)) is None, "once"
    finally:
        unpublished(newest)


def test_the_office_confirms_a_year_that_the_system_does_not_know_yet(
    a_ticket: Made,
) -> None:
    """2027's notice has come; the office enters 元旦 and 春节 and confirms the year."""
    year = sla.LAST_PUBLISHED_YEAR + 1
    at = local(f"{year - 1}-12-29 10:00")
    guessed = to_handling(a_ticket(), at=at)
    before = clock(guessed, Clock.HANDLE)
    assert before.is_provisional
    document = calendar(day_off(f"{year}-01-04", name="元旦"), confirmed=(year,))
    in_force(RuleSubject.CALENDAR, document, at=at)
    row = clock(guessed, Clock.HANDLE)
    assert not row.is_provisional
    assert row.due_at > before.first_due_at
    assert rulebooks.adopt_official(at) is None, "nothing waits any more"
    assert [entry.name for entry in entries_of(document)] == ["元旦"]
