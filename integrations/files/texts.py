"""Texts and tables of text (文本附件): readable characters in a known encoding, no code."""

from __future__ import annotations

import re

from integrations.files.kinds import is_markup_or_script
from integrations.files.refusal import FileRefused

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_OTHER_DOCUMENTS = ("%PDF-", "{\\rtf", "%!PS")


def check_text(content: bytes) -> None:
    """Refuse what is not text (not_what_it_says) or is a page or script (executable)."""
    text = _decoded(content)
    if text is None or text.startswith(_OTHER_DOCUMENTS) or _NOT_TEXT.search(text):
        raise FileRefused("not_what_it_says", "文件内容不是文本，与扩展名不符。")
    if is_markup_or_script(text):
        raise FileRefused("executable", "不接收网页或脚本文件，请改用纯文本或图片。")


def _decoded(content: bytes) -> str | None:
    # GB 18030 last: it reads nearly everything, UTF-8 hardly anything that is not UTF-8.
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
