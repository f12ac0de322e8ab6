"""督办: urging and supervising, one or many, all or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.domain.errors import Invalid, NotAllowed, NotFound
from hotline.domain.events import Event
from hotline.domain.identity import CITIZEN
from hotline.domain.terms import Mark
from hotline.services import endings, supervision
from tests.hotline.people import entries, events, handler, ticket, to_unit, together, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask


def test_urging_leaves_mark_and_words(a_ticket: Callable[..., int], at: datetime) -> None:
    ticket_id = to_unit(a_ticket(), at=at)
    assert supervision.urge([ticket_id], who("agent"), reason="市民又来电", at=at) == 1
    supervision.urge([ticket_id], who("agent"), reason="第二次", at=at)
    assert ticket(ticket_id).marks == [Mark.URGED]
    assert [entry.reason for entry in entries(ticket_id, Event.URGED)] == ["市民又来电", "第二次"]


def test_many_at_once_or_none(a_ticket: Callable[..., int], at: datetime) -> None:
    good, done = to_unit(a_ticket(), at=at), a_ticket()
    endings.withdraw(done, CITIZEN, at=at)
    with pytest.raises(NotAllowed, match="无需催办"):
        supervision.urge([good, done], who("supervisor"), reason="请抓紧", at=at)
    with pytest.raises(NotFound):
        supervision.urge([good, 999_999], who("supervisor"), reason="请抓紧", at=at)
    assert Event.URGED not in events(good)
    assert ticket(good).marks == []


WRONG = [
    ("a unit", lambda ids: (ids, handler()), NotAllowed),
    ("a citizen", lambda ids: (ids, CITIZEN), NotAllowed),
    ("an agent who supervises", lambda ids: (ids, who("agent")), NotAllowed),
    ("nothing chosen", lambda _ids: ([], who("supervisor")), Invalid),
]


@pytest.mark.parametrize(("args", "error"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_not_everybody_supervises(
    a_ticket: Callable[..., int], at: datetime, args: Callable[..., tuple], error: type[Exception]
) -> None:
    ids, actor = args([to_unit(a_ticket(), at=at)])
    with pytest.raises(error):
        supervision.supervise(ids, actor, reason="列入督办", at=at)


def test_without_a_reason_nobody_is_urged(a_ticket: Callable[..., int], at: datetime) -> None:
    with pytest.raises(Invalid):
        supervision.urge([to_unit(a_ticket(), at=at)], who("agent"), reason=" ", at=at)


def test_two_supervisors_with_the_same_list_in_another_order(
    app: Flask, a_ticket: Callable[..., int], at: datetime
) -> None:
    """Neither waits for the other for ever, and no mark is lost."""
    ids = [to_unit(a_ticket(), at=at) for _ in range(8)]
    one, two = who("supervisor"), who("supervisor02")
    for _ in range(3):
        ends = together(
            app,
            [
                lambda: supervision.urge(ids, one, reason="请抓紧", at=at),
                lambda: supervision.supervise(ids[::-1], two, reason="督办", at=at),
            ],
        )
        assert ends == [8, 8]
    assert all(set(ticket(i).marks) == {Mark.URGED, Mark.SUPERVISED} for i in ids)
