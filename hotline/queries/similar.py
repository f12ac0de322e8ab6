"""Open tickets that may be the same matter, to be merged into (相似工单): candidates by index.

A ticket is filed under a few dozen keys of its print; the newest tickets of each key of what was
just said are the candidates, and the few that share most are compared in earnest. The work does
not grow with the number of tickets.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, null, select, text

import classifier
from hotline.db import db
from hotline.domain.nearness import Spot, adjusted
from hotline.models import Ticket, TicketPrint
from hotline.queries import fellows
from hotline.queries.worklists import OPEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Executable

    from hotline.domain.lifecycle import Stage
    from hotline.domain.outcomes import Outcome

OF_A_KEY = 24
"""So many of the newest tickets of one key are looked at: a key with more says little."""
COMPARED = 40
SHOWN = 5
OWN = 4
NEWEST, UNFILED = 30, 12
"""Among so many of the newest tickets so many at most may still wait to be filed."""
FROM = 0.3
"""Less likely ones are not shown; from ``classifier.SAME_MATTER`` on merging is recommended."""
SURE = 0.8
"""From here on a citizen is told that others report the same; the machine merges nothing."""
AGAIN = timedelta(days=30)
"""A caller's own tickets closed within this time are shown too: 重复诉求."""
KEYS = 52
_NONE = -1
_COLUMNS = (
    Ticket.id,
    Ticket.ticket_no,
    Ticket.title,
    Ticket.stage,
    Ticket.outcome,
    Ticket.registered_at,
    Ticket.closed_at,
    Ticket.citizen_id,
    Ticket.area_code,
    Ticket.address,
    Ticket.lon,
    Ticket.lat,
)
_PACKED = TicketPrint.packed
_HEAD = func.substr(Ticket.content, 1, 2000)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is read of a ticket to compare it, in the order of `_COLUMNS`, its print or its words.

    A whole ticket would be decrypted and watched by the session, forty times for each question.
    """

    id: int
    ticket_no: str
    title: str
    stage: Stage
    outcome: Outcome | None
    registered_at: datetime
    closed_at: datetime | None
    citizen_id: int | None
    area_code: str | None
    address: str | None
    lon: float | None
    lat: float | None
    packed: bytes | None = None
    head: str = ""

    @property
    def print(self) -> classifier.Fingerprint:
        """As it is filed, or taken from its words where it is not."""
        if self.packed is not None:
            return classifier.unpack(self.packed)
        return classifier.fingerprint(self.title, self.head, self.address or "")


_ONE_KEY = (
    "SELECT * FROM (SELECT key, ticket_id FROM print_key WHERE key = :k{0}"
    " ORDER BY ticket_id DESC LIMIT {1}) AS of_{0}"
)
_FILED = text(" UNION ALL ".join(_ONE_KEY.format(n, OF_A_KEY) for n in range(KEYS)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What was just said, or a ticket: its words and its place; nothing is required."""

    content: str
    title: str = ""
    address: str = ""
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    citizen_id: int | None = None
    besides: int = 0

    @property
    def spot(self) -> Spot:
        """Where it is, as far as it was said."""
        return Spot(self.area_code, self.address, self.lon, self.lat)


@dataclass(frozen=True, slots=True)
class Similar:
    """One ticket that may be the same matter; ``because`` are words and places that say so.

    ``callers``: how many reports it has behind it. ``outcome`` is set for the caller's own ticket
    that is closed already.
    """

    id: int
    ticket_no: str
    title: str
    stage: Stage
    registered_at: datetime
    score: float
    is_same_caller: bool
    because: tuple[str, ...] = ()
    outcome: Outcome | None = None
    callers: int = 1

    @property
    def is_same_matter(self) -> bool:
        """Whether merging is recommended."""
        return self.outcome is None and self.score >= classifier.SAME_MATTER


def of_ticket(ticket: Ticket, *, at: datetime) -> list[Similar]:
    """List what may be the same matter as a ticket, for its page."""
    said = Said(
        content=ticket.content,
        title=ticket.title,
        address=ticket.address or "",
        area_code=ticket.area_code,
        lon=ticket.lon,
        lat=ticket.lat,
        citizen_id=ticket.citizen_id,
        besides=ticket.id,
    )
    return find(said, at=at)


def others_report(ticket: Ticket, *, at: datetime) -> int:
    """How many others report the same open matter, for its own citizen: a number and no more.

    0 unless it is surely the same; what is confidential counts for nobody.
    """
    if ticket.stage not in OPEN or ticket.master_id is not None or ticket.confidential:
        return 0
    alike = [row for row in of_ticket(ticket, at=at) if row.score >= SURE and not row.outcome]
    return max((row.callers for row in alike if not row.is_same_caller), default=0)


def find(said: Said, *, at: datetime) -> list[Similar]:
    """List the caller's own tickets first, then those whose matter and place are alike."""
    taken = classifier.fingerprint(said.title, said.content, said.address)
    own = _own(said, taken, at) if said.citizen_id else []
    known = {row.id for row in own}
    alike = [row for row in _alike(said, taken, at) if row.id not in known]
    return _with_callers((own + alike)[:SHOWN])


def _own(said: Said, taken: classifier.Fingerprint, at: datetime) -> list[Similar]:
    """The caller's open tickets, and those closed of late that speak of the same matter."""
    query = (
        select(*_COLUMNS, _PACKED, _HEAD)
        .outerjoin(TicketPrint, TicketPrint.ticket_id == Ticket.id)
        .where(
            Ticket.citizen_id == said.citizen_id,
            Ticket.id != said.besides,
            Ticket.master_id.is_(None),
        )
        .order_by(Ticket.id.desc())
        .limit(OWN + 2)
    )
    found = []
    for ticket in _read(query):
        is_open = ticket.stage in OPEN
        if not is_open and (ticket.closed_at is None or ticket.closed_at < at - AGAIN):
            continue
        row = _compared(said, taken, ticket, at)
        row = replace(row, is_same_caller=True, outcome=None if is_open else ticket.outcome)
        if is_open or row.score >= classifier.SAME_MATTER:
            found.append(row)
    found.sort(key=lambda row: (row.outcome is not None, -row.score))
    return found[:OWN]


def _alike(said: Said, taken: classifier.Fingerprint, at: datetime) -> list[Similar]:
    if not classifier.index_keys(taken):
        return []
    ids = candidates(taken, besides=said.besides)
    query = (
        select(*_COLUMNS, _PACKED)
        .join(TicketPrint, TicketPrint.ticket_id == Ticket.id)
        .where(Ticket.id.in_(ids), Ticket.stage.in_(list(OPEN)), Ticket.master_id.is_(None))
    )
    found = _read(query) if ids else []
    scored = [_compared(said, taken, told, at) for told in (*found, *_fresh(said.besides))]
    scored.sort(key=lambda row: (-row.score, row.id))
    return [row for row in scored[:SHOWN] if row.score >= FROM]


def _fresh(besides: int) -> list[_Told]:
    """Give the newest tickets that no worker has filed yet: they are compared as they stand."""
    newest = (
        select(Ticket.id, func.coalesce(TicketPrint.ticket_id, 0))
        .outerjoin(TicketPrint, TicketPrint.ticket_id == Ticket.id)
        .order_by(Ticket.id.desc())
        .limit(NEWEST)
    )
    ids = [number for number, filed in db.session.execute(newest) if not filed]
    if not ids:
        return []
    query = (
        select(*_COLUMNS, null(), _HEAD)
        .where(
            Ticket.id.in_(ids),
            Ticket.id != besides,
            Ticket.stage.in_(list(OPEN)),
            Ticket.master_id.is_(None),
        )
        .order_by(Ticket.id.desc())
        .limit(UNFILED)
    )
    return _read(query)


def _read(query: Executable) -> list[_Told]:
    return [_Told(*row) for row in db.session.execute(query)]


def candidates(taken: classifier.Fingerprint, *, besides: int = 0) -> list[int]:
    """Ids of the few tickets that share most keys with a print; a rarely used key weighs more."""
    keys = classifier.index_keys(taken)[:KEYS]
    if not keys:
        return []
    padded = (*keys, *[_NONE] * (KEYS - len(keys)))
    rows = db.session.execute(_FILED, {f"k{n}": key for n, key in enumerate(padded)}).all()
    used = Counter(key for key, _ in rows)
    votes: Counter[int] = Counter()
    for key, ticket_id in rows:
        votes[ticket_id] += 1 / used[key]  # type: ignore[assignment]
    votes.pop(besides, None)
    return [ticket_id for ticket_id, _ in votes.most_common(COMPARED)]


def _compared(said: Said, taken: classifier.Fingerprint, ticket: _Told, at: datetime) -> Similar:
    other = ticket.print
    spot = Spot(ticket.area_code, ticket.address or "", ticket.lon, ticket.lat)
    names_place = bool(taken.places) and bool(other.places)
    score, where = adjusted(
        classifier.likeness(taken, other),
        said.spot,
        spot,
        names_place=names_place,
        age=at - ticket.registered_at,
    )
    words = classifier.shared_words(taken, other)
    return Similar(
        id=ticket.id,
        ticket_no=ticket.ticket_no,
        title=ticket.title,
        stage=ticket.stage,
        registered_at=ticket.registered_at,
        score=round(score, 3),
        is_same_caller=said.citizen_id is not None and ticket.citizen_id == said.citizen_id,
        because=(*where, *words),
    )


def _with_callers(found: Sequence[Similar]) -> list[Similar]:
    counts = fellows.counts(row.id for row in found)
    return [replace(row, callers=counts.get(row.id, 0) + 1) for row in found]
