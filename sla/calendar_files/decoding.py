"""From the bytes of a calendar file to its text, whatever program saved it (编码识别)."""

from __future__ import annotations

import codecs

from sla.calendar_files.errors import CalendarFileError

SIZE_LIMIT = 5 * 1024 * 1024
_FOREIGN = {
    b"PK\x03\x04": "这是 Excel 工作簿，请另存为“CSV UTF-8（逗号分隔）”再导入",
    b"\xd0\xcf\x11\xe0": "这是旧版 Excel 工作簿，请另存为“CSV UTF-8（逗号分隔）”再导入",
    b"%PDF": "这是 PDF 文件，请导入 iCal 或 CSV",
    b"<": "这是网页而不是日历，下载地址可能有误，请导入 iCal 或 CSV",
}
_MARKED = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def text_of(data: bytes) -> str:
    """Text in UTF-8, UTF-16 with its mark, or GBK. Raises CalendarFileError otherwise."""
    if len(data) > SIZE_LIMIT:
        raise CalendarFileError(
            f"文件有 {len(data) / 1024 / 1024:.1f} MB，最大 {SIZE_LIMIT // 1024 // 1024} MB"
        )
    for start, reason in _FOREIGN.items():
        if data.lstrip().startswith(start):
            raise CalendarFileError(reason)
    text = _decoded(data)
    if not text.strip():
        raise CalendarFileError("文件是空的")
    if "\0" in text:
        raise CalendarFileError("文件含有空字符，不是文本，或是没有标记的 UTF-16；请另存为 UTF-8")
    return text


def _decoded(data: bytes) -> str:
    marked = [name for mark, name in _MARKED.items() if data.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CalendarFileError("文件的编码不是 UTF-8、UTF-16 或 GBK，请另存为 UTF-8")
