"""Uploaded files (附件) are looked at before anybody stores them: `vet` is the only way in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import puremagic

from integrations.files.documents import check_ole, check_pdf, check_zipped
from integrations.files.images import PICTURES, check_picture
from integrations.files.kinds import KINDS, FileKind, is_program
from integrations.files.names import clean_name, ending
from integrations.files.refusal import FileRefused, RefusalCode
from integrations.files.texts import check_text
from integrations.files.virus import holds_test_virus

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ALLOWED_ENDINGS", "LIMIT_BYTES", "FileRefused", "RefusalCode", "VettedFile", "vet"]

LIMIT_BYTES = 25 * 1024 * 1024
ALLOWED_ENDINGS = tuple(KINDS)
_INSIDE: dict[str, Callable[[bytes, str], None]] = {
    **dict.fromkeys(PICTURES, check_picture),
    "docx": check_zipped,
    "xlsx": check_zipped,
    "doc": check_ole,
    "xls": check_ole,
    "pdf": check_pdf,
}


@dataclass(frozen=True, slots=True)
class VettedFile:
    """A file that passed: cleaned name, media type of its content, SHA-256 in hex, bytes."""

    name: str
    media_type: str
    sha256: str
    size: int


def vet(name: str, content: bytes, *, limit_bytes: int = LIMIT_BYTES) -> VettedFile:
    """Look at an uploaded file; raises FileRefused with a code and a Chinese message.

    Nothing is trusted: the name must be plain, the ending on the list, the content of the kind the
    ending says by our own table and by puremagic, and free of programs, macros and bombs.
    """
    cleaned = clean_name(name)
    extension = ending(cleaned)
    kind = KINDS.get(extension)
    if kind is None:
        allowed = "、".join(ALLOWED_ENDINGS)
        raise FileRefused("not_allowed", f"不接收这种文件，可以上传：{allowed}。")
    if not content:
        raise FileRefused("empty", "文件是空的，请检查后重新上传。")
    if len(content) > limit_bytes:
        raise FileRefused("too_large", f"文件过大，请控制在 {_in_words(limit_bytes)}以内。")
    _check_content(content, extension, kind)
    digest = hashlib.sha256(content).hexdigest()
    return VettedFile(cleaned, kind.media_type, digest, len(content))


def _check_content(content: bytes, extension: str, kind: FileKind) -> None:
    if holds_test_virus(content):
        raise FileRefused("virus", "文件中检测到病毒特征，不能接收。")
    if is_program(content):
        raise FileRefused("executable", "不接收程序或脚本文件。")
    if kind.is_text:
        check_text(content)
        return
    if not (kind.begins_right(content) and _is_agreed(content, kind)):
        raise FileRefused("not_what_it_says", "文件内容与扩展名不符。")
    look_inside = _INSIDE.get(extension)
    if look_inside is not None:
        look_inside(content, extension)


def _is_agreed(content: bytes, kind: FileKind) -> bool:
    """Ask puremagic for a second opinion; it must name the kind unless it cannot know it."""
    try:
        proposed = {match.extension for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        proposed = set()
    return bool(proposed & kind.proposals) or (not proposed and kind.may_be_unknown)


def _in_words(size: int) -> str:
    mebibytes, rest = divmod(size, 1024 * 1024)
    return f" {mebibytes} MB " if mebibytes and not rest else f" {size} 字节"
