"""Pictures that would fill the memory (图片炸弹): width and height read from the header alone."""

from __future__ import annotations

import struct

from integrations.files.refusal import FileRefused

MAX_PIXELS = 50_000_000
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN = 0xDA
_OLD_BMP_HEADER = 12


def check_picture(content: bytes, extension: str) -> None:
    """Refuse a picture over 50 megapixels (bomb) or without a readable size (unreadable)."""
    try:
        width, height = _READERS[extension](content)
    except (struct.error, IndexError, ValueError) as error:
        raise FileRefused("unreadable", "图片已损坏，读不出尺寸。") from error
    if width <= 0 or height <= 0:
        raise FileRefused("unreadable", "图片已损坏，读不出尺寸。")
    if width * height > MAX_PIXELS:
        raise FileRefused("bomb", "图片像素过大（超过 5000 万像素），请缩小后上传。")


def _png(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR":
        raise ValueError("no IHDR")
    return _pair(">II", content, 16)


def _gif(content: bytes) -> tuple[int, int]:
    return _pair("<HH", content, 6)


def _bmp(content: bytes) -> tuple[int, int]:
    (header,) = struct.unpack_from("<I", content, 14)
    if header == _OLD_BMP_HEADER:
        return _pair("<HH", content, 18)
    width, height = _pair("<ii", content, 18)
    return width, abs(height)  # a negative height only means top-down


def _jpeg(content: bytes) -> tuple[int, int]:
    at = 2
    while True:
        while content[at] == 0xFF and content[at + 1] == 0xFF:  # noqa: PLR2004 - fill byte
            at += 1
        if content[at] != 0xFF:  # noqa: PLR2004 - every marker begins so
            raise ValueError("no marker")
        marker = content[at + 1]
        if marker in _FRAME_MARKERS:
            height, width = _pair(">HH", content, at + 5)
            return width, height
        if marker == _START_OF_SCAN:
            raise ValueError("no frame before the scan")
        at += 2
        if marker not in _BARE_MARKERS:
            (length,) = struct.unpack_from(">H", content, at)
            at += max(2, length)


def _webp(content: bytes) -> tuple[int, int]:
    form = content[12:16]
    if form == b"VP8X":
        return _three(content, 24) + 1, _three(content, 27) + 1
    if form == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        width, height = _pair("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("unknown form")


def _heic(content: bytes) -> tuple[int, int]:
    # Each stored picture tells its size in an "ispe" box; the largest is the one to fear.
    sizes = []
    at = content.find(b"ispe")
    while at >= 0:
        sizes.append(_pair(">II", content, at + 8))
        at = content.find(b"ispe", at + 4)
    return max(sizes, key=lambda size: size[0] * size[1])


def _pair(layout: str, content: bytes, at: int) -> tuple[int, int]:
    first, second = struct.unpack_from(layout, content, at)
    return int(first), int(second)


def _three(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 3], "little")


_READERS = {
    "jpg": _jpeg,
    "jpeg": _jpeg,
    "png": _png,
    "gif": _gif,
    "webp": _webp,
    "bmp": _bmp,
    "heic": _heic,
}
PICTURES = frozenset(_READERS)
