"""Names of uploaded files (附件名): no path, nothing invisible, an ending that is allowed."""

from __future__ import annotations

import unicodedata

from integrations.files.refusal import FileRefused

LONGEST_NAME = 120
_FORBIDDEN = frozenset('/\\:*?"<>|')
# Control, format (they can turn "gpj.exe" round), surrogate, private, unassigned, line ends.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_name(name: str) -> str:
    """Return the name in composed Unicode form; raises FileRefused (bad_name)."""
    cleaned = unicodedata.normalize("NFC", name)
    if not cleaned.strip(" ."):
        raise FileRefused("bad_name", "文件没有名称，请重新命名后上传。")
    if len(cleaned) > LONGEST_NAME:
        raise FileRefused("bad_name", f"文件名过长，请改到 {LONGEST_NAME} 个字以内。")
    if any(sign in _FORBIDDEN for sign in cleaned):
        raise FileRefused("bad_name", "文件名中不能有斜杠、冒号等路径符号，请重新命名后上传。")
    if any(unicodedata.category(sign) in _INVISIBLE for sign in cleaned):
        raise FileRefused("bad_name", "文件名中有不可见的控制字符，请重新命名后上传。")
    if cleaned[0] in " ." or cleaned[-1] in " .":
        raise FileRefused("bad_name", "文件名不能以点或空格开头或结尾，请重新命名后上传。")
    return cleaned


def ending(name: str) -> str:
    """Return what follows the last dot, in small letters; empty when there is no dot."""
    _, dot, last = name.rpartition(".")
    return last.lower() if dot else ""
