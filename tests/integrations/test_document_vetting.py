"""Office files and PDF from inside: macros, programs, bombs and broken archives."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import openpyxl
import pytest

from integrations.files import FileRefused, vet

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = '<Types><Override ContentType="application/xml"/></Types>'
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-" + b"TEST-FILE!$H+H*"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
MEBIBYTE = 1024 * 1024


def zipped(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def docx(**parts: bytes | str) -> bytes:
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": "<w:document/>"} | parts)


@contextmanager
def little_memory() -> Iterator[None]:
    """Fail when what happens inside needs more than two mebibytes."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 2 * MEBIBYTE
    finally:
        tracemalloc.stop()


def refused(name: str, content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        vet(name, content)
    return caught.value.code


def test_true_office_files_are_taken() -> None:
    book = openpyxl.Workbook()
    book.active.append(["停水", 3])
    file = io.BytesIO()
    book.save(file)
    assert vet("表.xlsx", file.getvalue()).media_type.endswith("spreadsheetml.sheet")
    assert vet("信.docx", docx()).media_type.endswith("wordprocessingml.document")
    assert refused("信.docx", file.getvalue()) == "not_what_it_says"
    assert refused("表.xlsx", docx()) == "not_what_it_says"


def test_a_book_inside_a_letter_is_taken_and_looked_into() -> None:
    inner = docx()
    assert vet("信.docx", docx(**{"word/embeddings/book.xlsx": inner}))
    infected = docx(**{"word/media/x.txt": EICAR})
    assert refused("信.docx", docx(**{"word/embeddings/book.xlsx": infected})) == "virus"
    russian = docx(**{"a.docx": docx(**{"b.docx": docx()})})
    assert refused("信.docx", russian) == "bomb"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("word/vbaProject.bin", b"x", "macro"),
        ("word/activeX/activeX1.xml", b"x", "macro"),
        ("xl/macrosheets/sheet1.xml", b"x", "macro"),
        ("word/media/image1.png", b"MZ\x90\0" + bytes(99), "executable"),
        ("word/media/image1.png", b"\x7fELF" + bytes(99), "executable"),
        ("word/media/setup.EXE", b"harmless", "executable"),
        ("word/embeddings/ole.bin", "\x01Ole10Native".encode("utf-16-le"), "executable"),
        ("word/media/note.txt", EICAR, "virus"),
        ("word/../../etc/passwd", b"x", "unreadable"),
        ("/etc/passwd", b"x", "unreadable"),
    ],
)
def test_what_hides_inside_is_found(name: str, content: bytes, reason: str) -> None:
    assert refused("信.docx", docx(**{name: content})) == reason


def test_a_macro_document_renamed_to_docx_is_refused() -> None:
    types = TYPES.replace("xml", "vnd.ms-word.document.macroEnabled.main+xml")
    content = zipped({"[Content_Types].xml": types, "word/document.xml": "<w/>"})
    assert refused("信.docx", content) == "macro"


def test_an_archive_that_is_no_document_is_refused() -> None:
    assert refused("信.docx", zipped({"a.txt": "x"})) == "not_what_it_says"


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    bomb = docx(**{"word/media/zeros": bytes(60 * MEBIBYTE)})
    with little_memory():
        assert refused("信.docx", bomb) == "bomb"


def test_many_small_parts_make_a_bomb_too() -> None:
    swarm = zipped({f"word/{number}": b"" for number in range(2001)})
    assert refused("信.docx", swarm) == "bomb"


def test_a_bomb_that_lies_about_its_size_is_not_unpacked() -> None:
    honest = docx(**{"word/media/zeros": bytes(60 * MEBIBYTE)})
    size = (60 * MEBIBYTE).to_bytes(4, "little")
    lying = honest.replace(size, (64).to_bytes(4, "little"))
    assert lying != honest
    with little_memory():
        assert refused("信.docx", lying) == "unreadable"


def test_repetitive_but_small_files_are_taken() -> None:
    assert vet("信.docx", docx(**{"word/styles.xml": "<w:style/>" * 50_000}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_that_office_does_not_use_are_refused(method: int) -> None:
    parts: dict[str, bytes | str] = {"[Content_Types].xml": TYPES, "word/document.xml": "<w/>"}
    assert refused("信.docx", zipped(parts, method)) == "unreadable"


def test_locked_and_broken_archives_are_refused() -> None:
    content = docx()
    locked = bytearray(content)
    for mark, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.find(mark)
        while at >= 0:
            locked[at + flag_at] |= 1
            at = locked.find(mark, at + 4)
    assert refused("信.docx", bytes(locked)) == "unreadable"
    assert refused("信.docx", content[:-30]) == "unreadable"
    spoilt = content.replace(b"PK\x01\x02", b"PK\x01\x03")
    assert refused("信.docx", spoilt) == "unreadable"


def test_old_binary_files_are_told_apart_and_their_macros_found() -> None:
    letter = OLE + "WordDocument".encode("utf-16-le")
    assert refused("表.xls", letter) == "not_what_it_says"
    assert refused("信.doc", OLE) == "not_what_it_says"
    assert refused("信.doc", letter + "_VBA_PROJECT".encode("utf-16-le")) == "macro"
    assert refused("信.doc", letter + "\x01Ole10Native".encode("utf-16-le")) == "executable"


@pytest.mark.parametrize("action", [b"/JavaScript (app.alert(1))", b"/S /Launch /F (cmd.exe)"])
def test_a_pdf_that_acts_when_opened_is_refused(action: bytes) -> None:
    assert refused("合同.pdf", b"%PDF-1.7\n1 0 obj << " + action + b" >>\n%%EOF") == "macro"
