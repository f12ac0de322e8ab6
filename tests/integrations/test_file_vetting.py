"""Uploaded files: what is taken, and what is refused with which reason."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

import pytest

from integrations import files
from integrations.files import FileRefused, vet

if TYPE_CHECKING:
    from collections.abc import Callable

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-" + b"TEST-FILE!$H+H*"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def ftyp(brand: bytes) -> bytes:
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"isom" + brand + bytes(99)


def png(width: int = 4, height: int = 4) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(50)


def jpeg(width: int = 4, height: int = 4) -> bytes:
    frame = struct.pack(">HHBHHB", 0xFFC2, 11, 8, height, width, 1)
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(9) + b"\xff\xff" + frame[1:] + bytes(50)


def gif(width: int = 4, height: int = 4) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(50)


def bmp(width: int = 4, height: int = 4) -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHH", 99, 0, 0, 54, 40, width, height, 1, 24) + bytes(60)


def webp(width: int = 4, height: int = 4) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x64\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + size + bytes(60)


def heic(width: int = 4, height: int = 4) -> bytes:
    return ftyp(b"heic") + b"ispe" + bytes(4) + struct.pack(">II", width, height) + bytes(9)


GOOD: dict[str, tuple[bytes, str]] = {
    "现场.jpg": (jpeg(), "image/jpeg"),
    "现场.JPEG": (jpeg(), "image/jpeg"),
    "图.png": (png(), "image/png"),
    "图.gif": (gif(), "image/gif"),
    "图.webp": (webp(), "image/webp"),
    "图.bmp": (bmp(), "image/bmp"),
    "倒.bmp": (bmp(4, -4), "image/bmp"),
    "图.heic": (heic(), "image/heic"),
    "旧图.heic": (ftyp(b"mif1") + b"ispe" + bytes(4) + struct.pack(">II", 9, 9), "image/heic"),
    "合同.pdf": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n%%EOF", "application/pdf"),
    "说明.txt": ("小区停水三天了，请尽快处理。".encode(), "text/plain"),
    "国标.txt": ("小区停水三天了".encode("gb18030"), "text/plain"),
    "宽.txt": ("小区停水".encode("utf-16"), "text/plain"),
    "MZ.txt": ("MZ 路 3 号 <5 米> 处积水".encode(), "text/plain"),
    "表.csv": ("\ufeff日期,事由\n2026-11-22,停水\n".encode(), "text/csv"),
    "表.doc": (OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
    "表.xls": (OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
    "录音.mp3": (b"ID3\x03\0\0\0\0\0\x10" + bytes(60), "audio/mpeg"),
    "裸.mp3": (b"\xff\xfb\x90\x44" + bytes(60), "audio/mpeg"),
    "裸二.mp3": (b"\xff\xf3\x90\x44" + bytes(60), "audio/mpeg"),
    "录音.wav": (b"RIFF\x64\0\0\0WAVEfmt \x10\0\0\0" + bytes(60), "audio/wav"),
    "录音.amr": (b"#!AMR\n" + b"\x3c" * 60, "audio/amr"),
    "宽带.amr": (b"#!AMR-WB\n" + b"\x3c" * 60, "audio/amr"),
    "录音.m4a": (ftyp(b"M4A "), "audio/mp4"),
    "视频.mp4": (ftyp(b"isom"), "video/mp4"),
    "视频二.mp4": (ftyp(b"mp42"), "video/mp4"),
    "视频三.mp4": (ftyp(b"avc1"), "video/mp4"),
    "视频.mov": (ftyp(b"qt  "), "video/quicktime"),
    "旧.mov": (b"\0\0\0\x08wide" + bytes(60), "video/quicktime"),
}


def refused(name: str, content: bytes, **limits: int) -> str:
    with pytest.raises(FileRefused) as caught:
        vet(name, content, **limits)
    assert any("\u4e00" <= sign <= "\u9fff" for sign in caught.value.message)
    return caught.value.code


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_what_it_says_is_taken(name: str) -> None:
    content, media_type = GOOD[name]
    vetted = vet(name, content)
    assert (vetted.name, vetted.media_type, vetted.size) == (name, media_type, len(content))
    assert vetted.sha256 == hashlib.sha256(content).hexdigest()


def test_every_allowed_ending_has_an_example() -> None:
    shown = {name.rpartition(".")[2].lower() for name in GOOD}
    assert shown | {"docx", "xlsx"} == set(files.ALLOWED_ENDINGS)


@pytest.mark.parametrize("name", [name for name in GOOD if not name.endswith((".txt", ".csv"))])
def test_the_same_content_under_another_ending_is_refused(name: str) -> None:
    content = GOOD[name][0]
    other = "图.png" if not name.endswith(".png") else "图.gif"
    assert refused(other, content) == "not_what_it_says"
    assert refused("说明.txt", content) in {"not_what_it_says", "executable"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"MZ\x90\0" + bytes(200), "executable"),
        (b"\x7fELF\x02\x01" + bytes(200), "executable"),
        (b"\xcf\xfa\xed\xfe" + bytes(200), "executable"),
        (b"\xca\xfe\xba\xbe" + bytes(200), "executable"),
        (b"#!/bin/sh\nrm -rf /\n", "executable"),
        (b"L\0\0\0\x01\x14\x02\0" + bytes(200), "executable"),
        (EICAR, "virus"),
        (b"\xef\xbb\xbfhello " + EICAR + b" bye", "virus"),
    ],
)
@pytest.mark.parametrize("name", ["现场.jpg", "说明.txt", "合同.pdf", "录音.amr", "表.docx"])
def test_programs_and_viruses_are_refused_under_any_name(
    name: str, content: bytes, reason: str
) -> None:
    assert refused(name, content) == reason


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>登录</body></html>",
        "\n  <!DOCTYPE html><p>",
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        '<?xml version="1.0"?><svg/>',
        "您好<script src=//x></script>",
        "<?php system($_GET[0]);",
        "@echo off\r\ndel *.*",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_pages_and_scripts_are_refused_as_text(text: str, encoding: str) -> None:
    assert refused("说明.txt", text.encode(encoding)) == "executable"


@pytest.mark.parametrize(
    "name",
    ["a.exe", "a.html", "a.svg", "a.js", "a.zip", "a.jpg.exe", "a.docm", "a.xlsm", "a", "jpg"],
)
def test_an_ending_that_is_not_on_the_list_is_refused(name: str) -> None:
    assert refused(name, jpeg()) == "not_allowed"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "..",
        ".jpg",
        "../现场.jpg",
        "/etc/passwd.jpg",
        "C:\\现场.jpg",
        "a:b.jpg",
        "现\0场.jpg",
        "现\n场.jpg",
        "现\u202egpj.exe.jpg",
        "现\u200b场.jpg",
        "\ud800.jpg",
        "现场.jpg.",
        "现场.jpg ",
        "长" * 200 + ".jpg",
    ],
)
def test_a_name_with_a_path_or_something_invisible_is_refused(name: str) -> None:
    assert refused(name, jpeg()) == "bad_name"


def test_a_decomposed_name_is_composed() -> None:
    assert vet("cafe\u0301.jpg", jpeg()).name == "caf\u00e9.jpg"


@pytest.mark.parametrize("content", [b"abc", bytes(100), bytes(range(256)), b"\x80\x81\x82"])
@pytest.mark.parametrize("name", [name for name in GOOD if not name.startswith("国标")])
def test_noise_is_never_taken(name: str, content: bytes) -> None:
    if content == b"abc" and name.endswith((".txt", ".csv")):
        assert vet(name, content).size == 3
    else:
        assert refused(name, content) == "not_what_it_says"


def test_empty_and_too_large_files_are_refused() -> None:
    content = jpeg()
    assert refused("现场.jpg", b"") == "empty"
    assert vet("现场.jpg", content, limit_bytes=len(content))
    assert refused("现场.jpg", content, limit_bytes=len(content) - 1) == "too_large"
    assert refused("现场.txt", b"a" * (25 * 1024 * 1024 + 1)) == "too_large"


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("图.jpg", jpeg),
        ("图.png", png),
        ("图.gif", gif),
        ("图.bmp", bmp),
        ("图.webp", webp),
        ("图.heic", heic),
    ],
)
def test_a_picture_that_would_fill_the_memory_is_refused(
    name: str, draw: Callable[[int, int], bytes]
) -> None:
    assert vet(name, draw(8000, 6250))
    assert refused(name, draw(8000, 6251)) == "bomb"
    assert refused(name, draw(16000, 16000)) == "bomb"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("图.png", png(0, 4)),
        ("图.png", b"\x89PNG\r\n\x1a\n" + bytes(40)),
        ("图.png", png()[:18]),
        ("图.gif", gif(4, 0)),
        ("图.bmp", bmp(-4, 4)),
        ("图.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
        ("图.jpg", b"\xff\xd8\xff\xda" + bytes(40)),
        ("图.jpg", b"\xff\xd8\xff\xe0\0\0" * 20),
        ("图.webp", b"RIFF\x64\0\0\0WEBPVP9 " + bytes(60)),
        ("图.heic", ftyp(b"heic")),
    ],
)
def test_a_picture_without_a_size_is_refused(name: str, content: bytes) -> None:
    assert refused(name, content) == "unreadable"


def test_the_other_webp_forms_tell_their_size() -> None:
    lossy = b"RIFF\x64\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 16000, 16000) + bytes(40)
    lossless_bits = struct.pack("<I", 15999 | 15999 << 14)
    lossless = b"RIFF\x64\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + lossless_bits + bytes(40)
    assert refused("图.webp", lossy) == "bomb"
    assert refused("图.webp", lossless) == "bomb"
