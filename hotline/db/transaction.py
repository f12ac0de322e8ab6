"""The only place that commits: one use case, one transaction, then the relay (事务)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from hotline.db.engine import db, writing
from hotline.domain.errors import Conflict, Taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    Fresh = tuple[int, str, bool]
    """Entry id, event, and whether it is about danger to life."""
    Relay = Callable[[list[Fresh]], None]

_relays: list[Relay] = []


def after_commit(relay: Relay) -> None:
    """Register who is told of new timeline entries once they are safe.

    The relay must not raise: whatever it fails to tell is found by the sweep.
    """
    _relays[:] = [relay]


def note_entry(session: Session, entry_id: int, event: str, *, is_critical: bool) -> None:
    """Remember a timeline entry written in this transaction for the relay."""
    session.info.setdefault("entries", []).append((entry_id, event, is_critical))


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one transaction of a use case and commit it at the end.

    Reads that went before are let go first, so that decisions rest on what is true now.
    Raises Conflict when an optimistic version or a unique rule says somebody was faster.
    """
    session = db.session()
    if writing.get():
        raise RuntimeError("transactions do not nest: call the inner function without its own")
    session.rollback()
    session.info["entries"] = []
    token = writing.set(True)
    try:
        yield session
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise Conflict("刚刚有人处理了这张工单，请刷新后再操作") from error
    except IntegrityError as error:
        session.rollback()
        raise Taken("同样的记录已存在，请刷新后再操作") from error
    except BaseException:
        session.rollback()
        raise
    finally:
        writing.reset(token)
    entries = session.info.pop("entries", [])
    if entries:
        for relay in _relays:
            relay(entries)
