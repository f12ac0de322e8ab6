"""词汇漂移: once a day, how many words of the newest tickets the active model has never learned."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import classifier
import sla
from hotline.db import transaction
from hotline.models import VocabularyLook
from hotline.queries import recent_texts

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.services.shelf import Shelf

DAYS = 7
SAMPLE = 3_000
"""So many texts of each week: the share is known to half a per cent, in two seconds."""
FEWEST_TICKETS = FEWEST_CALLERS = 5
"""A word that so many different callers said tells of a matter, not of a person."""
SHOWN = 30
_ADDRESSED = re.compile(r".{0,2}(先生|女士|小姐|师傅|阿姨|大爷|同志)")


@dataclass(slots=True)
class _Words:
    """What one week said: words in all, unknown ones, and by word in which tickets, by whom."""

    tickets: int = 0
    words: int = 0
    unknown: int = 0
    in_tickets: Counter[str] = field(default_factory=Counter)
    callers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def look(shelf: Shelf, *, at: datetime) -> bool:
    """Write today's look at the words, once a day and model; says whether it was written now.

    Nothing happens without a model. Words of which fewer than FEWEST_CALLERS people spoke are
    counted, but never kept.
    """
    model, on = shelf.classifier(), at.astimezone(sla.LOCAL).date()
    if model is None or recent_texts.has_looked(on, model.model_id):
        return False
    vocabulary = classifier.Vocabulary.of(model)
    week = timedelta(days=DAYS)
    now, before = (_read(vocabulary, end - week, end) for end in (at, at - week))
    with transaction() as session:
        if recent_texts.has_looked(on, model.model_id):
            return False
        session.add(
            VocabularyLook(
                on=on,
                model_id=model.model_id,
                days=DAYS,
                tickets=now.tickets,
                words=now.words,
                unknown=now.unknown,
                tickets_before=before.tickets,
                words_before=before.words,
                unknown_before=before.unknown,
                new_words=_told(now, before),
                looked_at=at,
            )
        )
    return True


def _read(vocabulary: classifier.Vocabulary, since: datetime, until: datetime) -> _Words:
    found = _Words()
    for title, content, citizen_id in recent_texts.texts(since, until, most=SAMPLE):
        words, unknown = vocabulary.unknown(title, content)
        found.tickets += 1
        found.words += words
        found.unknown += unknown.total()
        for word in unknown:
            found.in_tickets[word] += 1
            if citizen_id is not None:
                found.callers[word].add(citizen_id)
    return found


def _told(now: _Words, before: _Words) -> list[list[str | int]]:
    """Frequent unknown words: the word, tickets, callers, and tickets of the week before."""
    rows: list[list[str | int]] = []
    for word, tickets in now.in_tickets.most_common():
        callers = len(now.callers[word])
        if tickets < FEWEST_TICKETS or len(rows) == SHOWN:
            break
        if callers >= FEWEST_CALLERS and not _ADDRESSED.fullmatch(word):
            rows.append([word, tickets, callers, before.in_tickets[word]])
    return rows
