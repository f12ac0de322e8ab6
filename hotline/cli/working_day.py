"""A day of a hotline in a minute: citizens file, staff act, citizens rate (模拟一天)."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests

from hotline.cli import clock
from hotline.cli.posting import session_for
from hotline.domain.errors import HotlineError, NotAllowed
from hotline.domain.identity import Actor
from hotline.domain.lifecycle import Stage
from hotline.domain.terms import Channel, Resolved, Role
from hotline.queries import day, registry, tickets
from hotline.services import dispatching, handling, reviewing, seeding
from hotline.services.demo_deeds import DISPATCHER

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.queries.day import Work

CHANNELS = (Channel.WEB, Channel.APP, Channel.PHONE)
UNHAPPY = 0.1
"""So many citizens are not content with the first answer; their tickets go a second round."""
SHORTEST, LONGEST = 0.03, 0.11
"""Pause between two steps of one ticket, as a share of the day."""
SLOW = 12
"""So many times longer takes a slow unit: its lamps turn yellow and red."""
SLOW_UNITS = 4
"""One unit in so many is slow."""
ENDS = (Stage.CLOSED, Stage.ARCHIVED)


@dataclass(slots=True)
class Case:
    """One demand of the day: its text, when somebody looks at it next, whom was called back."""

    text: dict[str, str]
    next_at: float
    contacted: int = 0
    is_slow: bool = False


@dataclass(slots=True)
class Day:
    """Plays one day against a running house; ``seconds`` is how long the day takes.

    ``has_slow_units``: some units are in no hurry, and neither is whoever gets the first demand.
    """

    url: str
    seconds: float
    has_slow_units: bool = False
    luck: random.Random = field(default_factory=random.Random)
    cases: dict[str, Case] = field(default_factory=dict)
    actions: Counter[str] = field(default_factory=Counter)
    stages: dict[str, Stage] = field(default_factory=dict)
    texts: list[dict[str, str]] = field(default_factory=lambda: seeding.rows("tickets.csv"))
    streets: list[tuple[str, str]] = field(
        default_factory=lambda: list(registry.area_names("street").items())
    )
    session: requests.Session = field(init=False)

    def __post_init__(self) -> None:
        self.session = session_for(self.url)

    @property
    def closed(self) -> int:
        """How many of the day's tickets are done."""
        return sum(stage in ENDS for stage in self.stages.values())

    def file_one(self, text: dict[str, str] | None = None) -> bool:
        """A citizen files a demand at the API; False when the house could not take it now."""
        text = text or self.luck.choice(self.texts)
        street, name = self.luck.choice(self.streets)
        body = {
            "title": text["title"],
            "content": text["content"],
            "kind": text["kind"],
            "channel": self.luck.choice(CHANNELS).value,
            "caller": {"phone": f"1380000{self.luck.randrange(10_000):04d}"},  # invented
            "area_code": street,
            "address": f"{name}{text['address']}",
        }
        key = f"day-{self.luck.getrandbits(64):x}"
        try:
            answer = self.session.post(
                f"{self.url}/api/v1/tickets",
                json=body,
                headers={"Idempotency-Key": key},
                timeout=15,
            )
            answer.raise_for_status()
        except requests.RequestException:
            self.actions["file_failed"] += 1
            return False
        is_slow = self.has_slow_units and not self.cases
        self.cases[str(answer.json()["ticket_no"])] = Case(text, self._later(), is_slow=is_slow)
        self.actions["file"] += 1
        return True

    def tick(self) -> None:
        """Everybody looks at the desk once; each ticket whose time has come moves one step."""
        found = day.work(list(self.cases))
        self.stages = {work.ticket_no: work.stage for work in found}
        now = time.monotonic()
        for work in found:
            case = self.cases[work.ticket_no]
            step = _STEPS.get(work.stage)
            if step is None or case.next_at > now:
                continue
            case.next_at = self._later(SLOW if self.has_slow_units and _is_slow(work, case) else 1)
            try:
                step(self, work, case)
            except HotlineError:
                self.actions["faster"] += (
                    1  # a visitor at the pages was faster, or the rule says no
                )

    def _later(self, times: int = 1) -> float:
        return time.monotonic() + times * self.seconds * self.luck.uniform(SHORTEST, LONGEST)

    def _dispatch(self, work: Work, case: Case) -> None:
        """The machine was not sure: the dispatcher takes the catalogue's first choice."""
        at = clock.now()
        ticket = tickets.ticket_for(DISPATCHER, ticket_id=work.ticket_id)
        code = case.text["category"]
        routes = dispatching.routes_for(ticket, [code], at)
        if routes:
            dispatching.dispatch(
                work.ticket_id,
                routes[0]["code"],
                actor=DISPATCHER,
                at=at,
                category_code=code,
                reason="按目录派单",
            )
            self.actions["dispatch"] += 1

    def _sign(self, work: Work, _case: Case) -> None:
        handling.sign(work.ticket_id, _unit(work), at=clock.now())
        self.actions["sign"] += 1

    def _handle(self, work: Work, case: Case) -> None:
        """First the citizen is called, then the reply is written."""
        if case.contacted < work.round:
            handling.contact(
                work.ticket_id, "已电话联系诉求人核实情况", _unit(work), at=clock.now()
            )
            case.contacted = work.round
            self.actions["contact"] += 1
            return
        handling.reply(work.ticket_id, case.text["reply"], _unit(work), at=clock.now())
        self.actions["reply"] += 1

    def _review(self, work: Work, _case: Case) -> None:
        try:
            reviewing.approve(work.ticket_id, DISPATCHER, at=clock.now())
        except NotAllowed:  # praise and most consultations are not called back
            reviewing.conclude(work.ticket_id, DISPATCHER, at=clock.now())
            self.actions["conclude"] += 1
        else:
            self.actions["approve"] += 1

    def _rate(self, work: Work, _case: Case) -> None:
        """The citizen taps the link of the SMS, through the real page."""
        if work.token is None:
            return
        is_unhappy = work.round == 1 and self.luck.random() < UNHAPPY
        form = (
            {"satisfaction": "2", "resolved": Resolved.NO.value, "comment": "问题还没有解决"}
            if is_unhappy
            else {"satisfaction": self.luck.choice("455"), "resolved": Resolved.YES.value}
        )
        try:
            answer = self.session.post(
                f"{self.url}/r/{work.token}", data=form, timeout=15, allow_redirects=False
            )
        except requests.RequestException:
            return
        if answer.status_code < requests.codes.bad_request:
            self.actions["rate_unhappy" if is_unhappy else "rate"] += 1


_STEPS: dict[Stage, Callable[[Day, Work, Case], None]] = {
    Stage.TO_DISPATCH: Day._dispatch,  # noqa: SLF001 - the table of the same class
    Stage.DISPATCHED: Day._sign,  # noqa: SLF001 - same
    Stage.HANDLING: Day._handle,  # noqa: SLF001 - same
    Stage.REVIEWING: Day._review,  # noqa: SLF001 - same
    Stage.CALLBACK: Day._rate,  # noqa: SLF001 - same
}


def _unit(work: Work) -> Actor:
    return Actor(Role.DEPARTMENT, f"{work.unit}经办人", None, work.unit_id)


def _is_slow(work: Work, case: Case) -> bool:
    """Whether the next step of this ticket is up to somebody in no hurry."""
    is_with_unit = work.stage in (Stage.TO_DISPATCH, Stage.DISPATCHED, Stage.HANDLING)
    return is_with_unit and (case.is_slow or (work.unit_id or 1) % SLOW_UNITS == 0)
