"""The door for time: RQ jobs, the relay after a commit, the periodic schedule (后台任务)."""

from hotline.jobs.calling import init_app, job, quiet
from hotline.jobs.queues import WORKER_GROUPS, Queue
from hotline.jobs.relaying import relay

__all__ = ["WORKER_GROUPS", "Queue", "init_app", "job", "quiet", "relay"]
