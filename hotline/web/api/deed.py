"""What a row of the action tables is made of (动作表的行)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hotline.web.fields import Code, Text, Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from marshmallow.fields import Field

    from hotline.domain.terms import Role

BIGGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Deed:
    """One action. The names of the fields are those of the service's parameters.

    ``roles``: only for actions whose right is no matter of a stage, so that no law names it.
    """

    label: str
    service: Callable[..., object]
    fields: Mapping[str, Field[Any]] = field(default_factory=dict)
    roles: frozenset[Role] | None = None


def words(name: str, *, longest: int = 2000) -> Text:
    """Words that must be there."""
    return Text(longest=longest, filled=True, required=True, metadata={"description": name})


def version() -> Whole:
    """The version a client has read."""
    return Whole(
        1, BIGGEST, metadata={"description": "读到的工单版本号；已被人改过时回答 409，可不填"}
    )


def unit_code(name: str = "承办单位编码", **options: Any) -> Code:  # noqa: ANN401 - marshmallow's own
    """The code of a department."""
    return Code(metadata={"description": name}, **options)


def motion_id() -> Whole:
    """The number of a motion."""
    return Whole(1, BIGGEST, required=True, metadata={"description": "申请的编号，见工单详情"})
