"""What may be written into a ticket: cleaned text and numbers that can be (登记校验)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import phonenumbers
from stdnum.cn import ric

from hotline.domain.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT_LIMIT = 10_000
TITLE_LIMIT = 100
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
"""Control and steering characters, and halves of characters (surrogates)."""
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SHORT_NUMBER = re.compile(r"(1[02]\d{1,3}|9\d{4,7}|[48]00\d{7})")


def clean_text(text: str | None) -> str:
    """Take out control characters and outer blanks; nothing else is touched.

    PostgreSQL refuses NUL and a page must not be steered by hidden characters (design 4).
    """
    kept = _CONTROL.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n"))
    return kept.strip()


def checked_content(text: str | None) -> str:
    """Content of 1 to 10,000 characters; raises Invalid."""
    content = clean_text(text)
    if not content:
        raise Invalid("content", "请填写诉求内容，不能为空")
    if len(content) > CONTENT_LIMIT:
        raise Invalid("content", f"诉求内容最多 {CONTENT_LIMIT} 字，现为 {len(content)} 字，请精简")
    return content


def checked_title(text: str | None, content: str) -> str:
    """Title as given, or the first words of the content."""
    title = clean_text(text).replace("\n", " ")
    if len(title) > TITLE_LIMIT:
        raise Invalid("title", f"标题最多 {TITLE_LIMIT} 字，请精简")
    if title:
        return title
    first = re.split(r"[。！？!?\n]", content, maxsplit=1)[0] or content
    return first[:30].replace("\n", " ")


def checked_phone(text: str | None) -> str | None:
    """A number one can call in China, as digits; raises Invalid without echoing it."""
    raw = clean_text(text)
    if not raw:
        return None
    digits = re.sub(r"[\s\-()（）]", "", raw)
    if _MOBILE.fullmatch(digits) or _SHORT_NUMBER.fullmatch(digits):
        return digits
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid("caller.phone", "电话号码不正确，请填写 11 位手机号或带区号的座机号")
    if number.country_code == 86 and not _is_chinese(digits):  # noqa: PLR2004 - country code
        raise Invalid("caller.phone", "电话号码不正确，请填写 11 位手机号或带区号的座机号")
    if number.country_code == 86:  # noqa: PLR2004 - same
        national = str(number.national_number)
        return national if _MOBILE.fullmatch(national) else "0" + national
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(number: str) -> bool:
    """Whether a checked number can get text messages; abroad nobody can tell by the digits."""
    return number.startswith("+") or _MOBILE.fullmatch(number) is not None


def _is_chinese(digits: str) -> bool:
    bare = re.sub(r"^(\+|00)86", "", digits)
    return bool(re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[2-9]\d{8,10}", bare))


def checked_id_no(text: str | None) -> str | None:
    """A resident identity number with a right check digit (GB 11643)."""
    raw = clean_text(text).upper()
    if not raw:
        return None
    if not ric.is_valid(raw):
        raise Invalid("caller.id_no", "身份证号码不正确，请核对 18 位号码")
    return raw


def checked_name(text: str | None) -> str | None:
    """A name of at most 40 characters."""
    name = clean_text(text).replace("\n", " ")
    if len(name) > 40:  # noqa: PLR2004 - longest transliterated names
        raise Invalid("caller.name", "姓名最多 40 字")
    return name or None


def checked_point(lon: float | None, lat: float | None) -> tuple[float | None, float | None]:
    """Both or neither, inside China's bounds."""
    if lon is None and lat is None:
        return None, None
    if lon is None or lat is None:
        raise Invalid("lon", "经度和纬度须同时填写")
    if not (73 <= lon <= 136 and 3 <= lat <= 54):  # noqa: PLR2004 - bounds of China
        raise Invalid("lon", "坐标不在国内范围，请核对经纬度")
    return lon, lat


def all_of(**checks: Callable[[], object]) -> dict[str, object]:
    """Run every check and raise one Invalid that names all wrong fields, not the first alone."""
    values: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for name, check in checks.items():
        try:
            values[name] = check()
        except Invalid as error:
            wrong.update(error.errors)
    if wrong:
        first = next(iter(wrong))
        raise Invalid(first, wrong.pop(first), **wrong)
    return values
