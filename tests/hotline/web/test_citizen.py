"""Reporting without an account: one ticket per form, danger told at once, nothing lost."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

from hotline.db import db
from hotline.domain.terms import Channel, Kind, Urgency
from hotline.models import Ticket
from tests.hotline.web.citizen_life import KEY, files_of, only_ticket, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

CONTENT = "小区门口的路灯坏了三天，晚上老人孩子出门看不清路，希望尽快修好"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0"
    b"\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


def report(client: FlaskClient, **fields: object) -> TestResponse:
    return client.post("/", data={"content": CONTENT, "key": KEY, **fields})


def tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_the_form_asks_for_the_content_alone(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.text.count(" required") == 1
    assert '<optgroup label="东湖区">' in page.text
    assert "不用注册" in page.text


def test_a_report_becomes_a_ticket_with_number_and_code(client: FlaskClient) -> None:
    answer = report(
        client,
        kind="help",
        area_code="990101001",
        address="湖滨路 18 号",
        name="王女士",
        phone="139 1234 5678",
    )
    made = only_ticket()
    assert answer.status_code == 303
    assert answer.location == f"/reported/{made.ticket_no}"
    assert (made.kind, made.channel, made.area_code) == (Kind.HELP, Channel.WEB, "990101001")
    assert made.citizen is not None
    assert (made.citizen.name, made.citizen.phone) == ("王女士", "13912345678")
    receipt = words(client.get(answer.location))
    assert made.ticket_no in receipt
    assert made.query_code in receipt
    assert "2026-03-18 17:30 前" in receipt  # five working days, the first does not count
    assert "请先保证安全" not in receipt


def test_without_a_phone_the_receipt_says_so(client: FlaskClient) -> None:
    receipt = words(client.get(report(client).location))
    assert only_ticket().citizen_id is None
    assert "您没有留电话" in receipt


def test_a_receipt_shows_itself_to_its_reporter_alone(client: FlaskClient, app: APIFlask) -> None:
    place = report(client).location
    stranger = app.test_client().get(place)
    assert stranger.status_code == 303
    assert stranger.location.startswith("/progress?ticket_no=")


def test_danger_is_answered_with_advice_at_once(client: FlaskClient) -> None:
    answer = report(client, content="楼道里有很浓的煤气味，不知道哪家漏气")
    page = client.get(answer.location)
    assert only_ticket().urgency is Urgency.CRITICAL
    assert 'class="danger-box" role="alert"' in page.text
    assert "119" in words(page)
    assert "关闭燃气阀门" in words(page)


def test_a_double_click_makes_one_ticket(client: FlaskClient) -> None:
    first, second = report(client), report(client)
    assert first.location == second.location
    assert tickets() == 1


def test_the_same_page_with_other_words_asks_before_it_makes_a_second(
    client: FlaskClient,
) -> None:
    report(client)
    changed = report(client, content="垃圾站没有人清运")
    assert changed.status_code == 409
    assert "垃圾站没有人清运" in changed.text
    assert "要另提一件" in words(changed)
    assert KEY not in changed.text
    assert tickets() == 1


@pytest.mark.parametrize("key", ["", "x", "'; drop table ticket", "A" * 300])
def test_a_broken_key_does_not_stop_a_report(client: FlaskClient, key: str) -> None:
    assert report(client, key=key).status_code == 303


def test_every_wrong_field_is_named_and_nothing_is_written(client: FlaskClient) -> None:
    page = report(client, content=" \n ", phone="139", area_code="123456", address="x" * 201)
    assert page.status_code == 422
    for field in ("content", "phone", "area_code", "address"):
        assert f'id="e-{field}"' in page.text, field
    assert 'value="139"' in page.text
    assert "还有 4 处需要修改" in words(page)
    assert tickets() == 0


def test_a_kind_that_is_none_is_refused(client: FlaskClient) -> None:
    page = report(client, kind="riot")
    assert page.status_code == 422
    assert 'id="e-kind"' in page.text


def test_too_long_content_is_told_with_its_length(client: FlaskClient) -> None:
    page = report(client, content="噪" * 10_001)
    assert page.status_code == 422
    assert "现为 10001 字" in words(page)


@pytest.mark.parametrize("content", ["😀😀😀", "noise", "a\x00b\x1bc", "噪", "<script>x</script>"])
def test_odd_words_are_taken_and_shown_harmless(client: FlaskClient, content: str) -> None:
    answer = report(client, content=content)
    page = client.get(answer.location)
    assert answer.status_code == 303
    assert page.status_code == 200
    assert "<script>x" not in page.text
    assert "\x00" not in only_ticket().content


def test_anonymous_keeps_no_name(client: FlaskClient) -> None:
    report(client, name="王女士", phone="13912345678", anonymous="yes", confidential="yes")
    made = only_ticket()
    assert (made.anonymous, made.confidential) == (True, True)
    assert made.citizen is not None
    assert made.citizen.name is None


def test_photos_are_kept_and_a_program_is_refused_with_its_reason(
    client: FlaskClient, app: APIFlask
) -> None:
    files = [
        (io.BytesIO(PNG), "路灯.png"),
        (io.BytesIO(b"MZ\x90\x00" + b"\x00" * 60), "photo.jpg"),
        (io.BytesIO(b""), ""),
    ]
    answer = report(client, files=files)
    kept, refused = files_of(only_ticket().id)
    assert answer.status_code == 303
    assert (kept.media_type, kept.by, kept.refused) == ("image/png", "市民", None)
    assert stored(app.extensions["hotline"].settings.uploads, kept.sha256).read_bytes() == PNG
    assert refused.sha256 is None
    assert "没有收下" in words(client.get(answer.location))


def stored(uploads: Path, sha256: str | None) -> Path:
    assert sha256
    return uploads / sha256[:2] / sha256


def test_a_double_click_keeps_each_photo_once(client: FlaskClient) -> None:
    for _ in range(2):
        report(client, files=[(io.BytesIO(PNG), "路灯.png")])
    assert len(files_of(only_ticket().id)) == 1


def test_a_full_disk_loses_no_ticket(
    client: FlaskClient, app: APIFlask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "not-a-folder"
    blocked.write_text("")
    settings = app.extensions["hotline"].settings
    monkeypatch.setattr(type(settings), "uploads", property(lambda _self: blocked))
    answer = report(client, files=[(io.BytesIO(PNG), "路灯.png")])
    page = words(client.get(answer.location))
    assert answer.status_code == 303
    assert "没有保存成功" in page
    assert only_ticket().ticket_no in page


def test_a_body_over_the_limit_is_refused(client: FlaskClient) -> None:
    kind = "multipart/form-data; boundary=x"
    answer = client.post("/", data=b"x" * (26 * 1024 * 1024), content_type=kind)
    assert answer.status_code == 413
    assert "25 MB" in words(answer)


def test_the_form_is_protected_against_other_sites(client: FlaskClient, app: APIFlask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = report(client)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert tickets() == 0


def test_the_privacy_notice_says_what_the_law_asks_for(client: FlaskClient) -> None:
    page = words(client.get("/privacy"))
    for word in ("为什么收集", "电话录音", "保存多久", "您的权利", "匿名反映"):
        assert word in page


@pytest.mark.parametrize("path", ["/", "/progress", "/privacy", "/my/sign-in", "/demo/messages"])
def test_staff_who_look_at_a_citizen_page_see_the_citizens_menu(
    client: FlaskClient, sign_in: object, path: str
) -> None:
    assert callable(sign_in)
    page = sign_in(client, "agent").get(path)
    assert page.status_code == 200
    assert "我要反映" in words(page)
    assert "座席登记" not in words(page)
