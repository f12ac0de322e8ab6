"""The form of one call (登记表): what stands in it, and what the agent decided to do with it."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.domain.errors import Invalid
from hotline.domain.lifecycle import Action
from hotline.domain.terms import Channel, Kind
from hotline.services import notices
from hotline.services.advising import Heard
from hotline.services.endings import Ending
from hotline.services.intake import Demand

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANNELS = [(c.value, c.label) for c in (Channel.PHONE, Channel.VISIT)]
KINDS = [("", "自动判断"), *((kind.value, kind.label) for kind in Kind)]
HOT_LINES = ("110", "119", "120", "122")
"""Targets of one key each: who is in danger cannot wait for a form (story 10)."""
FIELD_OF = {"caller.phone": "phone", "caller.name": "name", "category_code": "category"}
LABELS = {
    "content": "诉求内容",
    "title": "标题",
    "phone": "来电号码",
    "name": "姓名",
    "area_code": "所在区域",
    "address": "详细地址",
    "category": "问题分类",
    "answer": "答复内容",
    "reason_code": "理由或去向",
    "master_no": "主单编号",
}
REGISTER = "register"


@dataclass(frozen=True, slots=True)
class CallForm:
    """The posted fields, nothing checked yet."""

    fields: Mapping[str, str]

    def get(self, name: str) -> str:
        """One field, empty when it was not sent."""
        return self.fields.get(name, "")

    @property
    def kind(self) -> Kind | None:
        """The kind the agent chose, None to let the words decide."""
        value = self.get("kind")
        return Kind(value) if value in set(Kind) else None

    @property
    def category(self) -> str | None:
        """The select wins over the suggestion, for it takes more effort to use."""
        return self.get("category_code") or self.get("picked") or None

    def heard(self) -> Heard:
        """What the desk's advice is asked about."""
        return Heard(
            content=self.get("content"),
            title=self.get("title"),
            phone=self.get("phone"),
            area_code=self.get("area_code"),
            address=self.get("address"),
            kind=self.kind,
        )

    def demand(self) -> Demand:
        """The demand as intake wants it."""
        target = self._hot_line()
        is_visit = self.get("channel") == Channel.VISIT.value
        content = self.get("content")
        if target and not content.strip():
            content = f"来电情况紧急，已立即转接{_target_label(target)}"
        return Demand(
            content=content,
            title=self.get("title"),
            kind=self.kind,
            channel=Channel.VISIT if is_visit else Channel.PHONE,
            name=self.get("name") or None,
            phone=self.get("phone") or None,
            area_code=self.get("area_code") or None,
            address=self.get("address") or None,
            anonymous=self.get("anonymous") == "yes",
            confidential=self.get("confidential") == "yes",
            category_code=self.category,
            is_number_withheld=bool(target) or self.get("withheld") == "yes",
        )

    def ending(self) -> Ending | None:
        """How the call ends at once, None to let the ticket go its way; raises Invalid."""
        outcome, _, rest = self.get("outcome").partition(":")
        make = _ENDINGS.get(outcome)
        if make is None and outcome not in ("", REGISTER):
            raise Invalid("outcome", "请选择处理方式")
        return make(self, rest) if make else None

    def key(self, staff_id: int | None) -> str:
        """Same page and same words give the same key, so a double click makes one ticket."""
        words = {k: v for k, v in self.fields.items() if k != "csrf_token"}
        digest = hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()
        return f"agent-{staff_id}-{digest}"

    def _hot_line(self) -> str | None:
        outcome, _, target = self.get("outcome").partition(":")
        return target if outcome == "transfer" and target in HOT_LINES else None


def nonce() -> str:
    """A mark of one printed form, see ``CallForm.key``."""
    return secrets.token_hex(8)


def _target_label(code: str) -> str:
    return str(notices.reasons()["transfer"].get(code, {}).get("label", ""))


def answer_of(form: CallForm, rest: str = "") -> Ending:
    """直接答复, from a knowledge entry where one was used."""
    del rest
    return Ending(
        action=Action.ANSWER,
        words=form.get("answer"),
        knowledge_id=form.get("knowledge_id") or None,
        category_code=form.category,
    )


def decline_of(form: CallForm, rest: str = "") -> Ending:
    """不予受理; the coded reason speaks where the agent adds no words."""
    del rest
    code = form.get("decline_code")
    words = form.get("decline_words") or notices.reasons()["decline"].get(code, "")
    return Ending(action=Action.DECLINE, code=code, words=words)


def transfer_of(form: CallForm, rest: str = "") -> Ending:
    """移交 to the pressed key's target, or to the one of the list."""
    code = rest or form.get("transfer_code")
    words = form.get("transfer_words") or f"移交{_target_label(code)}"
    return Ending(action=Action.TRANSFER, code=code, words=words)


def merge_of(form: CallForm, rest: str = "") -> Ending:
    """并单 into the ticket beside the pressed button, or into the number written."""
    return Ending(action=Action.MERGE, master_no=rest or form.get("master_no"))


_ENDINGS = {
    "answer": answer_of,
    "decline": decline_of,
    "transfer": transfer_of,
    "merge": merge_of,
}


def errors_of(error: Invalid) -> dict[str, str]:
    """Field errors under the names this form uses."""
    return {FIELD_OF.get(name, name): words for name, words in error.errors.items()}
