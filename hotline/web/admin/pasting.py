"""A text that comes in by hand or as a file, and files handed out (粘贴、上传、下载)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from hotline.domain.errors import Invalid

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

LARGEST = 1024 * 1024


def pasted() -> tuple[str, str]:
    """The text and what to call it in complaints. Raises Invalid."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return _decoded(content_of(upload)), upload.filename[:60]
    text = request.form.get("text", "").replace("\r\n", "\n")
    if not text.strip():
        raise Invalid("text", "请粘贴 TOML 内容，或选择文件")
    return _decoded(text.encode("utf-8", "replace")), "粘贴的内容"


def content_of(upload: FileStorage) -> bytes:
    """All of an uploaded file, which is let go of."""
    body: bytes = upload.read()
    upload.close()
    return body


def _decoded(body: bytes) -> str:
    if len(body) > LARGEST:
        raise Invalid("text", f"内容有 {len(body) / LARGEST:.1f} MB，最大 1 MB")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise Invalid("text", "文件的编码不是 UTF-8 或 GBK，请另存为 UTF-8")


def download(body: bytes | str, kind: str, name: str) -> Response:
    """A file for the browser's downloads."""
    answer = Response(body, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
