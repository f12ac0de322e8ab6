"""任务调用: JSON and ids only, one job per key; a house without Redis still takes tickets in."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
import redis as client
from rq.job import Job
from rq.serializers import JSONSerializer

from hotline.domain.errors import Conflict, IllegalMove, Transient
from hotline.domain.lifecycle import Action, Stage
from hotline.jobs import calling, quiet, sweep, worker
from hotline.jobs.calling import enqueue, job, rq_queue
from hotline.jobs.queues import Queue
from hotline.jobs.reactions import react
from tests.hotline.people import entries, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apiflask import APIFlask

SURE = "小区楼下建筑工地夜间施工噪音扰民，半夜两点还在打桩"
GAS = "楼道里有很浓的煤气味"
ran: list[int] = []


@job(Queue.DEFAULT)
def count_up(number: int) -> None:
    ran.append(number)


def test_a_race_is_run_again_at_once(app: APIFlask) -> None:
    tries: list[int] = []

    @job(Queue.DEFAULT)
    def slow(number: int) -> None:
        tries.append(number)
        if len(tries) < 3:
            raise Conflict("刚刚有人处理了这张工单")

    slow(1)
    assert tries == [1, 1, 1]


def test_what_stays_broken_is_told_after_three_tries(app: APIFlask) -> None:
    tries: list[int] = []

    @job(Queue.DEFAULT)
    def broken(number: int) -> None:
        tries.append(number)
        raise Transient("数据库暂时不可用")

    with pytest.raises(Transient):
        broken(1)
    assert len(tries) == calling.TRIES


def test_a_refusal_by_rule_is_the_end_of_it(app: APIFlask) -> None:
    tries: list[int] = []

    @job(Queue.DEFAULT)
    def refused(number: int) -> None:
        tries.append(number)
        raise IllegalMove(Stage.CLOSED, Action.SIGN, "工单已办结")

    refused(1)
    assert tries == [1]


def test_while_history_is_written_nothing_is_asked_for(a_ticket: Callable[..., int]) -> None:
    with quiet():
        a_ticket()
    assert calling.line().waiting == []
    a_ticket()
    assert len(calling.line().waiting) == 1


# --- without Redis ---------------------------------------------------------------------------


@pytest.fixture
def use_redis(app: APIFlask) -> Iterator[Callable[[str], None]]:
    """Point the house at a Redis by its address, until the test is over."""
    before = calling.line()

    def use(url: str) -> None:
        calling.init_app(app, url)

    yield use
    calling._line = before  # noqa: SLF001 - the way back to inline jobs
    app.extensions["hotline.queue"] = before


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_house_without_redis_still_takes_tickets_in(
    a_ticket: Callable[..., int], use_redis: Callable[[str], None], run_jobs: Callable[[], int]
) -> None:
    use_redis(f"redis://127.0.0.1:{closed_port()}/0")
    assert not calling.line().ping()
    begun = time.monotonic()
    ticket_id = a_ticket()
    assert time.monotonic() - begun < 5
    (entry,) = entries(ticket_id)
    assert entry.settled_at is None  # the sweep will find it
    assert not enqueue(count_up, 1, key="n-1")


def test_a_socket_that_is_not_there(
    a_ticket: Callable[..., int], use_redis: Callable[[str], None]
) -> None:
    use_redis("unix:///nowhere/redis.sock")
    assert stage(a_ticket()) is Stage.REGISTERED


# --- with a real Redis -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from hotline.cli.embedded import binary

    server = binary()
    if server is None:
        pytest.skip("no Redis-protocol server on this machine")
    place = tmp_path_factory.mktemp("r") / "r.sock"
    process = subprocess.Popen(
        [server, "--port", "0", "--unixsocket", str(place), "--save", "", "--loglevel", "warning"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=place.parent,
    )
    connection = client.Redis.from_url(f"unix://{place}")
    for _ in range(100):
        try:
            connection.ping()
            break
        except client.RedisError:
            time.sleep(0.05)
    yield f"unix://{place}"
    connection.close()
    process.terminate()
    process.wait()


@pytest.fixture
def redis(redis_url: str, use_redis: Callable[[str], None]) -> Iterator[client.Redis]:
    use_redis(redis_url)
    connection = calling.line().connection
    assert connection is not None
    connection.flushall()
    yield connection
    connection.close()


@pytest.mark.redis
def test_jobs_are_json_with_ids_only(a_ticket: Callable[..., int], redis: client.Redis) -> None:
    (entry,) = entries(a_ticket(content="我的电话是13912345678，路灯坏了"))
    stored = redis.hgetall(f"rq:job:react-{entry.id}")
    assert stored
    waiting = Job.fetch(f"react-{entry.id}", connection=redis, serializer=JSONSerializer)
    assert list(waiting.args) == [entry.id]
    everything = b" ".join(redis.dump(key) or b"" for key in redis.keys("*"))
    assert b"13912345678" not in everything
    assert "路灯".encode() not in everything
    assert json.dumps([entry.id]) in str(waiting.data)


@pytest.mark.redis
def test_one_job_per_key(app: APIFlask, redis: client.Redis) -> None:
    for _ in range(3):
        assert enqueue(count_up, 7, key="n-7")
    assert rq_queue(Queue.DEFAULT).count == 1


@pytest.mark.redis
def test_danger_stands_in_the_urgent_line(
    a_ticket: Callable[..., int], redis: client.Redis
) -> None:
    a_ticket(content=GAS)
    a_ticket()
    assert (rq_queue(Queue.URGENT).count, rq_queue(Queue.DEFAULT).count) == (1, 1)


@pytest.mark.redis
def test_a_worker_carries_a_ticket_to_its_unit(
    a_ticket: Callable[..., int], model: str, redis: client.Redis
) -> None:
    ticket_id = a_ticket(content=SURE)
    worker.run("front", burst=True)
    assert stage(ticket_id) is Stage.DISPATCHED
    assert rq_queue(Queue.DEFAULT).count == 0


@pytest.mark.redis
def test_flushall_in_the_middle_loses_nothing(
    a_ticket: Callable[..., int], model: str, redis: client.Redis
) -> None:
    """Redis is disposable: what was queued is found in the database again."""
    from datetime import UTC, datetime

    from hotline.services import relay

    ticket_id = a_ticket(content=SURE)  # in March: long past its grace by now
    redis.flushall()
    assert relay.unsettled(datetime.now(UTC))
    sweep.sweep_entries()
    worker.run("front", burst=True)
    assert stage(ticket_id) is Stage.DISPATCHED


@pytest.mark.redis
def test_what_still_waits_in_line_is_not_asked_for_twice(
    a_ticket: Callable[..., int], redis: client.Redis
) -> None:
    a_ticket()
    sweep.sweep_entries()
    assert rq_queue(Queue.DEFAULT).count == 1


@pytest.mark.redis
def test_a_key_may_be_used_again_when_its_job_is_done(app: APIFlask, redis: client.Redis) -> None:
    ran.clear()
    for number in (1, 2):
        assert enqueue(react, 999_999, key="again")
        assert rq_queue(Queue.DEFAULT).count == 1, number
        worker.run("front", burst=True)
