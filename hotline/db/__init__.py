"""The database floor: one SQLAlchemy, one transaction, sealed columns (数据库)."""

from hotline.db.engine import MIGRATIONS, Base, db, init_app, next_id
from hotline.db.rows import NewRow, insert_alike, insert_rows, values_of
from hotline.db.sealing import Keyring, Sealed, keyed_hash
from hotline.db.transaction import after_commit, note_entry, transaction
from hotline.db.types import UtcDateTime, Word

__all__ = [
    "MIGRATIONS",
    "Base",
    "Keyring",
    "NewRow",
    "Sealed",
    "UtcDateTime",
    "Word",
    "after_commit",
    "db",
    "init_app",
    "insert_alike",
    "insert_rows",
    "keyed_hash",
    "next_id",
    "note_entry",
    "transaction",
    "values_of",
]
