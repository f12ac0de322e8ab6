"""A text message comes in and is answered by one (短信受理与短信评价)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hotline.services import notices, texting
from hotline.services.texting import Fate, Taken
from hotline.web.access import now
from hotline.web.hooks import hooks
from hotline.web.hooks.twilio import said, sid, signed

LONGEST = 10_000
LONGEST_NUMBER = 64
SENDER = "【示范市12345】"
NOTHING_TO_RATE = "没有找到待您评价的工单。如要反映新的问题，请直接回复文字说明时间、地点和经过。"
EMPTY = "没有收到文字内容，请回复文字说明时间、地点和经过，或拨打12345。"


@hooks.post("/twilio/sms")
@signed
def text_message() -> str:
    """1 to 5 rates the newest ticket that waits for this phone; any other text is a new demand."""
    taken = texting.receive(
        sid("MessageSid"),
        said("Body", LONGEST),
        from_number=said("From", LONGEST_NUMBER),
        at=now(),
    )
    return _message(_words(taken))


def _words(taken: Taken) -> str:
    if taken.fate is Fate.RATED:
        return notices.texts()["rating_thanks"].format(ticket_no=taken.ticket_no)
    if taken.fate is Fate.FILED:
        number = f"已收到您的诉求，工单编号{taken.ticket_no}，查询码随后短信告知。"
        return f"{SENDER}{taken.advice}{number}"
    if taken.fate is Fate.NOT_RATED:
        return f"{SENDER}工单{taken.ticket_no}：{taken.reason}。"
    return SENDER + (EMPTY if taken.fate is Fate.EMPTY else NOTHING_TO_RATE)


def _message(words: str) -> str:
    response = ET.Element("Response")
    ET.SubElement(response, "Message").text = words
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(response, encoding="unicode")
