"""`hotline sla profile | calendar | recount`: rules for operators, with exit codes and --json."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import sla
from hotline.db import db
from hotline.domain.events import Event
from hotline.domain.terms import Clock
from hotline.domain.timing import RuleSubject
from hotline.queries import office
from hotline.queries import rulebooks as shelf
from tests.hotline.people import clock, entries, look, to_handling
from tests.hotline.services.rule_books import calendar, day_off, in_force

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hotline.cli.conftest import Said

    Hotline = Callable[..., Said]
    Write = Callable[..., Path]
    Made = Callable[..., int]

REASON = ("--reason", "市政府办〔2026〕31号")


def workday_ahead(number: int) -> str:
    day = datetime.now(sla.LOCAL).date()
    while number:
        day += timedelta(days=1)
        number -= office.calendar().is_workday(day)
    return str(day)


@pytest.fixture
def open_ticket(a_ticket: Made) -> int:
    now = datetime.now(UTC)
    return to_handling(a_ticket(at=now), at=now)


def test_a_sound_profile_passes(hotline: Hotline, write: Write) -> None:
    file = write("city.toml", sla.profile_toml(sla.load_profile()))
    assert hotline("sla", "profile", "check", file).code == 0
    said = hotline("sla", "profile", "check", file, "--json")
    assert (said.json["ok"], said.json["name"], said.json["problems"]) == (True, "通用默认", [])


def test_every_mistake_of_a_profile_has_its_place(hotline: Hotline, write: Write) -> None:
    lines = sla.profile_toml(sla.load_profile()).splitlines()
    first = lines.index("max_rounds = 2")
    lines[first] = "max_rounds = 99999"
    lines.append('colour = "red"')
    file = write("city.toml", "\n".join(lines))
    said = hotline("sla", "profile", "check", file)
    assert said.code == 1
    assert f"{file}:{first + 1}:14 " in said.err
    assert f"{file}:{len(lines)}:" in said.err
    assert "有 2 处错误" in said.err
    assert said.out == ""
    told = hotline("sla", "profile", "check", file, "--json")
    assert told.code == 1
    assert [problem["line"] for problem in told.json["problems"]] == [first + 1, len(lines)]


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [("name = ", "utf-8", "不是合法的 TOML"), ("名称", "gbk", "不是 UTF-8"), ("", "utf-8", "缺少")],
)
def test_a_file_that_is_no_profile(
    hotline: Hotline, write: Write, text: str, encoding: str, words: str
) -> None:
    said = hotline("sla", "profile", "check", write("x.toml", text, encoding))
    assert said.code == 1
    assert words in said.err
    assert hotline("sla", "profile", "check", "nobody.toml").code == 2


def test_profiles_are_handed_out(hotline: Hotline, at: datetime) -> None:
    shipped = hotline("sla", "profile", "export", "上海")
    assert sla.parse_profile(shipped.out, origin="x") == sla.load_profile("上海")
    document = shelf.document_of(RuleSubject.POLICY)
    document["redo"] = {**document["redo"], "max_rounds": 1}
    in_force(RuleSubject.POLICY, document, at=at)
    said = hotline("sla", "profile", "export", "--json").json
    assert said["version"] == 1
    assert sla.parse_profile(said["toml"], origin="x").redo.max_rounds == 1
    refused = hotline("sla", "profile", "export", "月球")
    assert refused.code == 1
    assert "没有名为 '月球'" in refused.err


def test_a_table_of_days_is_imported_tried_and_counted(
    hotline: Hotline, write: Write, open_ticket: int
) -> None:
    before = clock(open_ticket, Clock.HANDLE).due_at
    file = write("days.csv", f"日期,是否上班,名称\n{workday_ahead(2)},否,台风停工\n", "gbk")
    tried = hotline("sla", "calendar", "import", file, *REASON, "--dry-run", "--json")
    assert tried.code == 0, tried.err
    assert tried.json["version"] is None
    assert "试算" in tried.err, "the progress bar"
    assert not shelf.drafts()
    assert clock(open_ticket, Clock.HANDLE).due_at == before
    done = hotline("sla", "calendar", "import", file, *REASON, "--json").json
    assert done["version"] == 1
    assert done["recount"] == done["trial"] == tried.json["trial"]
    assert done["recount"]["moved"] == 1
    assert clock(open_ticket, Clock.HANDLE).due_at > before
    [entry] = entries(open_ticket, Event.RECOUNTED)
    assert entry.actor_name == "命令行"


def test_a_year_is_confirmed_with_its_days(hotline: Hotline, write: Write) -> None:
    year = sla.LAST_PUBLISHED_YEAR + 1
    file = write("next.csv", f"日期,是否上班,名称\n{year}-02-13,是,春节补班\n")
    said = hotline("sla", "calendar", "import", file, "--confirm-year", year, *REASON)
    assert said.code == 0
    assert "已发布为工作日历第 1 版" in said.out
    assert not office.calendar().is_provisional(datetime(year, 12, 31, tzinfo=UTC).date())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("日期,是否上班,名称\n2027-02-30,否,春节\n2027-02-11,也许,春节\n", "有 2 处问题"),
        ("日期,是否上班,名称,区划代码\n2027-02-11,否,春节,110101\n", "没有区划 110101"),
        ("日期,是否上班,名称\n9999-12-31,否,世界末日\n", "2000 至 2100"),
    ],
)
def test_a_table_that_cannot_be_taken(
    hotline: Hotline, write: Write, text: str, words: str
) -> None:
    said = hotline("sla", "calendar", "import", write("days.csv", text), *REASON)
    assert said.code == 1
    assert words in said.err
    assert not shelf.drafts()
    assert shelf.newest_version(RuleSubject.CALENDAR) == 0


def test_an_import_needs_a_reason(hotline: Hotline, write: Write) -> None:
    file = write("days.csv", "日期,是否上班,名称\n2027-02-13,是,春节补班\n")
    assert hotline("sla", "calendar", "import", file).code == 2
    said = hotline("sla", "calendar", "import", file, "--reason", " ")
    assert said.code == 1
    assert "请写明调整理由" in said.err


def test_days_are_handed_out_in_both_forms(hotline: Hotline, at: datetime, tmp_path: Path) -> None:
    in_force(RuleSubject.CALENDAR, calendar(day_off("2026-08-10", area="990101")), at=at)
    for kind in ("ical", "csv"):
        file = tmp_path / f"days.{kind}"
        said = hotline("sla", "calendar", "export", "--format", kind, "--output", file)
        assert (said.code, f"已写入 {file}：1 天" in said.out) == (0, True)
        [entry] = sla.read_calendar(file.read_bytes(), name=file.name).entries
        assert (str(entry.on), entry.area) == ("2026-08-10", "990101")
    told = hotline("sla", "calendar", "export", "--json").json
    assert told["days"] == 1
    assert "BEGIN:VCALENDAR" in told["text"]


def test_open_clocks_are_counted_anew_on_order(hotline: Hotline, open_ticket: int) -> None:
    row = clock(open_ticket, Clock.HANDLE)
    right = row.due_at
    row.due_at += timedelta(days=1)  # as a restored backup might have it
    db.session.commit()
    tried = hotline("sla", "recount", "--dry-run", "--json").json
    assert (tried["changed"], tried["moved"], tried["dry_run"]) == (1, 1, True)
    assert [line["clock"] for line in tried["lines"]] == ["handle"]
    assert clock(open_ticket, Clock.HANDLE).due_at != right
    done = hotline("sla", "recount", "--reason", "恢复备份")
    assert "1 个到期时间变化（涉及 1 件工单）" in done.out
    look()
    assert clock(open_ticket, Clock.HANDLE).due_at == right
    assert entries(open_ticket, Event.RECOUNTED)[0].payload["reason"] == "恢复备份"
    again = hotline("sla", "recount", "--json").json
    assert again["changed"] == 0
    assert again["lines"] == []
