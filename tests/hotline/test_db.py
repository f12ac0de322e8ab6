"""数据库: one transaction, aware times, closed words, sealed columns, alike on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, exc, select, text

from hotline.db import Keyring, db, keyed_hash, transaction
from hotline.db.engine import Base
from hotline.domain.errors import Conflict, Invalid, Unavailable
from hotline.domain.terms import Kind
from hotline.models import Citizen, Heartbeat, Ticket
from hotline.services import pulse
from tests.hotline.people import ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

AT = datetime(2026, 3, 11, 9, 30, 1, 123456, tzinfo=timezone(timedelta(hours=8)))


def beats() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Heartbeat)).all())


# --- 事务 ------------------------------------------------------------------------------------


def test_a_transaction_commits_at_its_end(app: Flask) -> None:
    with transaction() as session:
        session.add(Heartbeat(name="a", at=AT))
    assert beats() == 1


def test_a_transaction_that_fails_leaves_nothing(app: Flask) -> None:
    def fail() -> None:
        with transaction() as session:
            session.add(Heartbeat(name="a", at=AT))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert beats() == 0


def test_transactions_do_not_nest(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="do not nest"), transaction():
        pulse.beat("a", at=AT)
    assert beats() == 0
    pulse.beat("a", at=AT)  # and the failure leaves no trace
    assert beats() == 1


def test_a_unique_rule_is_a_conflict(app: Flask) -> None:
    pulse.beat("a", at=AT)
    with pytest.raises(Conflict), transaction() as session:
        session.add(Heartbeat(name="a", at=AT))


def test_an_old_version_is_a_conflict(a_ticket: Callable[..., int]) -> None:
    ticket_id = a_ticket()

    def overtaken() -> None:
        with transaction() as session:
            row = session.get_one(Ticket, ticket_id)
            session.execute(text("UPDATE ticket SET version = version + 1"))
            row.title = "别的标题"

    with pytest.raises(Conflict, match="刚刚有人处理了"):
        overtaken()
    assert ticket(ticket_id).title == "夜间施工噪声扰民"


def test_what_was_read_before_is_read_again(a_ticket: Callable[..., int], app: Flask) -> None:
    """Decisions rest on what is true now, not on what the page loaded."""
    import threading

    ticket_id = a_ticket()
    seen = ticket(ticket_id)

    def change() -> None:
        with app.app_context():
            with transaction() as session:
                session.get_one(Ticket, ticket_id).title = "新标题"
            db.session.remove()

    thread = threading.Thread(target=change)
    thread.start()
    thread.join()
    with transaction():
        assert seen.title == "新标题"


# --- 列类型 ----------------------------------------------------------------------------------


def test_times_come_back_aware_and_exact(app: Flask) -> None:
    pulse.beat("a", at=AT)
    db.session.expire_all()
    found = pulse.last("a")
    assert found == AT
    assert found is not None
    assert found.tzinfo is not None


def test_a_naive_time_has_no_place(app: Flask) -> None:
    with pytest.raises(exc.StatementError, match="naive"):
        pulse.beat("a", at=datetime(2026, 3, 11))  # noqa: DTZ001 - the mistake itself
    db.session.rollback()


def test_times_compare_across_zones(app: Flask) -> None:
    pulse.beat("a", at=AT)
    query = select(Heartbeat.name).where(Heartbeat.at == AT.astimezone(UTC))
    assert db.session.scalar(query) == "a"


def test_words_come_back_as_members(a_ticket: Callable[..., int]) -> None:
    row = ticket(a_ticket(kind=Kind.REPORT))
    assert row.kind is Kind.REPORT
    assert db.session.execute(text("SELECT kind FROM ticket")).scalar_one() == "report"


def test_a_word_that_is_not_on_the_list_is_refused(app: Flask) -> None:
    with pytest.raises(exc.StatementError, match="order"):
        db.session.scalars(select(Ticket).where(Ticket.kind == "order")).all()
    db.session.rollback()


def test_every_table_has_a_key_and_every_reference_a_name(app: Flask) -> None:
    for table in Base.metadata.sorted_tables:
        assert table.primary_key.columns, table.name
        assert all(key.name for key in table.foreign_key_constraints), table.name


# --- 加密 ------------------------------------------------------------------------------------

rings = st.sampled_from([Keyring.from_text("a key"), Keyring.from_text("sm4:a key")])


@given(ring=rings, plain=st.text(max_size=200))
def test_what_is_sealed_opens_again(ring: Keyring, plain: str) -> None:
    assert ring.unseal(ring.seal(plain)) == plain


@given(ring=rings, plain=st.text(min_size=4, max_size=50))
def test_the_same_text_never_looks_the_same(ring: Keyring, plain: str) -> None:
    one, two = ring.seal(plain), ring.seal(plain)
    assert one != two
    assert plain not in one


@pytest.mark.parametrize("prefix", ["", "sm4:"])
def test_a_wrong_key_is_told_as_such(prefix: str) -> None:
    sealed = Keyring.from_text(prefix + "one").seal("13912345678")
    with pytest.raises(Unavailable, match="HOTLINE_DATA_KEY"):
        Keyring.from_text(prefix + "two").unseal(sealed)


@pytest.mark.parametrize("prefix", ["", "sm4:"])
def test_a_changed_text_does_not_open(prefix: str) -> None:
    ring = Keyring.from_text(prefix + "one")
    sealed = ring.seal("13912345678")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(Unavailable):
        ring.unseal(changed)


def test_the_look_up_hash_needs_the_key() -> None:
    one, two = Keyring.from_text("one"), Keyring.from_text("two")
    sm = Keyring.from_text("sm4:one")
    hashes = {ring.hash("13912345678") for ring in (one, two, sm)}
    assert len(hashes) == 3
    assert one.hash("13912345678") == Keyring.from_text("one").hash("13912345678")


def test_somebody_is_found_by_the_hash_of_their_number(a_ticket: Callable[..., int]) -> None:
    a_ticket()
    query = select(Citizen).where(Citizen.phone_hash == keyed_hash("13912345678"))
    assert db.session.scalars(query).one().name == "张女士"
    assert db.session.scalar(select(Citizen).where(Citizen.phone == "13912345678")) is None


# --- what the database says, in words the doors know ------------------------------------------


def test_characters_the_database_refuses_are_the_senders_mistake(app: Flask) -> None:
    query = select(Ticket.id).where(Ticket.title == "\x00")
    if db.engine.dialect.name == "sqlite":  # it takes NUL; services strip it before
        assert db.session.scalar(query) is None
    else:
        with pytest.raises(Invalid):
            db.session.scalar(query)
    db.session.rollback()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////no/such/folder/hotline.db",
        "postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=1",
    ],
    ids=["sqlite", "postgres"],
)
def test_a_database_that_is_away_is_unavailable(url: str) -> None:
    engine = create_engine(url)
    with pytest.raises(Unavailable):
        engine.connect()
    engine.dispose()
