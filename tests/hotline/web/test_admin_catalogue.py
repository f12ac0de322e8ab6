"""The administrator at the dispatch catalogue: rules, dry run, findings, versions, mergers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

import sla
from hotline.db import db
from hotline.domain.events import Event
from hotline.models import CatalogueRule, Department
from hotline.queries import editions
from hotline.services import merging
from tests.hotline.people import NOISE, entries, look, ticket, to_unit
from tests.hotline.web.rule_pages import REASON, page, read, refused, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    Enter = Callable[[FlaskClient, str], FlaskClient]
    Made = Callable[..., int]

pytestmark = pytest.mark.usefixtures("restored")
RULE = {
    "category": NOISE,
    "area": "990101",
    "kind": "complaint",
    "lead": "duty:huanbao@district",
    "legal_basis": "《中华人民共和国噪声污染防治法》",
}


@pytest.fixture
def desk(client: FlaskClient, sign_in: Enter) -> FlaskClient:
    return sign_in(client, "admin")


def today() -> date:
    return datetime.now(sla.LOCAL).date()


def edition_of(answer: TestResponse) -> int:
    assert answer.status_code == 303, read(answer)[-3000:]
    look()
    return int(answer.location.rpartition("/")[2])


def press(desk: FlaskClient, edition_id: int, deed: str, **fields: str) -> str:
    address = f"/admin/catalogue/editions/{edition_id}/{deed}"
    answer = desk.post(address, data=fields, follow_redirects=True)
    look()
    return read(answer)


def test_a_rule_is_added_tried_published_and_taken_back(desk: FlaskClient, a_ticket: Made) -> None:
    now = datetime.now(UTC)
    tickets = [to_unit(a_ticket(at=now), at=now) for _ in range(2)]
    assert "增加规则" in page(desk, "catalogue")
    number = edition_of(send(desk, "catalogue/rule", **RULE))
    said = page(desk, f"catalogue/editions/{number}")
    assert "这 2 件会派到别处" in said
    assert all(ticket(each).ticket_no in said for each in tickets)
    assert "东湖区城管局 → 东湖区生态环境分局" in said
    assert "第 1 版已发布" in press(desk, number, "publish")
    (new_id,) = editions.edition(number).rows
    assert new_id in page(desk, "catalogue?q=噪声污染防治")
    assert "第 1 版" in page(desk, f"catalogue/rule?was={new_id}")
    back = desk.post(f"/admin/catalogue/editions/{number}/back", data={"reason": "误加"})
    assert "发布" in press(desk, edition_of(back), "publish")
    kept = db.session.get_one(CatalogueRule, new_id)
    assert kept.effective_to == today() - timedelta(days=1)
    assert "第 2 版" in page(desk, "catalogue/editions")


def test_a_rule_is_changed_in_steps_in_one_draft(desk: FlaskClient) -> None:
    number = edition_of(send(desk, "catalogue/rule", **RULE))
    (new_id,) = editions.edition(number).rows
    changed = {**RULE, "lead": "C04", "was": new_id, "draft": str(number)}
    assert edition_of(send(desk, "catalogue/rule", **changed)) == number
    assert editions.edition(number).rows[new_id]["lead"] == "C04"
    ended = {"was": "R0020", "last_day": today().isoformat(), "draft": str(number)}
    assert edition_of(send(desk, "catalogue/rule/end", **ended)) == number
    said = page(desk, f"catalogue/editions/{number}")
    assert "R0020" in said
    assert "撤销这处" in said
    press(desk, number, "drop", rule="R0020")
    assert set(editions.edition(number).rows) == {new_id}
    assert "已放弃" in press(desk, number, "discard")
    assert not editions.drafts()


def test_a_tie_is_shown_and_the_draft_cannot_be_published(desk: FlaskClient) -> None:
    number = edition_of(send(desk, "catalogue/rule", **RULE))
    send(desk, "catalogue/rule", **RULE, draft=str(number))
    said = page(desk, f"catalogue/editions/{number}")
    assert "有 1 处须改正" in said
    assert "同等具体" in said
    answer = desk.post(f"/admin/catalogue/editions/{number}/publish")
    assert answer.status_code == 409
    assert "同等具体" in read(answer)


def test_what_is_wrong_with_a_form_is_told_and_nothing_typed_is_lost(desk: FlaskClient) -> None:
    given = {**RULE, "lead": "", "legal_basis": "", "words": "夜市、" + "长" * 21}
    said = refused(
        send(desk, "catalogue/rule", **given), "请选择承办单位", "请写明派单依据", "太长"
    )
    assert "夜市" in said
    refused(send(desk, "catalogue/rule", **RULE, effective_from="明天"), "请填写生效日期")
    refused(desk.post("/admin/catalogue/rule", data=RULE), "请写明调整理由")
    refused(send(desk, "catalogue/rule/end", was="R0020", last_day=""), "最后生效日")
    refused(send(desk, "catalogue/rule/end", was="R0020", last_day="2020-01-01"), "最早为昨天")
    assert not editions.drafts()
    assert desk.get("/admin/catalogue/rule?was=R9999").status_code == 404
    assert desk.get("/admin/catalogue?draft=abc").status_code == 422
    assert desk.get("/admin/catalogue/editions/99999999999").status_code == 404


def test_the_trial_is_as_long_as_wanted(desk: FlaskClient, a_ticket: Made) -> None:
    now = datetime.now(UTC)
    for _ in range(3):
        to_unit(a_ticket(at=now), at=now)
    number = edition_of(send(desk, "catalogue/rule", **RULE))
    assert "这 2 件会派到别处" in press(desk, number, "try", wanted="2")
    for wrong in ("0", "5001", "-3", "许多"):
        answer = desk.post(f"/admin/catalogue/editions/{number}/try", data={"wanted": wrong})
        refused(answer, "1 至 5000")


def test_findings_and_street_duties(desk: FlaskClient) -> None:
    assert "没有发现问题" in page(desk, "catalogue/findings")
    assert "社区建设" in page(desk, "catalogue/duties")
    number = edition_of(send(desk, "catalogue/duties", category=NOISE, basis="清单第12项"))
    assert "列入" in page(desk, f"catalogue/editions/{number}")
    assert "清单第12项" in page(desk, f"catalogue/duties?draft={number}")
    refused(send(desk, "catalogue/duties", category="999999", basis="无"), "没有这个分类")


def test_a_unit_is_merged_with_its_rules_and_tickets(desk: FlaskClient, a_ticket: Made) -> None:
    now = datetime.now(UTC)
    moving = to_unit(a_ticket(at=now), at=now, code="C22")
    said = page(desk, "departments/merge?code=C22")
    assert "R0001" in said
    number = edition_of(send(desk, "departments/merge", code="C22", successor="C23"))
    said = page(desk, f"catalogue/editions/{number}")
    assert "示范市燃气集团有限公司" in said
    assert "R0001-2" in said
    assert "已发布" in press(desk, number, "publish")
    merger = editions.merger(number)
    assert merger is not None
    assert merging.go_on(merger.id, at=datetime.now(UTC))
    lead = ticket(moving).lead_department
    assert lead is not None
    assert lead.code == "C23"
    assert "1 / 1 件" in page(desk, f"catalogue/editions/{number}")
    assert "并入 市供电公司" in page(desk, "departments")
    (trace,) = entries(moving, Event.UNIT_MERGED)
    assert (trace.payload["unit"], trace.reason) == ("示范市供电公司", REASON)


def test_a_unit_is_not_merged_into_itself_nor_below(desk: FlaskClient) -> None:
    for into, words in (("C03", "不能并入本单位"), ("D0101", "下级"), ("X9", "没有这个承办单位")):
        refused(send(desk, "departments/merge", code="C03", successor=into), words)
    assert desk.get("/admin/departments/merge?code=X9").status_code == 404
    query = select(Department.is_active).where(Department.code == "C03")
    assert db.session.scalar(query)
    assert not editions.drafts()


def test_a_rule_for_a_season_and_the_night_is_written_shown_and_refused(desk: FlaskClient) -> None:
    winter = {"season_from": "11-15", "season_to": "03-15", "hours_from": "22:00"}
    answer = desk.post("/admin/catalogue/rule", data={**RULE, **winter, "reason": REASON})
    assert answer.status_code == 422
    assert "请把每天的起止时刻都填上，或都留空" in read(answer)
    assert 'value="11-15"' in read(answer), "what was written stays in the form"
    wrong = {**RULE, "season_from": "13-40", "season_to": "03-15", "reason": REASON}
    assert "没有 13-40 这一天" in read(desk.post("/admin/catalogue/rule", data=wrong))
    whole = {**winter, "hours_to": "06:00", "days": "restday"}
    number = edition_of(send(desk, "catalogue/rule", **RULE, **whole))
    assert "每年 11-15 至 03-15，休息日，22:00–06:00" in page(desk, f"catalogue/editions/{number}")
    (new_id,) = editions.edition(number).rows
    assert "第 1 版已发布" in press(desk, number, "publish")
    form = page(desk, f"catalogue/rule?was={new_id}")
    assert all(f'value="{value}"' in form for value in ("11-15", "03-15", "22:00", "06:00"))
    assert "每年 11-15 至 03-15" in page(desk, "catalogue?q=噪声污染防治")
