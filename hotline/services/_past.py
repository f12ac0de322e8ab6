"""What an imported ticket must look like before it is written (历史导入校验)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import classifier
from hotline.domain.errors import Invalid
from hotline.domain.terms import SATISFACTION, Channel, Kind, Resolved
from hotline.services import _checks

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One ticket of the older system; area, category and department as code or name."""

    line: int
    content: str
    registered_at: datetime
    old_no: str = ""
    kind: Kind | None = None
    channel: Channel = Channel.IMPORT
    title: str = ""
    name: str = ""
    phone: str = ""
    area: str = ""
    address: str = ""
    category: str = ""
    department: str = ""
    closed_at: datetime | None = None
    reply: str = ""
    satisfaction: int | None = None
    resolved: Resolved | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """What the words of a record are looked up in, read once per file."""

    areas: dict[str, str]
    departments: dict[str, int]
    old_numbers: set[str]


@dataclass(frozen=True, slots=True)
class Clean:
    """A record that may be written: texts cleaned, words resolved."""

    record: Record
    kind: Kind
    area_code: str | None
    category_code: str | None
    department_id: int | None


def checked(record: Record, books: Books, at: datetime) -> Clean:
    """Every wrong field at once, by our names; raises Invalid."""
    content = _checks.clean_text(record.content)
    values: dict[str, Any] = _checks.all_of(
        content=lambda: _checks.checked_content(record.content),
        title=lambda: _checks.checked_title(record.title, content),
        phone=lambda: _checks.checked_phone(record.phone) or "",
        name=lambda: _checks.checked_name(record.name) or "",
        address=lambda: _short(record.address),
        old_no=lambda: _new(record.old_no, books),
        area=lambda: _known(record.area, books.areas, "area", "区划"),
        category=lambda: _category(record.category),
        department=lambda: _known(record.department, books.departments, "department", "承办单位"),
        times=lambda: _in_order(record, at),
        satisfaction=lambda: _grade(record.satisfaction),
    )
    text = f"{values['title']}。{values['content']}"
    return Clean(
        replace(
            record,
            reply=_checks.clean_text(record.reply),
            **{name: values[name] for name in ("content", "title", "phone", "name", "address")},
        ),
        record.kind or Kind(classifier.suggest_kind(text)),
        values["area"],
        values["category"],
        values["department"],
    )


def _short(text: str) -> str:
    address = _checks.clean_text(text).replace("\n", " ")
    if len(address) > 200:  # noqa: PLR2004 - column width
        raise Invalid("address", "地址最多 200 字")
    return address


def _new(number: str, books: Books) -> str:
    if number and number in books.old_numbers:
        raise Invalid("old_no", f"原工单号 {number} 已导入过，或在文件中重复")
    return number


def _known(word: str, book: dict[str, Any], field: str, label: str) -> object:
    if not word:
        return None
    if word not in book:
        raise Invalid(field, f"没有名称或编码为“{word}”的{label}，请在 [values.{field}] 中写明对应")
    return book[word]


def _category(word: str) -> str | None:
    if not word:
        return None
    code = classifier.load_tree().resolve(word)
    if code is None:
        raise Invalid(
            "category", f"问题分类中没有“{word}”或有重名，请在 [values.category] 中写明编码"
        )
    return code


def _in_order(record: Record, at: datetime) -> None:
    if record.registered_at > at:
        raise Invalid("registered_at", "登记时间晚于现在")
    if record.closed_at is not None and record.closed_at < record.registered_at:
        raise Invalid("closed_at", "办结时间早于登记时间")
    if record.closed_at is not None and record.closed_at > at:
        raise Invalid("closed_at", "办结时间晚于现在")


def _grade(grade: int | None) -> int | None:
    if grade is not None and grade not in SATISFACTION:
        raise Invalid("satisfaction", "满意度须是 1 到 5")
    return grade
