"""Several units of one duty in one area: the one that is there and has least to do (择优)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from routing import Directory, Facts, Level, Rule, Standing, Unit, route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AREAS = {"990000": "示范市", "990101": "东湖区"}
FIRST = Unit("D0101", "东湖区城管一大队", "chengguan", Level.DISTRICT, "990101")
SECOND = Unit("D0102", "东湖区城管二大队", "chengguan", Level.DISTRICT, "990101")
DIRECTORY = Directory([FIRST, SECOND], AREAS)
RULE = Rule(id="R1", category="01", lead="duty:chengguan@district")
FACTS = Facts(
    category="010214",
    area="990101",
    kind="complaint",
    urgency="normal",
    text="垃圾没人清运",
    at=datetime(2026, 3, 11, 10, tzinfo=ZoneInfo("Asia/Shanghai")),
)


def test_the_unit_with_fewer_tickets_leads_and_the_reason_says_so() -> None:
    asked: list[Sequence[str]] = []

    def weigh(codes: Sequence[str]) -> Mapping[str, Standing]:
        asked.append(codes)
        return {"D0101": Standing(12), "D0102": Standing(3)}

    decision = route(FACTS, [RULE], DIRECTORY, weigh=weigh)
    assert decision.lead == "D0102"
    assert "东湖区城管二大队在办 3 件、东湖区城管一大队在办 12 件" in decision.reason
    assert "取在办较少的 东湖区城管二大队" in decision.reason
    assert [one.unit_code for one in decision.alternatives] == ["D0101"]
    assert asked == [["D0101", "D0102"]]


def test_whoever_is_there_goes_before_whoever_has_less_to_do() -> None:
    standings = {"D0101": Standing(12), "D0102": Standing(3, is_on_duty=False)}
    decision = route(FACTS, [RULE], DIRECTORY, weigh=lambda _: standings)
    assert decision.lead == "D0101"
    assert "在办 3 件，不在办公时间" in decision.reason
    assert "取在岗的" in decision.reason


def test_equals_are_settled_by_their_code() -> None:
    decision = route(FACTS, [RULE], DIRECTORY, weigh=lambda _: {})
    assert (decision.lead, "取编码在前的" in decision.reason) == ("D0101", True)
    unweighed = route(FACTS, [RULE], DIRECTORY)
    assert (unweighed.lead, "按单位编码先后取" in unweighed.reason) == ("D0101", True)


def test_one_unit_is_not_weighed() -> None:
    def weigh(codes: Sequence[str]) -> Mapping[str, Standing]:
        raise AssertionError(codes)

    alone = Directory([FIRST], AREAS)
    assert route(FACTS, [RULE], alone, weigh=weigh).lead == "D0101"
    named = Rule(id="R1", category="01", lead="D0102")
    assert route(FACTS, [named], DIRECTORY, weigh=weigh).lead == "D0102"


def test_the_successor_takes_over_the_duty_of_an_abolished_unit() -> None:
    from dataclasses import replace

    housing = Unit("D0103", "东湖区住建局", "zhujian", Level.DISTRICT, "990101")
    gone = [replace(FIRST, successor="D0102"), replace(SECOND, successor="D0103")]
    merged = Directory([housing], AREAS, gone)
    decision = route(FACTS, [RULE], merged)
    assert decision.lead == "D0103"
    assert "承接撤并单位的职责" in decision.reason
    by_name = route(FACTS, [Rule(id="R1", category="01", lead="D0101")], merged)
    assert by_name.lead is None, "a rule that names the old unit is not bent in silence"
    assert "已并入 东湖区住建局（D0103）" in by_name.reason
    ring = [replace(FIRST, successor="D0102"), replace(SECOND, successor="D0101")]
    assert Directory([], AREAS, ring).heir("D0101") is None
