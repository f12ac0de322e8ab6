"""热点问题 in the browser's eyes: who sees it, what it says, merging and supervising from it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from hotline.domain.errors import NotAllowed
from hotline.domain.events import Event
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Mark
from hotline.services import handling
from hotline.services.topics import assigning, counting, joining
from tests.hotline import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

AUTHORITY = "authority"
MIXER = [
    "丽景新城旁搅拌站噪声扰民",
    "丽景新城搅拌站扬尘严重",
    "搅拌站挨着丽景新城粉尘污染",
    "丽景新城附近搅拌站夜间噪音",
    "请取缔丽景新城边上的搅拌站",
    "丽景新城搅拌站什么时候搬走",
]


@pytest.fixture
def hot(a_ticket: Callable[..., int]) -> list[int]:
    """A topic of today: six tickets, each by another caller, the first two at a unit."""
    now = datetime.now(UTC)
    ids = []
    for number, title in enumerate(MIXER):
        moment = now - timedelta(hours=10 - number)
        phone = f"139{crc32(title.encode()) % 10**8:08d}"
        text = f"{title}，联系人赵六，电话{phone}。"
        one = a_ticket(title=title, content=text, phone=phone, name="赵六", at=moment)
        ids.append(one)
        (people.to_unit if number < 2 else people.to_dispatch)(one, at=moment)
    while not assigning.go_on(at=now):
        pass
    while not counting.count_some(at=now):
        pass
    return ids


@pytest.fixture
def authority(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> FlaskClient:
    return sign_in(client, AUTHORITY)


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def number_of(ticket_id: int) -> str:
    return people.ticket(ticket_id).ticket_no


def test_the_list_says_how_hot_how_many_and_how_fast(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient], hot: list[int]
) -> None:
    desk = sign_in(client, "supervisor")
    page = read(desk.get("/supervision/topics"))
    assert f"/supervision/topics/{hot[0]}" in page
    assert "东湖区 丽景新城 搅拌站" in page
    assert re.search(r"<b>6</b> 件<span class=\"row-note\">6 人", page)
    assert "新出现" in page
    assert "关注" in page
    assert page.count('class="spark-rest"') == 30
    assert "丽景新城" in read(desk.get("/supervision"))


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        ("", True),
        ("area=990101", True),
        ("area=990102", False),
        ("area=%25", False),
        ("category=02", True),
        ("category=05", False),
        ("days=3", True),
        ("days=999&warned=perhaps", True),
        ("warned=yes", True),
    ],
)
def test_filters_narrow_the_list(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    hot: list[int],
    query: str,
    is_shown: bool,  # noqa: FBT001
) -> None:
    page = read(sign_in(client, "supervisor").get(f"/supervision/topics?{query}"))
    assert (f"/supervision/topics/{hot[0]}" in page) is is_shown
    assert is_shown or "没有符合条件的热点" in page


def test_an_empty_list_explains_itself(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient]
) -> None:
    page = read(sign_in(client, "supervisor").get("/supervision/topics"))
    assert "现在没有热点问题" in page
    assert "5 件以上、3 人以上" in page


def test_the_page_shows_the_formula_with_the_numbers_it_adds_up(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient], hot: list[int]
) -> None:
    page = read(sign_in(client, "supervisor").get(f"/supervision/topics/{hot[0]}"))
    found = re.search(r"热度 <b>([\d.]+)</b> = ([\d. +]+)", page)
    assert found is not None
    assert float(found[1]) == pytest.approx(sum(map(float, found[2].split("+"))), abs=0.3)
    assert "ln(1+6) ÷ ln(1+30)" in page
    for ticket_id in hot:
        assert number_of(ticket_id) in page


@pytest.mark.parametrize("address", ["", "/brief"])
def test_nobody_who_called_is_named(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    hot: list[int],
    address: str,
) -> None:
    page = read(sign_in(client, "supervisor").get(f"/supervision/topics/{hot[0]}{address}"))
    assert "赵六" not in page
    assert not re.search(r"1[3-9]\d{9}", page)


def test_the_brief_can_be_printed_and_circulated(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient], hot: list[int]
) -> None:
    page = read(sign_in(client, AUTHORITY).get(f"/supervision/topics/{hot[0]}/brief"))
    assert "热点专报" in page
    assert "data-print" in page
    assert "近 30 天受理 6 件、6 人反映" in page
    assert "本专报不含诉求人信息" in page


@pytest.mark.parametrize("login", ["agent", "dispatcher", "department", "callback", "admin"])
def test_it_is_closed_to_the_other_desks(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    hot: list[int],
    login: str,
) -> None:
    desk = sign_in(client, login)
    for address in ("", f"/{hot[0]}", f"/{hot[0]}/brief"):
        assert desk.get(f"/supervision/topics{address}").status_code == 403
    for deed in ("merge", "supervise"):
        assert desk.post(f"/supervision/topics/{hot[0]}/{deed}").status_code == 403


@pytest.mark.parametrize("number", [0, 999_999, 2**31, 10**30])
def test_a_topic_that_is_none_is_not_found(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient], number: int
) -> None:
    desk = sign_in(client, "supervisor")
    assert desk.get(f"/supervision/topics/{number}").status_code == 404
    assert desk.post(f"/supervision/topics/{number}/supervise").status_code == 404


def test_wrong_cursors_are_refused(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient], hot: list[int]
) -> None:
    desk = sign_in(client, "supervisor")
    assert desk.get("/supervision/topics?cursor=x").status_code == 422
    assert desk.get(f"/supervision/topics/{hot[0]}?cursor=x").status_code == 422


def test_one_click_opens_a_supervised_matter(
    client: FlaskClient, sign_in: Callable[[FlaskClient, str], FlaskClient], hot: list[int]
) -> None:
    desk, master = sign_in(client, "supervisor"), number_of(hot[0])
    page = read(desk.get(f"/supervision/topics/{hot[0]}"))
    assert f'value="{master}"' in page
    said = {"master_no": master, "reason": "请单位负责人包案"}
    answer = desk.post(f"/supervision/topics/{hot[0]}/supervise", data=said)
    assert answer.status_code == 303
    assert Mark.SUPERVISED in people.ticket(hot[0]).marks
    assert people.entries(hot[0], Event.SUPERVISED)[0].reason == "请单位负责人包案"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": ""}, "请写明督办意见"),
        ({"reason": "字" * 2001}, "最多 2000 字"),
        ({"master_no": "none", "reason": "请办"}, "须是这个热点中的工单"),
        ({"master_no": "", "reason": "请办"}, "须是这个热点中的工单"),
    ],
)
def test_a_supervision_that_cannot_be_comes_back_with_its_words(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    hot: list[int],
    said: dict[str, str],
    words: str,
) -> None:
    desk = sign_in(client, "supervisor")
    form = {"master_no": number_of(hot[0]), **said}
    answer = desk.post(f"/supervision/topics/{hot[0]}/supervise", data=form)
    assert answer.status_code == 422
    assert words in read(answer)
    assert Mark.SUPERVISED not in people.ticket(hot[0]).marks


@pytest.mark.parametrize("login", [AUTHORITY, "supervisor"])
def test_ticked_tickets_are_merged_and_the_others_say_why_not(
    client: FlaskClient,
    sign_in: Callable[[FlaskClient, str], FlaskClient],
    hot: list[int],
    login: str,
) -> None:
    now = datetime.now(UTC)
    handling.sign(hot[1], people.handler(), at=now)
    handling.reply(hot[1], people.REPLY, people.handler(), at=now)
    desk = sign_in(client, login)
    master = number_of(hot[0])
    ticked = [number_of(i) for i in (hot[1], hot[2], hot[3])]
    form = {"master_no": master, "ticket": ticked}
    answer = desk.post(f"/supervision/topics/{hot[0]}/merge", data=form, follow_redirects=True)
    page = read(answer)
    assert f"已将 2 件并入主单 {master}" in page
    assert f"{ticked[0]} 没有并入" in page
    assert people.stage(hot[1]) is Stage.REVIEWING
    assert [people.ticket(i).master_id for i in hot[2:4]] == [hot[0], hot[0]]


@pytest.mark.parametrize(
    ("ticked", "master", "words"),
    [
        ([], 0, "请勾选"),
        ([3], None, "主单须是这个热点中的工单"),
        ([3, None], 0, "不全在这个热点中"),
    ],
)
def test_a_merge_of_nothing_or_of_another_matter_is_refused(
    authority: FlaskClient,
    hot: list[int],
    ticked: list[int | None],
    master: int | None,
    words: str,
) -> None:
    def number(index: int | None) -> str:
        return "202600000" if index is None else number_of(hot[index])

    form = {"master_no": number(master), "ticket": [number(i) for i in ticked]}
    answer = authority.post(f"/supervision/topics/{hot[0]}/merge", data=form)
    assert answer.status_code == 422
    assert words in read(answer)
    assert people.ticket(hot[3]).master_id is None


def test_a_role_that_may_not_merge_is_told_who_may(hot: list[int]) -> None:
    with pytest.raises(NotAllowed, match="督办员或热线管理机构"):
        joining.join(
            hot[0],
            [number_of(hot[3])],
            number_of(hot[0]),
            people.who("callback"),
            at=datetime.now(UTC),
        )
