"""`hotline tickets …` and `hotline token …`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from apiflask import APIFlask

    from tests.hotline.cli.conftest import Said


def test_list_and_show_mask_the_caller(
    hotline: Callable[..., Said], a_ticket: Callable[..., int]
) -> None:
    a_ticket()
    a_ticket(title="路灯不亮", phone="13987654321")
    said = hotline("tickets", "list", "--stage", "registered", "--words", "路灯", "--json")
    [ticket] = said.json["tickets"]
    assert (ticket["title"], ticket["stage"]) == ("路灯不亮", "registered")
    assert hotline("tickets", "list", "--stage", "closed").out == "没有符合条件的工单\n"

    shown = hotline("tickets", "show", ticket["ticket_no"], "--json").json
    assert shown["caller"]["phone"] == "139****4321"
    assert [entry["event"] for entry in shown["timeline"]] == ["registered"]
    page = hotline("tickets", "show", ticket["ticket_no"]).out
    assert "阶段：已登记" in page
    assert "13987654321" not in page
    assert hotline("tickets", "show", "1").code == 1


def test_list_refuses_words_it_does_not_know(hotline: Callable[..., Said]) -> None:
    assert hotline("tickets", "list", "--stage", "nowhere").code == 2
    said = hotline("tickets", "list", "--department", "X9")
    assert (said.code, said.err) == (1, "错误：没有编码为 X9 的承办单位\n")


def test_the_diagram_is_the_law_drawn(hotline: Callable[..., Said]) -> None:
    from hotline.domain.lifecycle import diagram

    assert hotline("tickets", "diagram").out == diagram() + "\n"


def test_the_catalogue_of_the_city_is_sound_and_a_hole_is_found(
    app: APIFlask, hotline: Callable[..., Said]
) -> None:
    from hotline.db import transaction
    from hotline.models import CatalogueRule

    sound = hotline("tickets", "catalogue", "check", "--json")
    assert (sound.code, sound.json["ok"], sound.json["findings"]) == (0, True, [])
    now = datetime.now(UTC)
    with transaction() as session:
        row = CatalogueRule(
            id="ZZ-test",
            category="01",
            area="99",
            words=["火星"],
            lead="X9",
            helpers=[],
            legal_basis="无",
            effective_from=now.date(),
            changed_at=now,
        )
        session.add(row)
    try:
        said = hotline("tickets", "catalogue", "check")
        assert said.code == 1
        assert "[须改正] 规则 ZZ-test 的主办单位" in said.out
        assert "改派现有单位，或结束这条规则" in said.out
        [found] = hotline("tickets", "catalogue", "check", "--json").json["findings"]
        assert (found["kind"], found["severity"]) == ("unknown_unit", "error")
        assert found["rules"] == ["ZZ-test"]
    finally:
        with transaction() as session:
            session.delete(session.merge(row))


def test_a_token_opens_the_api_until_it_is_revoked(hotline: Callable[..., Said]) -> None:
    from hotline.domain.errors import NotAllowed
    from hotline.services import staffing

    made = hotline("token", "create", "--role", "department", "--department", "D0101", "--days", 3)
    token = made.out.strip()
    assert staffing.actor_of_token(token, at=datetime.now(UTC)).role == "department"
    [line] = hotline("token", "list", "--json").json["tokens"]
    assert (line["department"], line["state"]) == ("D0101", "有效")
    assert token not in hotline("token", "list").out
    assert hotline("token", "revoke", line["id"]).code == 0
    with pytest.raises(NotAllowed):
        staffing.actor_of_token(token, at=datetime.now(UTC))
    assert hotline("token", "revoke", 999).code == 1


def test_a_department_token_names_its_department(hotline: Callable[..., Said]) -> None:
    without = hotline("token", "create", "--role", "department")
    assert (without.code, "--department" in without.err) == (1, True)
    assert hotline("token", "create", "--role", "citizen").code == 2
    assert hotline("token", "create").code == 2


def test_every_command_of_the_contract_is_there(hotline: Callable[..., Said]) -> None:
    words = hotline("--help").out.split()
    expected = (
        "up db seed import replay model sla jobs tickets token platform simulate doctor openapi"
    )
    assert set(expected.split()) <= set(words)


def test_openapi_is_one_json_object(hotline: Callable[..., Said]) -> None:
    spec = hotline("openapi").json
    assert spec["openapi"].startswith("3.1")
    assert "/api/v1/tickets" in spec["paths"]
