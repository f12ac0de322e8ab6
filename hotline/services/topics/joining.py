"""热点并单: tickets of one topic are merged into a master, each in its own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.domain.errors import Conflict, IllegalMove, Invalid, NotAllowed
from hotline.domain.lifecycle import TRANSITIONS, Action
from hotline.queries.topics import reading
from hotline.services import joining

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from hotline.domain.identity import Actor
    from hotline.domain.terms import Role

MOST = 50


@dataclass(frozen=True, slots=True)
class Joined:
    """How many tickets were merged, and why the others were not, by number."""

    done: int
    refused: dict[str, str]


def may_merge(role: Role) -> bool:
    """Whether the law lets this role merge at any stage."""
    return any(rule.action is Action.MERGE and role in rule.roles for rule in TRANSITIONS)


def join(
    topic_id: int, ticket_nos: Collection[str], master_no: str, actor: Actor, *, at: datetime
) -> Joined:
    """Merge tickets of a topic into one of it; what cannot be merged is left and told of.

    Raises NotAllowed, and Invalid where nothing or too much was chosen or it is of another topic.
    """
    if not may_merge(actor.role):
        raise NotAllowed(f"{actor.role.label}不能并单，请由分派员、督办员或热线管理机构操作")
    refused: dict[str, str] = {}
    chosen = _chosen(topic_id, ticket_nos, master_no)
    for number, ticket_id in chosen.items():
        try:
            joining.merge(ticket_id, master_no, actor, at=at)
        except Invalid as error:
            refused[number] = "；".join(error.errors.values())
        except (IllegalMove, NotAllowed, Conflict) as error:
            refused[number] = error.message
    return Joined(len(chosen) - len(refused), refused)


def _chosen(topic_id: int, ticket_nos: Collection[str], master_no: str) -> dict[str, int]:
    """What is to be merged, ids by number; all of it and the master are of the topic."""
    wanted = sorted(set(ticket_nos) - {master_no})
    if not wanted:
        raise Invalid("ticket", "请勾选要并入主单的工单")
    if len(wanted) > MOST:
        raise Invalid("ticket", f"一次最多并 {MOST} 件，请分批选择")
    known = reading.ids_of(topic_id, {*wanted, master_no})
    if master_no not in known:
        raise Invalid("master_no", "主单须是这个热点中的工单")
    if any(number not in known for number in wanted):
        raise Invalid("ticket", "勾选的工单不全在这个热点中，请刷新后重选")
    return {number: known[number] for number in wanted}
