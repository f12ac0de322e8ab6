"""考核指标: every fraction of a small month counted by hand, and what is left out of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest

from hotline.domain.errors import Invalid
from hotline.domain.identity import CITIZEN
from hotline.queries import indicators
from hotline.queries.indicators import Exclusion, Part, Period, Worth
from hotline.queries.indicators.matters import QUERIES
from hotline.services import endings, handling, joining
from hotline.services import indicators as service
from hotline.services.motions import hanging
from tests.conftest import local
from tests.hotline import people
from tests.hotline.people import CHENGGUAN, ZHUJIAN, handler, unit, who
from tests.hotline.queries import indicator_month as march

Made = Callable[..., int]
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
LEFT = {
    "E": Exclusion.WITHDRAWN,
    "F": Exclusion.MERGED,
    "D": Exclusion.HUNG,
}
BY_HAND: dict[str, tuple[str, str, str]] = {
    # 指标: 分子, 分母里其余的, 剔除的；H2 是重办的一轮，J1、J2 是改派前后的两次派单
    "sign_on_time": ("A C D H H2 J2", "B G", "E"),
    "contact_on_time": ("A C D H H2 J", "B G", "E F"),
    "close_on_time": ("A C H H2 J", "B G", "D E F"),
    "overdue": ("B G", "A C H H2 J", "D E F"),
    "closed": ("A B C H J", "G", "D E F"),
    "extended": ("C", "A B H J", "E F"),
    "returned": ("J1", "A B C D G H H2 J2", "E F"),
    "improper_return": ("G", "F J", ""),
    "supervised": ("B C G", "A D H J", "E F"),
    "supervised_closed": ("C", "B G", ""),
    "redone": ("H", "A B C J", "E F"),
    "hung": ("D", "", ""),
}


def figure(code: str, **narrowed: int) -> indicators.Figure:
    at = march.at_the_end()
    return indicators.figure(indicators.definition(code), MARCH, at=at, **narrowed)


def drilled(code: str, part: Part) -> list[int]:
    """Ticket ids behind a part of an indicator, one for each matter."""
    at = march.at_the_end()
    page = indicators.tickets(indicators.definition(code), MARCH, part, at=at)
    return sorted(people.id_of(line.ticket_no) for line in page.lines)


def test_every_saved_definition_has_its_query_and_says_what_it_is() -> None:
    codes = [each.code for each in indicators.definitions()]
    assert codes == list(QUERIES)
    for each in indicators.definitions():
        assert all((each.name, each.numerator, each.base, each.source)), each.code
        assert each.better in ("high", "low", "none")
        assert set(each.exclusions) <= set(each.offers), each.code
        assert bool(each.denominator) is (each.kind is not Worth.COUNT)


def test_a_month_counted_by_hand(a_ticket: Made) -> None:
    month = march.play(a_ticket)

    def ids(names: str) -> list[int]:
        return sorted(month[name[0]] for name in names.split())

    for code, (hits, others, left) in BY_HAND.items():
        found = figure(code)
        assert drilled(code, Part.NUMERATOR) == ids(hits), code
        assert drilled(code, Part.MISSED) == ids(others), code
        assert drilled(code, Part.EXCLUDED) == ids(left), code
        assert found.numerator == len(hits.split()), code
        if found.definition.kind is Worth.RATE:
            assert found.denominator == len(f"{hits} {others}".split()), code
            assert found.value == pytest.approx(found.numerator / found.denominator), code
        assert dict(found.excluded) == {LEFT[name]: 1 for name in left.split()}, code


def test_the_fractions_of_that_month(a_ticket: Made) -> None:
    march.play(a_ticket)
    wanted = {
        "sign_on_time": Fraction(6, 8),
        "contact_on_time": Fraction(6, 8),
        "close_on_time": Fraction(5, 7),
        "overdue": Fraction(2, 7),
        "closed": Fraction(5, 6),
        "extended": Fraction(1, 5),
        "returned": Fraction(1, 9),
        "improper_return": Fraction(1, 3),
        "supervised": Fraction(3, 7),
        "supervised_closed": Fraction(1, 3),
        "redone": Fraction(1, 5),
        "hung": Fraction(1),
        # A 0.5 B 4 C 0.5 D 0.5 H 0.5 H2 1 J2 0.5，七件
        "sign_hours": Fraction(15, 2) / 7,
        # 周一 9:00 起，一天 7 小时：A 22 B 43 C 57 H 22 H2 7 J 22，六件
        "handle_hours": Fraction(173, 6),
    }
    found = indicators.figures(MARCH, at=march.at_the_end())
    assert {one.definition.code: one.value for one in found} == pytest.approx(
        {code: float(value) for code, value in wanted.items()}
    )


def test_units_beside_each_other_make_up_the_whole(a_ticket: Made) -> None:
    march.play(a_ticket)
    found = figure("close_on_time")
    units = {one.code: (one.numerator, one.denominator) for one in found.units}
    assert units == {CHENGGUAN: (2, 4), ZHUJIAN: (3, 3)}
    assert [one.code for one in indicators.by_unit(found)] == [CHENGGUAN, ZHUJIAN]
    assert [one.code for one in indicators.by_unit(figure("overdue"))] == [CHENGGUAN, ZHUJIAN]
    own = figure("close_on_time", unit_id=unit(ZHUJIAN).id)
    assert (own.numerator, own.denominator, own.excluded) == (3, 3, {})


def test_a_hung_ticket_is_left_out_and_the_exclusion_can_be_switched(a_ticket: Made) -> None:
    """挂账单不进按时办结率，件数看得见；口径改了，数字跟着变，留下谁在何时改的（故事十一）。"""
    march.play(a_ticket)
    assert figure("close_on_time").excluded[Exclusion.HUNG] == 1
    at = march.at_the_end()
    service.leave_out("close_on_time", ["withdrawn", "merged"], who("supervisor"), at=at)
    found = figure("close_on_time")
    assert (found.numerator, found.denominator) == (5, 8)
    assert found.kept.exclusions == (Exclusion.MERGED, Exclusion.WITHDRAWN)
    assert (found.kept.changed_by, found.kept.changed_at) == (who("supervisor").name, at)
    assert figure("overdue").excluded[Exclusion.HUNG] == 1, "each indicator has its own"
    service.leave_out("close_on_time", [], who("authority"), at=at)
    assert figure("close_on_time").denominator == 10


def test_paused_time_is_no_working_time_and_no_lateness(a_ticket: Made) -> None:
    """挂账两天：时限顺延两天，按顺延后的时限算按时；平均用时扣去这两天。"""
    morning = march.MORNING
    ticket_id = people.to_handling(a_ticket(at=morning), at=morning)
    hanging.hang(ticket_id, who("authority"), reason="待政策", at=local("2026-03-03 08:30"))
    hanging.resume(ticket_id, who("authority"), reason="已明确", at=local("2026-03-05 08:30"))
    handling.reply(ticket_id, people.REPLY, handler(), at=local("2026-03-11 17:00"))
    assert (figure("close_on_time").numerator, figure("overdue").numerator) == (1, 0)
    # 3 月 2 日 6.5 小时，5、6、9、10 日各 7 小时，11 日 6.5 小时；3、4 日暂停
    assert figure("handle_hours").value == pytest.approx(41.0)


def test_an_appeal_that_was_granted_is_not_assessed(a_ticket: Made) -> None:
    from hotline.db import transaction
    from hotline.domain.terms import Mark
    from hotline.models import Ticket

    morning = march.MORNING
    ticket_id = people.to_unit(a_ticket(at=morning), at=morning)
    assert figure("close_on_time").value == 0
    with transaction() as session:
        session.get_one(Ticket, ticket_id).marks = [Mark.EXCLUDED.value]
    found = figure("close_on_time")
    assert (found.value, found.excluded[Exclusion.UNASSESSED]) == (None, 1)


def test_what_is_not_due_yet_is_not_judged(a_ticket: Made) -> None:
    at = local("2026-03-30 09:00")
    open_id = people.to_unit(a_ticket(at=at), at=at)
    early = people.to_review(a_ticket(at=at), at=at)
    april = Period(date(2026, 4, 1), date(2026, 4, 30))
    found = indicators.figure(indicators.definition("close_on_time"), april, at=at)
    assert (found.numerator, found.denominator) == (1, 1)
    page = indicators.tickets(
        indicators.definition("close_on_time"), april, Part.DENOMINATOR, at=at
    )
    numbers = [line.ticket_no for line in page.lines]
    assert numbers == [people.ticket(early).ticket_no]
    assert people.ticket(open_id).ticket_no not in numbers


def test_the_very_moment_is_on_time_a_minute_later_is_not(a_ticket: Made) -> None:
    morning = march.MORNING
    for minutes in (0, 1):
        ticket_id = people.to_unit(a_ticket(at=morning), at=morning)
        handling.sign(
            ticket_id, handler(), at=local("2026-03-02 11:00") + timedelta(minutes=minutes)
        )
        handling.reply(
            ticket_id,
            people.REPLY,
            handler(),
            at=local("2026-03-09 17:30") + timedelta(minutes=minutes),
        )
    assert figure("sign_on_time").value == 0.5
    assert figure("close_on_time").value == 0.5


def test_one_matter_of_many_people_is_one(a_ticket: Made) -> None:
    """一百人说停水：并单后只有主单计入，其余不在分母里（故事七）。"""
    morning = march.MORNING
    master = people.to_unit(a_ticket(at=morning), at=morning)
    number = people.ticket(master).ticket_no
    for index in range(4):
        child = a_ticket(phone=f"1391234567{index}", at=morning)
        joining.merge(child, number, who("agent"), at=morning)
    handling.sign(master, handler(), at=morning)
    march.answered(master, "2026-03-03 10:00")
    assert (figure("close_on_time").numerator, figure("close_on_time").denominator) == (1, 1)
    assert (figure("closed").numerator, figure("closed").denominator) == (1, 1)


def test_pages_of_a_figure_show_each_matter_once(a_ticket: Made) -> None:
    morning = march.MORNING
    made = [people.to_unit(a_ticket(at=morning), at=morning) for _ in range(33)]
    at, definition = march.at_the_end(), indicators.definition("overdue")
    first = indicators.tickets(definition, MARCH, Part.NUMERATOR, at=at)
    rest = indicators.tickets(definition, MARCH, Part.NUMERATOR, at=at, cursor=first.next_cursor)
    seen = [people.id_of(line.ticket_no) for line in (*first.lines, *rest.lines)]
    assert sorted(seen) == sorted(made)
    assert rest.next_cursor is None
    with pytest.raises(Invalid):
        indicators.tickets(definition, MARCH, Part.NUMERATOR, at=at, cursor="1-x")


def test_nothing_to_judge_is_no_zero(a_ticket: Made) -> None:
    endings.withdraw(a_ticket(at=march.MORNING), CITIZEN, at=march.MORNING)
    found = indicators.figures(MARCH, at=march.at_the_end())
    assert {one.definition.code for one in found if one.value is not None} == {"hung"}


WRONG = [
    ("end before start", date(2026, 3, 2), date(2026, 3, 1), "to"),
    ("more than a year", date(2024, 1, 1), date(2025, 1, 1), "to"),
    ("year one", date(1, 1, 1), date(1, 1, 2), "from"),
    ("year 9999", date(2026, 1, 1), date(9999, 12, 31), "to"),
]


@pytest.mark.parametrize(
    ("first", "last", "field"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_a_period_that_cannot_be_names_its_field(first: date, last: date, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Period.asked(first, last)
    assert set(refused.value.errors) == {field}


def test_a_leap_year_is_the_longest_period_and_has_one_before() -> None:
    whole = Period.asked(date(2024, 1, 1), date(2024, 12, 31))
    assert whole.days == 366
    assert whole.before() == Period(date(2022, 12, 31), date(2023, 12, 31))
    assert MARCH.before() == Period(date(2026, 2, 1), date(2026, 2, 28))
    week = Period.asked(date(2026, 3, 9), date(2026, 3, 15))
    assert week.before() == Period(date(2026, 3, 2), date(2026, 3, 8))
    assert indicators.this_month(march.MORNING) == Period(date(2026, 3, 1), date(2026, 3, 2))
    assert indicators.last_month(march.MORNING) == MARCH.before()
