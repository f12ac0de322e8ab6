"""工作日历与办公时间 on the administrator's pages: a year at a glance, days, files, seasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import sla
from hotline.domain.timing import RuleSubject
from hotline.queries import rulebooks as shelf
from tests.hotline.web.rule_pages import count, draft_of, page, publish, read, refused, send, upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask
    from flask.testing import FlaskClient

    Enter = Callable[[FlaskClient, str], FlaskClient]

EAST = "990101"
NEXT = sla.LAST_PUBLISHED_YEAR + 1
"""A year whose arrangement the state has not published."""
FEED = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//某市//节假日//ZH
BEGIN:VTIMEZONE
TZID:Asia/Shanghai
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0800
TZOFFSETTO:+0800
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@city
DTSTAMP:{NEXT - 1}1101T000000Z
DTSTART;VALUE=DATE:{NEXT}0918
DTEND;VALUE=DATE:{NEXT}0919
RRULE:FREQ=YEARLY;COUNT=2
SUMMARY:建市纪念日 放假
END:VEVENT
BEGIN:VEVENT
UID:2@city
DTSTAMP:{NEXT - 1}1101T000000Z
DTSTART;TZID=Asia/Shanghai:{NEXT}0105T133000
DTEND;TZID=Asia/Shanghai:{NEXT}0105T180000
SUMMARY:停电 放假
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def desk(client: FlaskClient, sign_in: Enter) -> FlaskClient:
    return sign_in(client, "admin")


def days(book_id: int) -> dict[tuple[str, str], dict[str, object]]:
    document = shelf.book(book_id).document
    return {(day["on"], day["area"]): day for day in document["days"]}


def test_a_year_is_seen_at_a_glance(desk: FlaskClient) -> None:
    said = page(desk, "calendar?year=2026")
    assert said.count('class="year-month"') == 12
    assert said.count("day-holiday") == 33 + 1, "33 days of holidays and one in the key"
    assert said.count("day-makeup") == 6 + 1
    assert "国庆节，休息" in said
    assert "调休上班，上班" in said
    assert "国家安排已公布" in said
    assert "暂定：国家尚未公布这一年的安排" in page(desk, f"calendar?year={NEXT}")
    assert page(desk, "calendar?year=9999").count('class="year-month"') == 12
    assert page(desk, "calendar?year=x").count('class="year-month"') == 12


def test_several_days_of_one_area_are_entered_at_once(desk: FlaskClient) -> None:
    form = {"first": "2027-08-09", "last": "2027-08-11", "state": "rest", "name": "台风停工"}
    book = draft_of(send(desk, "calendar/days", **form, area=EAST, source="市防指〔2027〕3号"))
    half = {"first": "2027-08-12", "state": "work", "name": "台风后半日", "hours": "8:30-12:00"}
    book = draft_of(send(desk, "calendar/days", **half, area=EAST, draft=book))
    assert [on for on, _ in days(book)] == ["2027-08-09", "2027-08-10", "2027-08-11", "2027-08-12"]
    assert days(book)["2027-08-12", EAST]["windows"] == [["08:30", "12:00"]]
    shown = page(desk, f"calendar?draft={book}&year=2027&area={EAST}")
    assert "台风后半日（08:30-12:00），上班，本市另行规定" in shown
    assert (
        "台风停工" not in page(desk, f"calendar?year=2027&area={EAST}").split("year-key")[1][:9000]
    )
    count(book, is_dry=True)
    publish(desk, book)
    gone = draft_of(send(desk, "calendar/days/drop", day=[f"2027-08-09|{EAST}"]))
    assert ("2027-08-09", EAST) not in days(gone)
    assert len(days(gone)) == 3


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"first": ""}, "请填写开始日期"),
        ({"first": "2027-02-30"}, "请填写开始日期"),
        ({"last": "2027-08-01"}, "早于开始日期"),
        ({"last": "2027-12-31"}, "一次最多 62 天"),
        ({"state": ""}, "请选择上班或休息"),
        ({"name": " "}, "名称不能为空"),
        ({"name": "长" * 65}, "最多 64 字"),
        ({"first": "9999-12-31"}, "2000 至 2100 年之内"),
        ({"first": "2098-01-05"}, "不在工作日历"),
        ({"area": "990199"}, "没有区划 990199"),
        ({"area": "东湖"}, "区划代码须是"),
        ({"hours": "8:30"}, "请写成 08:30-12:00"),
        ({"hours": "08:30-12:00"}, "休息日不能有办公时间"),
        ({"state": "work", "hours": "12:00-08:30"}, "互不重叠"),
        ({"reason": ""}, "请写明调整理由"),
        ({"first": "2027-06-01", "last": "2027-06-30"}, "2027年06月没有一个工作日"),
    ],
)
def test_a_day_that_cannot_be(desk: FlaskClient, form: dict[str, str], words: str) -> None:
    usual = {"first": "2027-08-09", "state": "rest", "name": "台风停工"}
    said = refused(send(desk, "calendar/days", **{**usual, **form}), words)
    assert "您填写的内容都在" in said
    assert not shelf.drafts()


def test_a_day_that_changes_nothing_needs_no_draft(desk: FlaskClient) -> None:
    refused(send(desk, "calendar/days/drop"), "请勾选要删除的日子")
    refused(send(desk, "calendar/days/drop", day=["2027-08-09|"]), "没有差别")


def test_a_feed_is_looked_at_before_it_is_drafted(desk: FlaskClient) -> None:
    """Recurrence and time zone are understood; what is odd is said; nothing holds yet."""
    answer = upload(desk, "calendar/file", FEED.encode(), "holidays.ics")
    said = read(answer)
    assert answer.status_code == 200
    assert "还没有采用" in said
    assert "建市纪念日" in said
    assert f"{NEXT + 1}-09-18" in said, "it comes every year, twice"
    assert "08:30-12:00" in said, "the afternoon is closed"
    assert not shelf.drafts()
    table = said.split('<textarea class="d-none"')[1].split(">\n", 1)[1].split("</textarea>")[0]
    book = draft_of(send(desk, "calendar/file/adopt", table=table, mode="merge"))
    assert set(days(book)) >= {(f"{NEXT}-09-18", ""), (f"{NEXT}-01-05", "")}


def test_a_file_replaces_or_is_merged(desk: FlaskClient) -> None:
    form = {"first": "2027-08-09", "state": "rest", "name": "台风停工"}
    book = draft_of(send(desk, "calendar/days", **form))
    table = "日期,是否上班,名称\n2027-02-13,是,春节补班\n"
    merged = draft_of(send(desk, "calendar/file/adopt", table=table, mode="merge", draft=book))
    assert len(days(merged)) == 2
    replaced = send(desk, "calendar/file/adopt", table=table, mode="replace", draft=merged)
    assert list(days(draft_of(replaced))) == [("2027-02-13", "")]


def test_what_was_handed_out_comes_back_the_same(desk: FlaskClient) -> None:
    form = {"first": "2027-08-09", "state": "work", "name": "=半日", "hours": "08:30-12:00"}
    book = draft_of(send(desk, "calendar/days", **form, area=EAST, source="通知"))
    for kind, name in (("ical", "calendar.ics"), ("csv", "calendar.csv")):
        given = desk.get(f"/admin/calendar/export?format={kind}&draft={book}")
        assert given.status_code == 200
        assert name in given.headers["Content-Disposition"]
        [entry] = sla.read_calendar(given.data, name=name).entries
        assert (entry.name, entry.area, entry.source) == ("=半日", EAST, "通知")


CSV = "日期,是否上班,名称,区划代码\n"
BAD_FILES = [
    (b"", "a.csv", "请选择"),
    (b"", "a.ics", "文件是空的"),
    (
        (CSV + "2027-02-30,否,春节,\n2027-02-11,也许,春节,\n").encode("gbk"),
        "a.csv",
        "有 2 处问题",
    ),
    ((CSV + "2027-02-12,否,春节,110101\n").encode(), "a.csv", "本市没有区划 110101"),
    ((CSV + "2027-02-12,否,春节,\n2027-02-12,是,补班,\n").encode(), "a.csv", "矛盾"),
    (b"PK\x03\x04", "a.xlsx", "另存为"),
    ((CSV + "x" * (6 * 1024 * 1024)).encode(), "big.csv", "6.0 MB，最大 5 MB"),
    (b"<html>", "a.ics", "这是网页"),
    ("只是文字".encode(), "a.txt", "既不是 iCal"),
    (b"\xff\xfe\xff\xff\xd8", "a.csv", "编码"),
]


@pytest.mark.parametrize(("body", "name", "words"), BAD_FILES)
def test_a_file_that_cannot_be_taken_is_told_line_by_line(
    desk: FlaskClient, body: bytes, name: str, words: str
) -> None:
    given = "" if words == "请选择" else name
    refused(upload(desk, "calendar/file", body, given), words)
    assert not shelf.drafts()


def test_a_gbk_table_is_read(desk: FlaskClient) -> None:
    body = (CSV + "2027/2/13,是,春节补班,\n").encode("gbk")
    assert "春节补班" in read(upload(desk, "calendar/file", body, "日历.csv"))


def test_a_table_changed_on_the_way_is_refused(desk: FlaskClient) -> None:
    refused(send(desk, "calendar/file/adopt", table="乱七八糟", mode="merge"), "列")


def test_a_year_is_confirmed_as_published(desk: FlaskClient) -> None:
    book = draft_of(send(desk, "calendar/years", year=str(NEXT), is_confirmed="yes"))
    assert shelf.book(book).document["confirmed_years"] == [NEXT]
    assert f"{NEXT} 年" in page(desk, f"books/{book}")
    count(book, is_dry=True)
    publish(desk, book)
    assert "已由本市确认为公布" in page(desk, f"calendar?year={NEXT}")
    back = draft_of(send(desk, "calendar/years", year=str(NEXT), is_confirmed="no"))
    assert shelf.book(back).document["confirmed_years"] == []
    refused(send(desk, "calendar/years", year="后年", is_confirmed="yes"), "请选择年份")


def test_a_unit_has_summer_hours(desk: FlaskClient) -> None:
    assert "08:30-12:00、14:00-17:30" in page(desk, "hours")
    form = {"unit": "D0101", "windows": "09:00-12:00 13:30-17:30", "source": "区城管局通知"}
    form |= {"first1": "5-1", "last1": "9月30日", "windows1": "8:00-12:00 15:00-18:00"}
    book = draft_of(send(desk, "hours", **form))
    [hours] = shelf.book(book).document["hours"]
    assert hours["seasons"] == [
        {"first": "05-01", "last": "09-30", "windows": [["08:00", "12:00"], ["15:00", "18:00"]]}
    ]
    shown = page(desk, f"hours?draft={book}&unit=D0101")
    assert "5月1日至9月30日：08:00-12:00、15:00-18:00" in shown
    assert 'value="09:00-12:00 13:30-17:30"' in shown
    count(book, is_dry=True)
    publish(desk, book)
    gone = draft_of(send(desk, "hours/drop", unit="D0101"))
    assert shelf.book(gone).document["hours"] == []
    assert shelf.newest_version(RuleSubject.HOURS) == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"windows": ""}, "请填写办公时间"),
        ({"windows": "25:00-26:00"}, "没有 25:00 这个时刻"),
        ({"windows": "14:00-12:00"}, "互不重叠"),
        ({"unit": "D9999"}, "没有编码为 D9999 的承办单位"),
        ({"first1": "5-1"}, "请填写月日"),
        ({"first1": "2-30", "last1": "3-5", "windows1": "8:00-12:00"}, "不是一年中的日期"),
        ({"first1": "5-1", "last1": "9-30"}, "请填写办公时间"),
        ({"reason": ""}, "请写明调整理由"),
    ],
)
def test_hours_that_cannot_be(desk: FlaskClient, form: dict[str, str], words: str) -> None:
    usual = {"unit": "", "windows": "09:00-12:00 13:30-17:30"}
    refused(send(desk, "hours", **{**usual, **form}), words)
    assert not shelf.drafts()


def test_the_pages_are_closed_to_others(app: APIFlask, client: FlaskClient, sign_in: Enter) -> None:
    for login in ("security", "auditor", "knowledge", "supervisor"):
        other = sign_in(app.test_client(), login)
        for address in ("calendar", "hours", "policies", "ladder", "books", "preview"):
            assert other.get(f"/admin/{address}").status_code == 403, (login, address)
        assert send(other, "calendar/days").status_code == 403
