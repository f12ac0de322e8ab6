"""Every event has its line in ON_EVENT, every queue its worker."""

from __future__ import annotations

from hotline.domain.events import PUBLIC, QUIET, Event
from hotline.jobs.queues import APART, WORKER_GROUPS, Queue
from hotline.jobs.reactions import ON_EVENT


def test_every_event_has_an_entry() -> None:
    missing = set(Event) - set(ON_EVENT)
    assert not missing, f"Add to ON_EVENT in hotline/jobs/reactions.py, if only (): {missing}"


def test_quiet_events_are_those_without_reactions() -> None:
    silent = {event for event, reactions in ON_EVENT.items() if not reactions}
    assert silent == QUIET, (
        "domain.events.QUIET and ON_EVENT differ; an entry of a quiet event is settled when it is "
        f"written, so its reactions would never run: {sorted(silent ^ QUIET)}"
    )


def test_the_public_timeline_shows_no_inside_matter() -> None:
    inside = {Event.UNMASKED, Event.MILESTONE, Event.MOTION_FILED, Event.MOTION_REFUSED}
    assert not PUBLIC & inside, "the citizen must not read of these"


def test_every_queue_has_a_worker() -> None:
    served = {queue for queues in WORKER_GROUPS.values() for queue in queues}
    assert served == set(Queue), f"Nobody works on {set(Queue) - served}; see WORKER_GROUPS"


def test_danger_goes_first_everywhere() -> None:
    line = {name: queues for name, queues in WORKER_GROUPS.items() if name not in APART}
    assert all(queues[0] is Queue.URGENT for queues in line.values())


def test_who_learns_does_nothing_else() -> None:
    apart = [queues for name, queues in WORKER_GROUPS.items() if name in APART]
    assert apart == [(Queue.LEARNING,)], "a training of minutes must keep no ticket waiting"
