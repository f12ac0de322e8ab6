"""Fields that mean what they say: no number from a string, no truth from a 1 (接口字段)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from apiflask import Schema
from marshmallow import RAISE, ValidationError, fields, validate

from hotline.services.intake import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from enum import StrEnum

FIRST_YEAR = 1949
LONGEST_WORDS = 5000
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and halves of characters: no database keeps them and no page shows them."""

Said: TypeAlias = dict[str, str | list[Any] | dict[Any, Any]]
_OF_ALL: Said = {"required": "必填", "null": "不能为 null"}
_OF_TEXT: Said = {**_OF_ALL, "invalid": "须是字符串", "invalid_utf8": "须是 UTF-8 字符串"}
_OF_WHOLE: Said = {**_OF_ALL, "invalid": "须是整数", "too_large": "数字过大"}
_OF_DECIMAL: Said = {
    **_OF_ALL,
    "invalid": "须是数字",
    "too_large": "数字过大",
    "special": "须是有限的数字",
}
_OF_FLAG: Said = {**_OF_ALL, "invalid": "须是 true 或 false"}
_OF_CHOICE: Said = {**_OF_ALL, "unknown": "须是以下之一：{choices}"}
_OF_INSTANT: Said = {
    **_OF_ALL,
    "invalid": "须是 ISO 8601 时间，例如 2026-09-30T10:00:00+08:00",
    "format": "须是 ISO 8601 时间",
}
_OF_DAY: Said = {
    **_OF_ALL,
    "invalid": "须是日期，例如 2026-06-30",
    "format": "须是日期，例如 2026-06-30",
}
_OF_BYTES: Said = {**_OF_ALL, "invalid": "须是 base64 字符串"}
_OF_SCHEMA = {"unknown": "没有这个字段，请检查拼写", "type": "须是 JSON 对象"}


def _filled(text: str) -> None:
    if not text.strip():
        raise ValidationError("不能为空")


class Text(fields.String):
    """A string, as long as ``longest`` characters at most, without what cannot be stored.

    ``filled``: blanks alone do not count.
    """

    default_error_messages = _OF_TEXT

    def __init__(
        self,
        *,
        longest: int = LONGEST_WORDS,
        filled: bool = False,
        **options: Any,  # noqa: ANN401 - marshmallow's own, here and below
    ) -> None:
        limit = validate.Length(1 if filled else None, longest, error="须是 1–{max} 个字符")
        if not filled:
            limit.error = "最多 {max} 个字符"
        super().__init__(validate=[limit, _filled] if filled else limit, **options)

    def _deserialize(self, value: Any, *place: Any, **options: Any) -> str:  # noqa: ANN401
        return _UNSTORABLE.sub("", super()._deserialize(value, *place, **options))


def _is_code(text: str) -> None:
    if re.fullmatch(r"[0-9A-Za-z._-]{1,64}", text) is None:
        raise ValidationError("编码只能由字母、数字、点和横线组成")


class Code(fields.String):
    """A code or number of ours: letters, digits, dots and dashes, so that it may go anywhere.

    ``known``: when given, it must be one of these (编码理由).
    """

    default_error_messages = _OF_TEXT

    def __init__(
        self,
        *,
        known: Iterable[str] = (),
        metadata: Mapping[str, Any] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        words = dict(metadata or {})
        if known:
            check: Any = validate.OneOf(list(known), error="没有这个编码，可用：{choices}")
        else:
            check, words["pattern"] = _is_code, "^[0-9A-Za-z._-]{1,64}$"
        super().__init__(validate=check, metadata=words, **options)


class Whole(fields.Integer):
    """An integer between two bounds; neither 4.0 nor "4" nor true is one, but in a query."""

    default_error_messages = _OF_WHOLE

    def __init__(self, low: int, high: int, *, in_query: bool = False, **options: Any) -> None:  # noqa: ANN401
        bounds = validate.Range(low, high, error="须在 {min} 到 {max} 之间")
        super().__init__(strict=not in_query, validate=bounds, **options)


class Decimal(fields.Float):
    """A finite number; strings are not read as numbers."""

    default_error_messages = _OF_DECIMAL

    def _validated(self, value: Any) -> float:  # noqa: ANN401
        if isinstance(value, str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Flag(fields.Boolean):
    """True or false and nothing that resembles them; ``in_query`` reads the words of a URL."""

    default_error_messages = _OF_FLAG

    def __init__(self, *, in_query: bool = False, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.in_query = in_query

    def _deserialize(self, value: Any, *_place: Any, **_options: Any) -> bool:  # noqa: ANN401
        if self.in_query:
            value = {"true": True, "false": False}.get(str(value), value)
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class _Word(fields.String):
    default_error_messages = _OF_TEXT


class Choice(fields.Enum[Any]):
    """One word of a closed list, given and shown by its value."""

    default_error_messages = _OF_CHOICE

    def __init__(self, words: type[StrEnum], **options: Any) -> None:  # noqa: ANN401
        super().__init__(words, by_value=_Word, **options)


class Instant(fields.DateTime):
    """A moment in ISO 8601; shown in local time with its offset."""

    default_error_messages = _OF_INSTANT

    def _serialize(self, value: datetime | None, *_place: Any, **_options: Any) -> str | None:  # noqa: ANN401
        return value.astimezone(LOCAL).isoformat(timespec="seconds") if value else None

    def _deserialize(self, value: Any, *place: Any, **options: Any) -> datetime:  # noqa: ANN401
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        moment: datetime = super()._deserialize(value, *place, **options)
        if moment.year < FIRST_YEAR:
            raise ValidationError(f"不能早于 {FIRST_YEAR} 年")
        return moment


class Day(fields.Date):
    """A day as 2026-06-30; a moment is none."""

    default_error_messages = _OF_DAY

    def _deserialize(self, value: Any, *place: Any, **options: Any) -> date:  # noqa: ANN401
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value)
        day: date = super()._deserialize(value, *place, **options)
        if day.year < FIRST_YEAR:
            raise ValidationError(f"不能早于 {FIRST_YEAR} 年")
        return day


class FileContent(fields.Field[bytes]):
    """Bytes written as base64 (RFC 4648)."""

    default_error_messages = _OF_BYTES

    def _deserialize(self, value: Any, *_place: Any, **_options: Any) -> bytes:  # noqa: ANN401
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError, TypeError) as error:
            raise self.make_error("invalid") from error


class Strict(Schema):
    """A body or query in which an unknown field is a mistake, told by its name."""

    class Meta:
        """Unknown fields are refused: a misspelt field must not be lost in silence."""

        unknown = RAISE

    error_messages = _OF_SCHEMA
