"""Reading a telephone document (电话脚本): verbs of TwiML, and numbers read out sign by sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPELLED = r"[：:]\s*([0-9A-Za-z](?:[，,、\s-]*[0-9A-Za-z])*)"
_BETWEEN_SIGNS = re.compile(r"[，,、\s-]+")


class UnreadableScript(ValueError):  # noqa: N818 - reads as what happened
    """The document is no TwiML a telephone provider would play."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One instruction; `spoken` is what it and its children say."""

    name: str
    attributes: dict[str, str]
    text: str
    children: tuple[Verb, ...]

    @property
    def spoken(self) -> tuple[str, ...]:
        """Sentences said by this instruction, in order."""
        own = (self.text,) if self.name == "Say" else ()
        return own + tuple(line for child in self.children for line in child.spoken)


def read_script(document: bytes) -> tuple[Verb, ...]:
    """Read the verbs of a TwiML document; raises UnreadableScript."""
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise UnreadableScript("the document declares entities, which providers refuse")
    try:
        root = ET.fromstring(document)  # noqa: S314 - entities were refused above
    except ET.ParseError as error:
        raise UnreadableScript(f"the document is not XML: {error}") from error
    if root.tag != "Response":
        raise UnreadableScript(f"the document begins with <{root.tag}>, not <Response>")
    return tuple(_verbs(root))


def spelled_out(spoken: str, label: str) -> str | None:
    """Find the number read out sign by sign after `label`; None when it was not said."""
    found = re.search(re.escape(label) + _SPELLED, spoken)
    return None if found is None else _BETWEEN_SIGNS.sub("", found.group(1))


def _verbs(parent: ET.Element) -> Iterator[Verb]:
    for child in parent:
        text = (child.text or "").strip()
        yield Verb(child.tag, dict(child.attrib), text, tuple(_verbs(child)))
