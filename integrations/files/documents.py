"""Office files and PDF from inside (文档附件): no macros, no programs, nothing that swells."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO

from integrations.files.kinds import is_program
from integrations.files.refusal import FileRefused
from integrations.files.virus import holds_test_virus

MAX_ENTRIES = 2000
MAX_TOTAL_BYTES = 100 * 1024 * 1024
MAX_RATIO = 100
# Small files may be as repetitive as they like.
RATIO_MATTERS_FROM_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 2
_MAX_DIRECTORY_BYTES = 1024 * 1024
_END_RECORD = struct.Struct("<4s4H2LH")
_CHUNK = 64 * 1024
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_MACRO_PART = re.compile(r"vbaproject|vbadata|activex|macrosheets", re.IGNORECASE)
_PROGRAM_NAME = re.compile(
    r"\.(?:exe|dll|com|scr|msi|bat|cmd|ps1|vb[se]|jse?|wsf|hta|jar|lnk|sh|py|php|html?|svg)$",
    re.IGNORECASE,
)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
_PDF_ACTION = re.compile(rb"/(?:JavaScript|Launch)\b")


def check_zipped(content: bytes, extension: str) -> None:
    """Look at every part of a docx or xlsx; raises FileRefused."""
    names = _check_archive(content, depth=1)
    if "[Content_Types].xml" not in names or _MAIN_PART[extension] not in names:
        raise FileRefused("not_what_it_says", "文件内容与扩展名不符。")


def check_ole(content: bytes, extension: str) -> None:
    """Look at the old binary doc or xls: the right kind, no macros, no packed programs."""
    streams = ("WordDocument",) if extension == "doc" else ("Workbook", "Book")
    if not any(_wide(name) in content for name in streams):
        raise FileRefused("not_what_it_says", "文件内容与扩展名不符。")
    if _wide("_VBA_PROJECT") in content:
        raise FileRefused("macro", "文件中含有宏，请另存为不含宏的文件后上传。")
    _refuse_packed_program(content)


def check_pdf(content: bytes, _extension: str = "pdf") -> None:
    """Refuse a PDF that starts programs or scripts when it is opened."""
    if _PDF_ACTION.search(content):
        raise FileRefused("macro", "PDF 中含有脚本或启动程序的动作，请重新打印为 PDF 后上传。")


def _check_archive(content: bytes, *, depth: int) -> frozenset[str]:
    if depth > MAX_DEPTH:
        raise FileRefused("bomb", "文件中嵌套的压缩层数过多。")
    _check_directory(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_sizes(entries, len(content))
            for entry in entries:
                _check_entry(archive, entry, depth)
    except FileRefused:
        raise
    except _BROKEN as error:
        raise FileRefused("unreadable", "文件已损坏或被加密，无法检查。") from error
    return frozenset(entry.filename for entry in entries)


def _check_directory(content: bytes) -> None:
    """Refuse a huge table of contents before anything reads it."""
    at = content.rfind(b"PK\x05\x06", -(_END_RECORD.size + 0xFFFF))
    if at < 0 or at + _END_RECORD.size > len(content):
        raise FileRefused("unreadable", "文件已损坏，无法检查。")
    _, _, _, _, entries, directory_bytes, _, _ = _END_RECORD.unpack_from(content, at)
    has_second_record = content[max(0, at - 20) : at].startswith(b"PK\x06\x07")
    if entries > MAX_ENTRIES or directory_bytes > _MAX_DIRECTORY_BYTES or has_second_record:
        raise FileRefused("bomb", "文件中的内容条目过多。")


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(entry.file_size for entry in entries)
    is_swollen = total > RATIO_MATTERS_FROM_BYTES and total > packed * MAX_RATIO
    if len(entries) > MAX_ENTRIES or total > MAX_TOTAL_BYTES or is_swollen:
        raise FileRefused("bomb", "文件解压后过大，疑似压缩炸弹。")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, depth: int) -> None:
    name = entry.filename
    if entry.compress_type not in _METHODS or ".." in name.split("/") or name.startswith("/"):
        raise FileRefused("unreadable", "文件内部结构异常，无法检查。")
    if _MACRO_PART.search(name):
        raise FileRefused("macro", "文件中含有宏或控件，请另存为不含宏的文件后上传。")
    part = _unpacked(archive, entry)
    if is_program(part) or _PROGRAM_NAME.search(name):
        raise FileRefused("executable", "文件中夹带了程序，不能接收。")
    if holds_test_virus(part):
        raise FileRefused("virus", "文件中检测到病毒特征，不能接收。")
    if name == "[Content_Types].xml" and b"macroEnabled" in part:
        raise FileRefused("macro", "文件中含有宏，请另存为不含宏的文件后上传。")
    _refuse_packed_program(part)
    if part.startswith(b"PK\x03\x04"):
        _check_archive(part, depth=depth + 1)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # In small pieces: one big read would unpack everything before it looks at the stated size.
    with archive.open(entry) as stream:
        return b"".join(iter(lambda: stream.read(_CHUNK), b""))


def _refuse_packed_program(content: bytes) -> None:
    if _wide("\x01Ole10Native") in content:
        raise FileRefused("executable", "文件中夹带了其他程序或文件包，不能接收。")


def _wide(name: str) -> bytes:
    return name.encode("utf-16-le")
