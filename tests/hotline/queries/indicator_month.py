"""A small invented March at two units of the city, ticket by ticket, to be counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.domain.identity import CITIZEN
from hotline.domain.motions import Motion
from hotline.domain.terms import Resolved
from hotline.services import callbacks, dispatching, endings, handling, joining, motions, reviewing
from hotline.services import supervision as supervising
from hotline.services.callbacks import Verdict
from hotline.services.motions import Plea, hanging
from tests.conftest import local
from tests.hotline import people
from tests.hotline.people import CHENGGUAN, REPLY, ZHUJIAN, handler, who

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hotline.domain.identity import Actor

MORNING = local("2026-03-02 09:00")  # a Monday; sign until 11:00, contact 03-03, handle 03-09
HAPPY = Verdict(satisfaction=5, resolved=Resolved.YES)
UNHAPPY = Verdict(satisfaction=1, resolved=Resolved.NO)
LONGER = Plea(
    kind=Motion.EXTENSION,
    reason="须待检测报告",
    reason_code="complex_matter",
    days=5,
    evidence="检测委托书",
    reply_text="检测需要时间，预计一周内答复",
)
NOT_OURS = Plea(
    kind=Motion.RETURN,
    reason="道路照明由区住建局管养",
    reason_code="wrong_duty",
    suggested_code=ZHUJIAN,
)


def sent(a_ticket: Callable[..., int], title: str, code: str = CHENGGUAN) -> int:
    """Registered and dispatched on Monday at nine."""
    return people.to_unit(a_ticket(title=title, at=MORNING), at=MORNING, code=code)


def signed(ticket_id: int, when: str, *, contact: str, code: str = CHENGGUAN) -> int:
    """Signed and the citizen called."""
    handling.sign(ticket_id, handler(code), at=local(when))
    handling.contact(ticket_id, "已电话联系", handler(code), at=local(contact))
    return ticket_id


def answered(ticket_id: int, when: str, verdict: Verdict = HAPPY, code: str = CHENGGUAN) -> None:
    """Replied, approved and rated within the hour."""
    at = local(when)
    handling.reply(ticket_id, REPLY, handler(code), at=at)
    reviewing.approve(ticket_id, who("dispatcher"), at=at)
    callbacks.rate(ticket_id, verdict, CITIZEN, at=at)


def asked(ticket_id: int, plea: Plea, when: str) -> int:
    """A motion of 区城管局, an extension by its leader."""
    who_asks = who("lead_chengguan") if plea.kind is Motion.EXTENSION else handler()
    return motions.file(ticket_id, plea, who_asks, at=local(when))


def play(a_ticket: Callable[..., int]) -> dict[str, int]:
    """Nine tickets of March 2026; what became of each stands beside it."""
    month = {
        name: sent(a_ticket, title)
        for name, title in {
            "A": "按时签收、联系、答复",
            "B": "迟签收、迟联系、超期答复，督办后解除",
            "C": "申请延期五日，督办，延期内答复",
            "D": "挂账",
            "E": "市民撤单",
            "F": "退单后并入甲单",
            "G": "退单被驳回，一直没有签收",
            "J": "退单后改派区住建局",
        }.items()
    }
    month["H"] = sent(a_ticket, "区住建局办理，市民不满意，重办", ZHUJIAN)
    dispatcher, supervisor = who("dispatcher"), who("supervisor")
    for name in ("F", "J"):
        motion = asked(month[name], NOT_OURS, "2026-03-02 09:30")
        motions.grant(motion, dispatcher, note="同意退单", at=local("2026-03-02 10:00"))
    refused = asked(month["G"], NOT_OURS, "2026-03-02 09:40")
    motions.refuse(refused, dispatcher, note="属本单位职责", at=local("2026-03-02 10:20"))
    at = local("2026-03-02 10:30")
    joining.merge(month["F"], people.ticket(month["A"]).ticket_no, dispatcher, at=at)
    dispatching.dispatch(month["J"], ZHUJIAN, actor=dispatcher, at=at)
    signed(month["J"], "2026-03-02 11:00", contact="2026-03-02 14:00", code=ZHUJIAN)
    signed(month["H"], "2026-03-02 09:30", contact="2026-03-02 10:00", code=ZHUJIAN)
    signed(month["A"], "2026-03-02 09:30", contact="2026-03-02 10:00")
    signed(month["B"], "2026-03-02 15:00", contact="2026-03-04 10:00")
    for name in ("C", "D"):
        signed(month[name], "2026-03-02 09:30", contact="2026-03-03 10:00")
    endings.withdraw(month["E"], CITIZEN, reason="自行解决", at=local("2026-03-03 10:00"))
    _then(month, supervisor)
    return month


def _then(month: dict[str, int], supervisor: Actor) -> None:
    hang_at = local("2026-03-04 10:00")
    hanging.hang(month["D"], who("authority"), reason="历史遗留产权", at=hang_at)
    answered(month["A"], "2026-03-05 10:00")
    answered(month["J"], "2026-03-05 10:00", code=ZHUJIAN)
    answered(month["H"], "2026-03-05 10:00", UNHAPPY, code=ZHUJIAN)
    longer = asked(month["C"], LONGER, "2026-03-06 09:00")
    motions.grant(longer, who("dispatcher"), note="同意延期", at=local("2026-03-06 10:00"))
    ids = [month["B"], month["C"]]
    supervising.supervise(ids, supervisor, reason="请包案", at=local("2026-03-06 11:00"))
    reason, at = "已有进展", local("2026-03-09 09:00")
    supervising.release([month["B"]], supervisor, reason=reason, at=at)
    answered(month["B"], "2026-03-10 10:00")
    signed(month["H"], "2026-03-05 11:00", contact="2026-03-05 11:00", code=ZHUJIAN)
    answered(month["H"], "2026-03-06 10:00", code=ZHUJIAN)
    answered(month["C"], "2026-03-12 10:00")
    at = local("2026-03-11 09:00")
    supervising.supervise([month["G"]], supervisor, reason="一直没有签收", at=at)


def at_the_end() -> datetime:
    """When the month is counted."""
    return local("2026-03-31 18:00")
