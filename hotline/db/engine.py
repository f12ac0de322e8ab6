"""SQLAlchemy set up alike for SQLite and PostgreSQL (引擎)."""

from __future__ import annotations

import sqlite3
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, event, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase

from hotline.db.sealing import Keyring
from hotline.domain.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection, ExceptionContext

    from hotline.config import Settings

_PACKAGED = Path(__file__).parents[1] / "_migrations"
MIGRATIONS = _PACKAGED if _PACKAGED.exists() else Path(__file__).parents[2] / "migrations"
"""In an installed wheel the migrations ride inside the package, else they are top-level."""

writing: ContextVar[bool] = ContextVar("writing", default=False)
"""True inside ``transaction()``: SQLite then takes its write lock at once, not half way."""

_AWAY = ("locked", "full", "unable to open", "readonly", "disk i/o", "malformed")


class Base(DeclarativeBase):
    """Root of all tables; constraint names are fixed so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class _LateMigrate:
    """Stands for Flask-Migrate until a migration is asked for: it costs each process 12 MB."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> object:
        from flask_migrate import Migrate  # noqa: PLC0415 - see above

        Migrate().init_app(self._app, db, directory=str(MIGRATIONS), render_as_batch=True)
        return getattr(self._app.extensions["migrate"], name)


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the application to its database and its keys."""
    app.config["SQLALCHEMY_DATABASE_URI"] = _with_driver(settings.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _options(settings.database_url)
    app.extensions["hotline.keyring"] = Keyring.from_text(settings.data_key)
    db.init_app(app)
    app.extensions["migrate"] = _LateMigrate(app)


def _with_driver(url: str) -> str:
    """Use psycopg 3 for every way a PostgreSQL address is commonly written."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15, "check_same_thread": False}}
    # A worker that waits for ever is worse than one that says 503; 10 s is 200 intakes.
    timeouts = "-c statement_timeout=30000 -c lock_timeout=10000 -c timezone=UTC"
    return {
        "pool_pre_ping": True,
        "pool_size": 4,
        "connect_args": {"connect_timeout": 3, "options": timeouts},
    }


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's object
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # SQLAlchemy says BEGIN, see below
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")


@event.listens_for(Engine, "handle_error")
def _say_unavailable(context: ExceptionContext) -> None:
    """Translate what the database says into words the doors know: 422, or 503 with a retry."""
    error = context.sqlalchemy_exception
    if isinstance(error, DataError):
        raise Invalid("value", "含有不能保存的字符或超出范围的数字，请检查后重试") from error
    if not isinstance(error, OperationalError | InterfaceError):
        return
    words = str(error.orig).lower()
    is_sqlite = isinstance(error.orig, sqlite3.Error)
    if not is_sqlite or any(word in words for word in _AWAY):
        raise Unavailable("数据库暂时不可用，请稍后再试") from error


def next_id(model: type[Base]) -> ColumnElement[int]:
    """The id of a row that must know its own number before it is written, to be selected.

    PostgreSQL takes it from the table's sequence; SQLite is under the write lock already.
    """
    ids = model.__table__.c.id
    if db.session.get_bind().dialect.name == "postgresql":
        return func.nextval(func.pg_get_serial_sequence(ids.table.name, "id"))
    return select(func.coalesce(func.max(ids), 0) + 1).scalar_subquery()
