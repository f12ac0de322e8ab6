"""Personal data at rest: sealed columns and the keyed hash beside them (加密与密钥散列)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import Text, TypeDecorator

from hotline.domain.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

_NONCE = 12
_TAG = 16


@dataclass(frozen=True)
class Keyring:
    """One data key: AES-256-GCM, or SM4-GCM + HMAC-SM3 by the prefix ``sm4:`` (GB/T 39786)."""

    secret: bytes
    is_sm: bool = False

    @classmethod
    def from_text(cls, text: str) -> Keyring:
        """Read ``HOTLINE_DATA_KEY``; any long secret will do, it is stretched by a hash."""
        is_sm = text.startswith("sm4:")
        return cls(hashlib.sha256(text.removeprefix("sm4:").encode()).digest(), is_sm)

    def seal(self, plain: str) -> str:
        """Encrypt; the same text never looks the same twice."""
        nonce = secrets.token_bytes(_NONCE)
        if self.is_sm:
            cipher = Cipher(algorithms.SM4(self.secret[:16]), modes.GCM(nonce)).encryptor()
            body = cipher.update(plain.encode()) + cipher.finalize() + cipher.tag
        else:
            body = AESGCM(self.secret).encrypt(nonce, plain.encode(), None)
        return ("s1." if self.is_sm else "a1.") + base64.b64encode(nonce + body).decode()

    def unseal(self, sealed: str) -> str:
        """Decrypt; a wrong key is told as such, never as an empty name."""
        raw = base64.b64decode(sealed[3:])
        nonce, body = raw[:_NONCE], raw[_NONCE:]
        try:
            if sealed.startswith("s1."):
                mode = modes.GCM(nonce, body[-_TAG:])
                cipher = Cipher(algorithms.SM4(self.secret[:16]), mode).decryptor()
                return (cipher.update(body[:-_TAG]) + cipher.finalize()).decode()
            return AESGCM(self.secret).decrypt(nonce, body, None).decode()
        except InvalidTag as error:
            raise Unavailable("数据密钥与数据库不符，请检查 HOTLINE_DATA_KEY") from error

    def hash(self, value: str) -> str:
        """Keyed hash for exact look-up; without the key it tells nothing."""
        digest = hmac.HMAC(
            b"look-up" + self.secret, hashes.SM3() if self.is_sm else hashes.SHA256()
        )
        digest.update(value.encode())
        return digest.finalize().hex()


def _keyring() -> Keyring:
    keyring: Keyring = current_app.extensions["hotline.keyring"]
    return keyring


def keyed_hash(value: str) -> str:
    """Hash with the key of the running application."""
    return _keyring().hash(value)


class Sealed(TypeDecorator[str]):
    """A text that is encrypted in the database and plain in the program."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - fixed by SQLAlchemy
        """Encrypt on the way in."""
        return None if value is None else _keyring().seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - same
        """Decrypt on the way out."""
        return None if value is None else _keyring().unseal(value)
