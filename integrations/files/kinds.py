"""Kinds of files that are taken (附件类型): how each begins, what a second look may say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MP3_FRAME_AT = 1
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_MP4_BRANDS = (b"isom", b"iso", b"mp4", b"avc1", b"M4V", b"MSNV", b"3gp", b"3g2", b"dash")
_M4A_BRANDS = (b"M4A", b"M4B", b"isom", b"iso", b"mp4", b"3gp")
_MOV_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind: its media type, its own beginning, and the endings puremagic may propose for it.

    `may_be_unknown` marks kinds of which puremagic does not know every variant.
    """

    media_type: str
    begins_right: Callable[[bytes], bool]
    proposals: frozenset[str] = frozenset()
    may_be_unknown: bool = False

    @property
    def is_text(self) -> bool:
        """Text has no magic bytes; it is judged by its characters."""
        return self.media_type.startswith("text/")


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda content: content[:4] == b"RIFF" and content[8:12] == form


def _ftyp(brands: tuple[bytes, ...]) -> Callable[[bytes], bool]:
    return lambda content: content[4:8] == b"ftyp" and content[8:12].startswith(brands)


def _bmp(content: bytes) -> bool:
    header = int.from_bytes(content[14:18], "little")
    return content[:2] == b"BM" and header in {12, 40, 52, 56, 64, 108, 124}


def _mp3(content: bytes) -> bool:
    frame = content[:2]
    is_layer_3 = len(frame) > _MP3_FRAME_AT and frame[0] == 0xFF and (frame[1] & 0xE6) == 0xE2  # noqa: PLR2004 - bits of ISO 11172-3
    return content.startswith(b"ID3") or is_layer_3


def _mov(content: bytes) -> bool:
    return _ftyp((b"qt  ",))(content) or content[4:8] in _MOV_ATOMS


def _anything(_content: bytes) -> bool:
    return True


def _proposing(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


_OFFICE = "application/vnd.openxmlformats-officedocument."
_JPEG = FileKind("image/jpeg", _starts(b"\xff\xd8\xff"), _proposing("jpg jpeg jpe jfif"))

KINDS: dict[str, FileKind] = {
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": FileKind("image/png", _starts(b"\x89PNG\r\n\x1a\n"), _proposing("png apng")),
    "gif": FileKind("image/gif", _starts(b"GIF87a", b"GIF89a"), _proposing("gif")),
    "webp": FileKind("image/webp", _riff(b"WEBP"), _proposing("webp")),
    "bmp": FileKind("image/bmp", _bmp, _proposing("bmp dib")),
    "heic": FileKind(
        "image/heic", _ftyp(_HEIC_BRANDS), _proposing("heic heif"), may_be_unknown=True
    ),
    "pdf": FileKind("application/pdf", _starts(b"%PDF-"), _proposing("pdf")),
    "txt": FileKind("text/plain", _anything),
    "csv": FileKind("text/csv", _anything),
    "doc": FileKind("application/msword", _starts(_OLE), _proposing("doc")),
    "docx": FileKind(
        f"{_OFFICE}wordprocessingml.document", _starts(b"PK\x03\x04"), _proposing("docx zip")
    ),
    "xls": FileKind("application/vnd.ms-excel", _starts(_OLE), _proposing("xls doc")),
    "xlsx": FileKind(
        f"{_OFFICE}spreadsheetml.sheet", _starts(b"PK\x03\x04"), _proposing("xlsx zip")
    ),
    "mp3": FileKind("audio/mpeg", _mp3, _proposing("mp3 mpga"), may_be_unknown=True),
    "wav": FileKind("audio/wav", _riff(b"WAVE"), _proposing("wav")),
    "amr": FileKind("audio/amr", _starts(b"#!AMR\n", b"#!AMR-WB\n"), _proposing("amr")),
    "m4a": FileKind(
        "audio/mp4", _ftyp(_M4A_BRANDS), _proposing("m4a mp4 3ga 3gp"), may_be_unknown=True
    ),
    "mp4": FileKind(
        "video/mp4", _ftyp(_MP4_BRANDS), _proposing("mp4 m4v 3ga 3gp 3g2"), may_be_unknown=True
    ),
    "mov": FileKind("video/quicktime", _mov, _proposing("mov"), may_be_unknown=True),
}

_PROGRAM_BEGINNINGS = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"dex\n",
    b"\x00asm",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)
_SCRIPT = re.compile(
    r"\s*(?:#!|<\?php|<!doctype\s+html|<html|<head|<body|<script|<svg|<\?xml|<iframe|@echo\s+off)"
    r"|<script[\s>]|<svg[\s>]|<\?php\s",
    re.IGNORECASE,
)
_LOOKED_AT = 4096


def is_program(content: bytes) -> bool:
    """Say whether the content is a program, whatever it is called."""
    if content.startswith(b"MZ"):
        # Two letters may begin a text; a program's header is full of zero bytes.
        return b"\0" in content[:1024]
    if content.startswith(b"#!"):
        return not content.startswith(b"#!AMR")
    return content.startswith(_PROGRAM_BEGINNINGS)


def is_markup_or_script(text: str) -> bool:
    """Say whether a text is a web page, a drawing with code or a script."""
    head = text[:_LOOKED_AT].lstrip("\ufeff")
    return _SCRIPT.match(head) is not None or _SCRIPT.search(head, 1) is not None
