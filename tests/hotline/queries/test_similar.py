"""Similar tickets (相似工单): by index, by words and place, the caller's own first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from hotline.db import db
from hotline.domain.identity import CITIZEN
from hotline.domain.outcomes import Outcome
from hotline.queries import similar
from hotline.queries.similar import Said
from hotline.services import endings, intake, joining, printing
from tests.hotline.people import look, ticket, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

OUTAGE = {"title": "小区停水", "content": "锦绣苑小区从早上开始停水", "address": "锦绣苑小区"}


def found(at: datetime, content: str, **more: object) -> list[similar.Similar]:
    look()
    return similar.find(Said(content=content, **more), at=at)  # type: ignore[arg-type]


def test_score_words_and_place_speak_for_it(a_ticket: Callable[..., int], at: datetime) -> None:
    there = a_ticket(**OUTAGE)
    printing.fill()
    (hit,) = found(at, "请问锦绣苑怎么没水了", area_code="990101001")
    assert (hit.id, hit.is_same_matter, hit.callers) == (there, True, 1)
    assert {"锦绣", "停水", "同一街道"} <= set(hit.because)


def test_another_estate_and_another_matter_are_not_it(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    a_ticket(**OUTAGE)
    printing.fill()
    for words in ("望江花园从早上开始停水", "锦绣苑小区物业费太高"):
        rows = found(at, words, area_code="990101001")
        assert not any(row.is_same_matter for row in rows), words
    (here,) = found(at, "锦绣苑小区没有水", area_code="990101001")
    (elsewhere,) = found(at, "锦绣苑小区没有水", area_code="990105001")
    assert elsewhere.score < here.score
    assert "不在同一区" in elsewhere.because


def test_points_near_and_far(a_ticket: Callable[..., int], at: datetime) -> None:
    words = {"title": "噪声", "content": "工地半夜打桩，吵得睡不着", "address": ""}
    near = a_ticket(**words, lon=116.397, lat=39.908)
    far = a_ticket(**words, lon=116.47, lat=39.99, phone="13800000001")
    printing.fill()
    rows = found(at, "半夜工地施工打桩太吵", lon=116.398, lat=39.908)
    assert rows[0].id == near
    scores = {row.id: row.score for row in rows}
    assert scores[near] > scores.get(far, 0.0) + 0.3
    assert any("米" in word for word in rows[0].because)


def test_members_are_not_offered_but_counted(a_ticket: Callable[..., int], at: datetime) -> None:
    master, second, third = (a_ticket(**OUTAGE, phone=f"1380000000{n}") for n in range(3))
    printing.fill()
    for member in (second, third):
        joining.merge(member, ticket(master).ticket_no, who("dispatcher"), at=at)
    (hit,) = found(at, "锦绣苑停水")
    assert (hit.id, hit.callers) == (master, 3)


def test_a_callers_own_closed_ticket_is_a_repeat(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    mine = a_ticket(**OUTAGE)
    citizen = ticket(mine).citizen_id
    endings.answer(mine, "管网抢修，下午恢复", who("agent"), at=at)
    (hit,) = found(at + timedelta(days=3), "锦绣苑又停水了", citizen_id=citizen)
    assert (hit.id, hit.outcome, hit.is_same_matter) == (mine, Outcome.DIRECT, False)
    assert found(at + timedelta(days=3), "中山路路灯坏了", citizen_id=citizen) == []
    assert found(at + timedelta(days=31), "锦绣苑又停水了", citizen_id=citizen) == []
    assert found(at + timedelta(days=3), "锦绣苑又停水了") == [], "nobody else's answered ticket"


def test_what_no_worker_has_filed_is_seen_all_the_same(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    there = a_ticket(**OUTAGE)
    assert [row.id for row in found(at, "锦绣苑没有水")] == [there]


def test_supplemented_words_are_filed_anew(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], at: datetime
) -> None:
    there = a_ticket(title="停水", content="家里停水了", address="", area_code=None)
    endings.ask_info(there, "请补充小区名称", who("agent"), at=at)
    printing.fill()
    assert not any(row.is_same_matter for row in found(at, "锦绣苑小区没有水"))
    endings.supplement(there, "锦绣苑小区", CITIZEN, at=at)
    run_jobs()
    (hit,) = found(at, "锦绣苑小区没有水")
    assert (hit.id, hit.is_same_matter) == (there, True)


def test_filling_goes_on_where_it_stopped(
    a_ticket: Callable[..., int], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "BATCH", 2)
    ids = [a_ticket(**OUTAGE) for _ in range(5)]
    gone = a_ticket(**OUTAGE)
    endings.withdraw(gone, CITIZEN, at=at)
    assert [printing.fill() for _ in range(4)] == [2, 2, 1, 0]
    assert {row.id for row in found(at, "锦绣苑停水")} == set(ids)


@pytest.mark.parametrize("text", ["", " ", "😀", "hello world", "的", "停", "字" * 10_000, "\x00"])
def test_any_text_gets_an_answer(a_ticket: Callable[..., int], at: datetime, text: str) -> None:
    a_ticket(**OUTAGE)
    assert isinstance(found(at, text), list)


def test_the_number_of_statements_does_not_grow(a_ticket: Callable[..., int], at: datetime) -> None:
    def statements() -> int:
        asked: list[str] = []
        heard = lambda *said: asked.append(said[2])  # noqa: E731 - one line of a listener
        event.listen(db.engine, "before_cursor_execute", heard)
        found(at, "锦绣苑停水", citizen_id=1)
        event.remove(db.engine, "before_cursor_execute", heard)
        return len(asked)

    a_ticket(**OUTAGE)
    printing.fill()
    few = statements()
    for _ in range(20):
        intake.register(
            intake.Demand(content="锦绣苑小区停水了", phone="13800000009"), CITIZEN, at=at
        )
    printing.fill()
    assert statements() == few


def test_a_citizen_is_told_of_others_but_not_of_whom(
    a_ticket: Callable[..., int], at: datetime
) -> None:
    master = a_ticket(**OUTAGE)
    for number in range(2):
        member = a_ticket(**OUTAGE, phone=f"1380000001{number}")
        joining.merge(member, ticket(master).ticket_no, who("dispatcher"), at=at)
    mine = a_ticket(**OUTAGE, phone="13800000020")
    printing.fill()
    assert similar.others_report(ticket(mine), at=at) == 3
    elsewhere = a_ticket(title="路灯不亮", content="中山路路灯坏了", address="中山路")
    secret = a_ticket(**OUTAGE, phone="13800000021", confidential=True)
    assert similar.others_report(ticket(elsewhere), at=at) == 0
    assert similar.others_report(ticket(secret), at=at) == 0
    assert similar.others_report(ticket(master), at=at) == 1, "the caller not yet merged"
