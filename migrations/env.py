"""Runs migrations with the application's own engine (迁移环境)."""

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


def run() -> None:
    import hotline.models  # noqa: F401, PLC0415 - the tables must be known to compare

    with database.engine.connect() as connection:
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
