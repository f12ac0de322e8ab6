"""New rows written at once, past the unit of work (直接写入): half the cost, where it counts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Insert, Select, bindparam, func, insert, select

from hotline.db.engine import Base, db, next_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NewRow: TypeAlias = tuple[type[Base], dict[str, Any]]
"""A table and what is said of a new row of it, by column."""
_Shape: TypeAlias = tuple[tuple[type[Base], tuple[str, ...]], ...]


def values_of(row: Base) -> dict[str, Any]:
    """What was said of a new object that no session holds, by column."""
    return {name: value for name, value in row.__dict__.items() if name != "_sa_instance_state"}


def insert_rows(*rows: NewRow) -> list[Any]:
    """Write new rows inside the caller's transaction, each after those it refers to.

    Gives their primary keys in order. PostgreSQL gets several rows as one statement: every round
    trip to the database costs as much as writing the row. (Beyond 50 values psycopg reads the
    statement anew each time, so wide rows are better written alone.) Nothing of the rows stays in
    the session, and rows that wait in the session are not written: flush first where these refer
    to them.
    """
    connection = db.session().connection()
    full = [(model, {**_defaults(model), **values}) for model, values in rows]
    if len(full) == 1 or connection.dialect.name != "postgresql":
        written = [connection.execute(_insert_into(model), values) for model, values in full]
        return [result.inserted_primary_key[0] for result in written]  # type: ignore[index]
    shape = tuple((model, tuple(values)) for model, values in full)
    said = {
        _mark(number, name): value
        for number, (_model, values) in enumerate(full)
        for name, value in values.items()
    }
    return list(connection.execute(_together(shape), said).one())


def insert_alike(model: type[Base], rows: Sequence[dict[str, Any]]) -> list[Any]:
    """Write many new rows of one table, numbered by its ``id``; their ids in order.

    Every row must speak of the same columns. PostgreSQL gives the numbers first: the rows then go
    out as one short statement many times, without a word back, where one statement as long as all
    rows would be read anew each time.
    """
    connection = db.session().connection()
    if connection.dialect.name != "postgresql":
        key = next(iter(model.__table__.primary_key))
        statement = _insert_into(model).returning(key, sort_by_parameter_order=True)
        return list(connection.execute(statement, list(rows)).scalars())
    numbers = select(next_id(model)).select_from(func.generate_series(1, len(rows)))
    ids = list(connection.execute(numbers).scalars())
    numbered = [{"id": number, **row} for number, row in zip(ids, rows, strict=True)]
    connection.execute(_insert_into(model), numbered)
    return ids


def _mark(number: int, name: str) -> str:
    return f"{name}_of_{number}"


@cache
def _insert_into(model: type[Base]) -> Insert:
    return insert(model.__table__)  # type: ignore[arg-type]  # every model of ours is one table


@cache
def _defaults(model: type[Base]) -> Mapping[str, Any]:
    """What the model says where nobody else does; lists and dicts have to be given."""
    columns = ((column.name, column.default) for column in model.__table__.c)
    return {name: default.arg for name, default in columns if default and default.is_scalar}


@cache
def _together(shape: _Shape) -> Select[Any]:
    """One statement: each insert stands in the WITH clause, the SELECT hands the keys back.

    PostgreSQL checks foreign keys at the end of a statement, so rows may refer to each other.
    """
    keys = []
    for number, (model, names) in enumerate(shape):
        table = model.__table__
        marked: dict[str, Any] = {name: bindparam(_mark(number, name)) for name in names}
        key = next(iter(table.primary_key))
        row = _insert_into(model).values(marked).returning(key).cte(f"row_{number}")
        keys.append(select(row.c[key.name]).scalar_subquery())
    return select(*keys)
