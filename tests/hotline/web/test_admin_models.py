"""分类模型 and 修正样本: the pages of learning, closed to others, from training to the way back."""

from __future__ import annotations

import csv
import html
import io
import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

import classifier
from hotline.db import db
from hotline.domain.learning import LearningKind
from hotline.jobs import learning as jobs
from hotline.models import Correction, LearningRun
from hotline.queries import learning_runs, shadows
from hotline.services import dispatching, learning, sorting
from hotline.services.training import shadowing
from tests.hotline.learned import TEXTS, confirm, confirm_held, second_model
from tests.hotline.people import CHENGGUAN, look, unit, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from hotline.services.shelf import Shelf

    Enter = Callable[[FlaskClient, str], FlaskClient]

PAGES = ("/admin/models", "/admin/models/starter", "/admin/models/shadow", "/admin/models/training")
ROWS_PAGES = ("/admin/corrections", "/admin/corrections/check")


@pytest.fixture
def shelf(app: APIFlask, model: str) -> Iterator[Shelf]:
    place: Shelf = app.extensions["hotline"].shelf
    second_model(place)
    yield place
    for path in place.folder.iterdir():
        if path.name != "starter":
            shutil.rmtree(path)


@pytest.fixture
def desk(client: FlaskClient, sign_in: Enter, shelf: Shelf) -> FlaskClient:
    return sign_in(client, "admin")


def read(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def file_of(count: int = 24) -> bytes:
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["标题", "内容", "分类"])
    for number in range(count):
        code, (title, content) = list(TEXTS.items())[number % 3]
        sheet.writerow([title, f"{content}，{number} 号楼，电话 13912345678", code])
    return out.getvalue().encode("gb18030")


@pytest.mark.parametrize("login", ["security", "auditor", "knowledge", "dispatcher"])
def test_others_stay_outside(client: FlaskClient, sign_in: Enter, shelf: Shelf, login: str) -> None:
    sign_in(client, login)
    for page in (*PAGES, *ROWS_PAGES):
        assert client.get(page).status_code == 403
    for deed in ("models/back", "models/training", "corrections/export", "corrections/check"):
        assert client.post(f"/admin/{deed}").status_code == 403


def test_pages_without_anything_explain_themselves(desk: FlaskClient) -> None:
    words = ("对比两个版本", "拒识曲线", "没有影子运行", "还没有重新训练过")
    for page, word in zip(PAGES, words, strict=True):
        answer = desk.get(page)
        assert answer.status_code == 200
        assert word in read(answer)
    assert "还没有修正样本" in read(desk.get("/admin/corrections"))
    assert "开始核查" in read(desk.get("/admin/corrections/check"))
    for missing in ("/admin/models/nobody", "/admin/models/comparisons/9", "/admin/models/a/b"):
        assert desk.get(missing).status_code == 404


def test_a_version_shows_what_it_can_and_what_it_saw(desk: FlaskClient) -> None:
    page = read(desk.get("/admin/models/starter"))
    for word in ("自带起步模型", "混淆矩阵", "最常混淆", "scikit-learn", "数据指纹", "召回率"):
        assert word in page
    assert '<polyline class="curve-line" points="' in page


def test_a_worse_one_wants_a_reason_and_one_click_leads_back(desk: FlaskClient) -> None:
    refused = desk.post("/admin/models/activate", data={"model": "m-2"})
    assert refused.status_code == 422
    assert "请写明理由" in read(refused)
    done = desk.post("/admin/models/activate", data={"model": "m-2", "reason": "试一天"})
    assert done.status_code == 303
    page = read(desk.get("/admin/models"))
    assert "试一天" in page
    assert "退回上一版 starter" in page
    assert desk.post("/admin/models/back").status_code == 303
    assert learning.active_model_id() == "starter"
    assert "一键退回上一版" in read(desk.get("/admin/models"))


def test_a_damaged_active_model_is_a_red_state_with_a_way_out(
    desk: FlaskClient, shelf: Shelf, at: datetime
) -> None:
    learning.activate("m-2", at=at)
    (shelf.folder / "m-2" / "arrays.npz").write_bytes(b"broken")
    page = read(desk.get("/admin/models"))
    assert "使用中的模型 m-2 不能用" in page
    assert "工单照常受理，全部由分派员分类" in page
    assert desk.post("/admin/models/back").status_code == 303
    assert "不能用" not in read(desk.get("/admin/models"))
    assert desk.post("/admin/models/activate", data={"model": "m-2"}).status_code == 422


def test_comparing_on_an_uploaded_table(desk: FlaskClient) -> None:
    asked = {
        "first": "starter",
        "second": "m-2",
        "source": "file",
        "text_column": "内容",
        "title_column": "标题",
        "label_column": "分类",
    }
    wrong = {**asked, "label_column": "类别"}
    refused = desk.post("/admin/models/compare", data={**wrong, "file": upload()})
    assert refused.status_code == 422
    assert "文件中的列有：标题、内容、分类" in read(refused)
    assert desk.post("/admin/models/compare", data=asked).status_code == 422  # no file
    done = desk.post("/admin/models/compare", data={**asked, "file": upload()})
    assert done.status_code == 303
    assert "等待执行" in read(desk.get(done.location))
    learn(LearningKind.COMPARE)
    page = read(desk.get(done.location))
    assert "确实更好" in page
    assert "13******" in page  # numbers in examples are masked
    assert "13912345678" not in page
    assert "只有 starter 分对的例子" in page


def learn(kind: LearningKind) -> None:
    """Let the learning worker do what was asked for last."""
    jobs.learn(learning_runs.newest(kind)[0].id)
    look()


def upload() -> tuple[io.BytesIO, str]:
    return io.BytesIO(file_of()), "rows.csv"


def test_comparing_on_tickets_kept_back_hides_confidential_ones(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    asked = {"first": "starter", "second": "m-2", "source": "held"}
    refused = desk.post("/admin/models/compare", data=asked)
    assert refused.status_code == 422
    assert "至少要 20 条" in read(refused)

    def confidential(**changes: object) -> int:
        return a_ticket(confidential=True, **changes)

    confirm_held(confidential, at, 20)
    done = desk.post("/admin/models/compare", data=asked)
    learn(LearningKind.COMPARE)
    page = read(desk.get(done.location))
    assert "保密工单，不显示内容" in page
    assert "夜间施工噪声" not in page


def test_the_shadow_from_start_to_promotion(
    desk: FlaskClient, shelf: Shelf, a_ticket: Callable[..., int], at: datetime
) -> None:
    assert desk.post("/admin/models/shadow/start", data={"model": "starter"}).status_code == 422
    assert desk.post("/admin/models/shadow/start", data={"model": "m-2"}).status_code == 303
    title, content = TEXTS["020203"]
    ticket_id = a_ticket(title=title, content=content, at=at)
    sorting.suggest(ticket_id, shelf, at=at)
    sorting.reclassify(ticket_id, "020203", who("dispatcher"), at=at)
    jobs.look_in_shadow()
    look()
    page = read(desk.get("/admin/models/shadow"))
    assert "人工：<b>环境保护／噪音污染</b>" in page
    assert "答案不同的工单" in page
    assert desk.post("/admin/models/shadow/promote", data={"reason": ""}).status_code == 422
    assert desk.post("/admin/models/shadow/end").status_code == 303
    assert shadows.open_run() is None
    assert desk.post("/admin/models/shadow/end").status_code == 409
    shadowing.start("m-2", who("admin"), shelf, at=at)
    assert desk.post("/admin/models/shadow/promote", data={"reason": "可以"}).status_code == 303
    assert learning.active_model_id() == "m-2"


def test_training_is_asked_for_once_and_the_rule_is_data(desk: FlaskClient) -> None:
    assert desk.post("/admin/models/training").status_code == 303
    assert desk.post("/admin/models/training").status_code == 409
    page = read(desk.get("/admin/models/training"))
    assert "等待执行" in page
    assert "等这一次完成" in page
    rule = {"is_nightly": "yes", "hour": "3", "least_rows": "80", "most_drop": "2.5"}
    assert desk.post("/admin/models/training/rule", data=rule).status_code == 303
    found = learning_runs.rule()
    assert (found.hour, found.least_rows, found.most_drop) == (3, 80, 0.025)
    assert (found.is_nightly, found.is_automatic) == (True, False)
    for field, wrong in (("hour", "99"), ("least_rows", "many"), ("most_drop", "x")):
        refused = desk.post("/admin/models/training/rule", data={**rule, field: wrong})
        assert refused.status_code == 422
        assert "还有 1 处需要修改" in read(refused)


def test_rows_are_filtered_excluded_and_taken_back(
    desk: FlaskClient, shelf: Shelf, a_ticket: Callable[..., int], at: datetime
) -> None:
    title, content = TEXTS["020203"]
    ticket_id = a_ticket(title=title, content=content, at=at)
    sorting.suggest(ticket_id, shelf, at=at)
    sorting.reclassify(ticket_id, "020203", who("dispatcher"), at=at)
    dispatching.dispatch(
        ticket_id, CHENGGUAN, actor=who("dispatcher"), at=at, category_code="020203"
    )
    learning.harvest(ticket_id, at=at)
    page = read(desk.get("/admin/corrections"))
    assert "依据模型 starter" in page
    assert f"派往 {unit(CHENGGUAN).short_name}" in page
    assert title in read(desk.get("/admin/corrections?source=dispatch&state=counts&category=02"))
    for empty in ("source=redispatch", "state=excluded", "category=05", "state=waiting"):
        assert "还没有修正样本" in read(desk.get(f"/admin/corrections?{empty}"))
    row = db.session.scalars(select(Correction.id).order_by(Correction.id)).first()
    assert desk.post(f"/admin/corrections/{row}/exclude", data={}).status_code == 422
    done = desk.post(f"/admin/corrections/{row}/exclude", data={"reason": "应为占道"})
    assert done.status_code == 303
    assert "应为占道" in read(desk.get("/admin/corrections?state=excluded"))
    assert list(learning.training_rows()) == []
    assert desk.post(f"/admin/corrections/{row}/readmit").status_code == 303
    assert len(list(learning.training_rows())) == 1
    assert desk.post("/admin/corrections/999/exclude", data={"reason": "无"}).status_code == 404


def test_an_export_is_recorded_and_safe_to_open(
    desk: FlaskClient, a_ticket: Callable[..., int], at: datetime
) -> None:
    confirm(a_ticket, at)
    a_formula = a_ticket(title="=HYPERLINK(1)", content="=1+1 夜间施工", at=at)
    sorting.reclassify(a_formula, "020203", who("dispatcher"), at=at)
    hidden = a_ticket(title="保密的事", content="不要告诉别人", confidential=True, at=at)
    sorting.reclassify(hidden, "020203", who("dispatcher"), at=at)
    answer = desk.post("/admin/corrections/export", data={"source": "reclassify"})
    assert answer.headers["Content-Disposition"].endswith('"training-rows.csv"')
    body = answer.get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert len(rows) == 4
    assert rows[2][1:3] == ["'=HYPERLINK(1)", "'=1+1 夜间施工"]
    assert "不要告诉别人" not in body
    run = db.session.scalars(select(LearningRun)).one()
    assert (run.kind, run.asked_by) == (LearningKind.EXPORT, who("admin").name)
    assert run.spec == {"source": "reclassify"}
    assert who("admin").name in read(desk.get("/admin/corrections"))


def test_wrong_labels_are_found_and_judged_by_a_person(
    desk: FlaskClient,
    a_ticket: Callable[..., int],
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = {code[:4] for code in TEXTS}  # the corpus of these three matters is quicker learned
    backing = [row for row in classifier.backing_rows() if row[2] in second]
    monkeypatch.setattr(classifier, "backing_rows", lambda: backing)
    for number in range(54):
        code = list(TEXTS)[number % 3]
        confirm(a_ticket, at, code, f"，{number} 号", by="050301" if number == 3 else "")
    assert desk.post("/admin/corrections/check").status_code == 303
    assert desk.post("/admin/corrections/check").status_code == 409
    learn(LearningKind.NOISE)
    page = read(desk.get("/admin/corrections/check"))
    assert "可疑（" in page
    wrong = db.session.scalars(
        select(Correction).where(Correction.to_code == "050301").order_by(Correction.id)
    ).all()[1]
    assert f"/admin/corrections/{wrong.id}/keep" in page
    assert desk.post(f"/admin/corrections/{wrong.id}/keep").status_code == 303
    assert f"/{wrong.id}/keep" not in read(desk.get("/admin/corrections/check"))
    assert "已核对无误" in read(desk.get("/admin/corrections?category=05"))
