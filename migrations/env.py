"""Runs migrations with the application's own engine (迁移环境)."""

from contextlib import contextmanager

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db
PLAIN = {
    "UtcDateTime": "sa.DateTime(timezone=True)",
    "Word": "sa.String(length=32)",
    "Sealed": "sa.Text()",
}


def plain_type(kind: str, thing: object, _context: object) -> str | bool:
    """Write our column types as what they are in the database: a migration outlives our code."""
    return PLAIN.get(type(thing).__name__, False) if kind == "type" else False


@contextmanager
def foreign_keys_at_rest(connection):
    """Let SQLite rewrite a table that others refer to, and look afterwards that all still do.

    It changes a column by making the table anew; with foreign keys on, dropping the old one would
    fail. The switch works outside of a transaction only, hence the driver's own connection.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows refer to rows that are gone: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    import hotline.models  # noqa: F401, PLC0415 - the tables must be known to compare

    with database.engine.connect() as connection, foreign_keys_at_rest(connection):
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=plain_type,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
