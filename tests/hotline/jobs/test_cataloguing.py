"""Dry runs and moves that somebody asked for are found and done, also after a worker died."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.domain.timing import RunState
from hotline.jobs import cataloguing as jobs
from hotline.queries import editions
from hotline.services import catalogue_publishing, merging, routing_trials
from tests.hotline.people import look, ticket, to_unit, who

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("restored")


def test_a_merger_is_tried_and_carried_out_by_jobs(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime.now(UTC)
    moving = [to_unit(a_ticket(at=at), at=at) for _ in range(3)]
    run_jobs()
    number = merging.draft("D0101", "D0102", who("admin"), reason="市编委〔2026〕12号", at=at)
    jobs.sweep_catalogue()
    run_jobs()
    look()
    assert editions.is_tried(number)
    trial = editions.trial(number)
    assert trial is not None
    assert editions.moves(trial.id) == [("D0101", "D0102", 3)]
    catalogue_publishing.publish(number, who("admin"), at=at)
    monkeypatch.setattr(jobs, "MOST_BATCHES", 1)
    monkeypatch.setattr(merging.go_on, "__kwdefaults__", {"limit": 1})
    jobs.sweep_catalogue()
    assert run_jobs() >= 4, "each job does one batch and asks for the next"
    for ticket_id in moving:
        lead = ticket(ticket_id).lead_department
        assert lead is not None
        assert lead.code == "D0102"
    merger = editions.merger(number)
    assert merger is not None
    assert merger.state is RunState.DONE


def test_a_run_that_a_killed_worker_left_is_found_again(
    a_ticket: Callable[..., int], run_jobs: Callable[[], int]
) -> None:
    at = datetime.now(UTC)
    for _ in range(3):
        to_unit(a_ticket(at=at), at=at)
    run_jobs()
    number = merging.draft("D0101", "D0102", who("admin"), reason="市编委〔2026〕12号", at=at)
    trial = editions.trial(number)
    assert trial is not None
    trial_id = trial.id
    assert not routing_trials.go_on(trial_id, at=at, limit=2)
    look()
    assert routing_trials.unfinished(at) == [], "somebody is at it"
    assert routing_trials.unfinished(at + timedelta(seconds=4)) == [trial_id]
    jobs.try_routes(trial_id)
    look()
    found = editions.trial(number)
    assert found is not None
    assert (found.examined, len(editions.moved(trial_id)[0])) == (3, 3)
