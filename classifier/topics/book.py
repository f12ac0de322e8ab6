"""The living topics and where the next message belongs (增量聚类): join one, or start one.

Nothing here is random and nothing is remembered elsewhere: the same messages in the same order
give the same topics, however they are cut into batches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from classifier.topics.keys import PLACE, rarities

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

DIGITS = 4
"""Weights are kept so exactly, in memory as in a database: both must decide alike."""
SPARE = 5
DISTRICT = 6
"""Digits of an area code that name the district."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Looseness:
    """How alike is alike enough; measured by `python -m bench topics`.

    ``join``: cosine to a topic. ``evidence``: rarity the shared keys must add up to, so that two
    short everyday sentences do not meet by chance. ``merge``: cosine of two topics that a message
    belongs to both of. ``crowd``: a key more topics hold finds no candidates. ``looked``: so many
    of a message's most telling keys look for them. ``kept``: keys of a message, of a topic.
    """

    join: float = 0.28
    evidence: float = 12.0
    other_place: float = 0.5
    merge: float = 0.3
    crowd: int = 100
    looked: int = 8
    kept_of_message: int = 16
    kept_of_topic: int = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A message to be placed: its number, when it came, its keys (`read_keys`).

    ``area``: the area code of what is at one place; it joins nothing at a place in another
    district. Empty for what concerns the whole city, like a question about an allowance.
    """

    id: int
    at: datetime
    keys: Mapping[str, float]
    area: str = ""


@dataclass(kw_only=True, slots=True)
class Topic:
    """A living topic: named by its first message, the sum of its messages' weighed keys."""

    id: int
    profile: dict[str, float]
    size: int
    first_at: datetime
    last_at: datetime
    areas: dict[str, int] = field(default_factory=dict)

    @property
    def length(self) -> float:
        """Length of the profile as a vector."""
        return math.sqrt(sum(weight * weight for weight in self.profile.values()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where a message went; ``likeness`` 1 where it began the topic.

    ``absorbed``: the younger topic that became one with this by the message, or None.
    """

    message_id: int
    topic_id: int
    likeness: float
    absorbed: int | None = None


class TopicBook:
    """Topics that may be asked for, by their keys; the caller brings those a batch may touch.

    ``held``: how many living topics hold each key of the messages to come, ``alive``: how many
    topics live in all, both also for topics that were not brought.
    """

    def __init__(
        self,
        topics: Iterable[Topic],
        *,
        held: Mapping[str, int],
        alive: int,
        looseness: Looseness | None = None,
    ) -> None:
        self.topics = {topic.id: topic for topic in topics}
        self.touched: set[int] = set()
        self._held = dict(held)
        self._alive = alive
        self._rules = looseness or Looseness()
        self._by_key: dict[str, set[int]] = {}
        self._lengths: dict[int, float] = {}
        for topic in self.topics.values():
            for key in topic.profile.keys() & self._held.keys():
                self._by_key.setdefault(key, set()).add(topic.id)

    def place(self, message: Arrival) -> Placement:
        """Put one message where it belongs, and let two topics become one where it says so."""
        telling, vector = self._vector(message)
        found = self._candidates(telling, vector, message.area)
        absorbed = None
        if not found:
            topic, likeness = _begun(message), 1.0
            self.topics[topic.id] = topic
            self._alive += 1
        else:
            likeness, topic = found[0]
            if len(found) > 1 and _cosine(topic, found[1][1]) >= self._rules.merge:
                topic, absorbed = self._made_one(topic, found[1][1])
        self._add(topic, vector, message)
        return Placement(
            message_id=message.id,
            topic_id=topic.id,
            likeness=round(likeness, DIGITS),
            absorbed=absorbed,
        )

    def _vector(self, message: Arrival) -> tuple[dict[str, float], dict[str, float]]:
        """The strongest keys with their rarity, and the message as a vector of length 1."""
        told = rarities(message.keys, self._held, self._alive)
        kept = _strongest(message.keys, told)[: self._rules.kept_of_message]
        length = math.sqrt(sum(weight * weight for weight, _ in kept)) or 1.0
        telling = {key: told[key] for _, key in kept}
        return telling, {key: round(weight / length, DIGITS) for weight, key in kept}

    def _candidates(
        self, telling: Mapping[str, float], vector: Mapping[str, float], area: str
    ) -> list[tuple[float, Topic]]:
        """The two most alike topics that are alike enough; of equals the older one first."""
        asked: set[int] = set()
        for key in list(vector)[: self._rules.looked]:
            if self._held.get(key, 0) <= self._rules.crowd:
                asked |= self._by_key.get(key, set())
        found = []
        for topic_id in asked:
            topic = self.topics[topic_id]
            if _is_elsewhere(area, topic):
                continue
            shared = [key for key in vector if key in topic.profile]
            if sum(telling[key] for key in shared) < self._rules.evidence:
                continue
            alike = sum(vector[key] * topic.profile[key] for key in shared) / self._length(topic)
            if alike >= self._rules.join and _at_other_places(vector, topic):
                alike *= self._rules.other_place
            if alike >= self._rules.join:
                found.append((alike, topic))
        found.sort(key=lambda pair: (-pair[0], pair[1].id))
        return found[:2]

    def _length(self, topic: Topic) -> float:
        """The length of a topic that is asked for again and again."""
        if topic.id not in self._lengths:
            self._lengths[topic.id] = topic.length
        return self._lengths[topic.id]

    def _made_one(self, one: Topic, other: Topic) -> tuple[Topic, int]:
        """The older of two keeps its number; gives it and the number that is no more."""
        older, younger = (one, other) if one.id < other.id else (other, one)
        self.forget(younger)
        older.size += younger.size
        older.first_at = min(older.first_at, younger.first_at)
        older.last_at = max(older.last_at, younger.last_at)
        for area, count in younger.areas.items():
            older.areas[area] = older.areas.get(area, 0) + count
        self._strengthen(older, younger.profile)
        return older, younger.id

    def _add(self, topic: Topic, vector: Mapping[str, float], message: Arrival) -> None:
        topic.size += 1
        topic.first_at = min(topic.first_at, message.at)
        topic.last_at = max(topic.last_at, message.at)
        if message.area:
            topic.areas[message.area] = topic.areas.get(message.area, 0) + 1
        self._strengthen(topic, vector)
        self.touched.add(topic.id)

    def _strengthen(self, topic: Topic, vector: Mapping[str, float]) -> None:
        """Add keys to the profile and keep the strongest of them."""
        both = {**topic.profile}
        for key, weight in vector.items():
            both[key] = round(both.get(key, 0.0) + weight, DIGITS)
        ranked = sorted(both.items(), key=lambda pair: (-pair[1], pair[0]))
        kept = dict(ranked[: self._rules.kept_of_topic])
        for key in topic.profile.keys() - kept.keys():
            self._let_go(key, topic.id)
        for key in kept.keys() - topic.profile.keys():
            self._by_key.setdefault(key, set()).add(topic.id)
            self._held[key] = self._held.get(key, 0) + 1
        topic.profile = kept
        self._lengths.pop(topic.id, None)

    def forget(self, topic: Topic) -> None:
        """Let a topic go that nobody has spoken of for long; no message joins it any more."""
        for key in topic.profile:
            self._let_go(key, topic.id)
        del self.topics[topic.id]
        self.touched.discard(topic.id)
        self._alive -= 1

    def _let_go(self, key: str, topic_id: int) -> None:
        self._by_key.get(key, set()).discard(topic_id)
        self._held[key] = self._held.get(key, 0) - 1


def looked_up(
    messages: Iterable[Arrival],
    *,
    held: Mapping[str, int],
    alive: int,
    looseness: Looseness | None = None,
) -> set[str]:
    """Keys whose topics a `TopicBook` for these messages must be given.

    Some more of each message than are looked at, and some more crowded ones too: what is rare may
    change a little while the batch is placed.
    """
    rules = looseness or Looseness()
    asked: set[str] = set()
    for message in messages:
        told = rarities(message.keys, held, alive)
        keys = [key for _, key in _strongest(message.keys, told)[: rules.looked + SPARE]]
        asked.update(key for key in keys if held.get(key, 0) <= rules.crowd + SPARE)
    return asked


def _strongest(keys: Mapping[str, float], told: Mapping[str, float]) -> list[tuple[float, str]]:
    weighed = [(keys[key] * told[key], key) for key in keys if told[key] > 0]
    return sorted(weighed, key=lambda pair: (-pair[0], pair[1]))


def _begun(message: Arrival) -> Topic:
    return Topic(id=message.id, profile={}, size=0, first_at=message.at, last_at=message.at)


def _is_elsewhere(area: str, topic: Topic) -> bool:
    """Whether both name a district, and not the same one."""
    district = area[:DISTRICT]
    return bool(district and topic.areas) and not any(
        code.startswith(district) for code in topic.areas
    )


def _at_other_places(vector: Mapping[str, float], topic: Topic) -> bool:
    """Whether both name places, and none in common."""
    named = [key for key in vector if key.startswith(PLACE)]
    if not named or any(key in topic.profile for key in named):
        return False
    return any(key.startswith(PLACE) for key in topic.profile)


def _cosine(one: Topic, other: Topic) -> float:
    shared = sorted(one.profile.keys() & other.profile.keys())
    dot = sum(one.profile[key] * other.profile[key] for key in shared)
    return dot / (one.length * other.length)
