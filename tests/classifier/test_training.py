"""Training: honest figures, stable results, clear refusals."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from classifier import TrainedModel, TrainingError, starter_corpus, train
from classifier.learning.calibration import calibration_error, fit_calibration
from classifier.learning.folding import deal_folds, group_copies
from classifier.learning.prior import learn_prior
from classifier.reading.documents import read_documents

AT = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)

Rows = tuple[list[tuple[str, str]], list[str]]


def test_model_learns_what_it_has_not_seen(trained: TrainedModel) -> None:
    assert trained.metrics["accuracy"] > 0.7
    assert trained.metrics["macro_f1"] > 0.7
    assert 0 <= trained.metrics["ece"] < 0.2
    assert trained.evaluation.coverage["0.5"] >= trained.metrics["accuracy"]


def test_metadata_tells_where_the_model_comes_from(
    trained: TrainedModel, chosen_rows: Rows
) -> None:
    metadata = trained.classifier.metadata
    assert metadata["author"] == "测试员"
    assert metadata["created_at"] == "2026-03-10T03:30:00+00:00"
    assert metadata["id"].startswith("m20260310033000-")
    assert sum(metadata["counts"].values()) == len(chosen_rows[1])
    assert len(metadata["data_sha256"]) == 64
    assert {"scikit-learn", "jieba", "numpy"} <= set(metadata["libraries"])


def test_same_rows_give_the_same_model(chosen_rows: Rows, trained: TrainedModel) -> None:
    again = train(*chosen_rows, author="测试员", at=AT)
    assert again.id == trained.id
    assert again.metrics == trained.metrics
    assert np.array_equal(again.classifier.weights.weights, trained.classifier.weights.weights)


def test_progress_runs_from_start_to_end() -> None:
    steps: list[tuple[str, float]] = []
    texts = [("停水", f"小区停水{n}") for n in range(6)]
    texts += [("补课", f"学校补课{n}") for n in range(6)]
    train(
        texts,
        ["水"] * 6 + ["学"] * 6,
        author="a",
        at=AT,
        progress=lambda *step: steps.append(step),
    )
    shares = [share for _, share in steps]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_label_with_a_single_row_is_learned_but_not_judged() -> None:
    texts = [("停水", f"小区停水{n}") for n in range(6)]
    texts += [("补课", f"学校补课{n}") for n in range(6)] + [("公墓", "公墓太贵")]
    model = train(texts, ["水"] * 6 + ["学"] * 6 + ["墓"], author="a", at=AT)
    assert set(model.evaluation.per_class) == {"水", "学"}
    assert model.classifier.suggest("公墓", "公墓太贵").ranked[0].label == "墓"


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        ([("a", "b")] * 12, ["水"] * 11, "数目不符"),
        ([], [], "至少需要 10 条"),
        ([("a", "b")] * 12, ["水"] * 12, "只有一个标签"),
        ([("a", "b")] * 12, ["水"] * 11 + [" "], "空的标签"),
        ([("a", "b")] * 12, [f"第{n}类" for n in range(12)], "无法交叉验证"),
    ],
)
def test_rows_that_cannot_teach_are_refused(
    texts: list[tuple[str, str]], labels: list[str], message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        train(texts, labels, author="a", at=AT)


def test_folds_spread_each_label_evenly() -> None:
    targets = np.repeat([0, 1, 2], [50, 7, 1])
    folds = deal_folds(targets, np.arange(len(targets)))
    assert np.bincount(folds[:50]).tolist() == [10] * 5
    assert set(np.bincount(folds[50:57], minlength=5).tolist()) == {1, 2}
    assert folds[57] == -1


def test_copies_of_a_message_share_a_fold() -> None:
    texts = [("停水", f"小区停水{n % 30}天，没人管！") for n in range(50)]
    texts[7] = ("停水", "小区停水 7 天 没人管")
    groups = group_copies(texts)
    assert len(np.unique(groups)) == 30
    folds = deal_folds(np.zeros(50, dtype=np.int64), groups)
    assert folds[7] == folds[37]
    assert all(len(set(folds[groups == group])) == 1 for group in np.unique(groups))


def test_two_fifths_of_copies_are_told_and_do_not_flatter() -> None:
    """The labels of these messages cannot be learned: only a copy would give one away."""
    random = np.random.default_rng(3)
    signs = [chr(0x4E00 + n) for n in range(2_000)]
    texts = [("", "".join(random.choice(signs, 12))) for _ in range(120)]
    labels = ["水" if n % 2 else "电" for n in range(120)]
    texts, labels = texts + texts[:79] + texts[:1], labels + labels[:79] + ["水"]
    model = train(texts, labels, author="a", at=AT)
    assert model.classifier.metadata["duplicates"] == 80  # 40 % of 200
    assert model.classifier.metadata["contradictions"] == 1
    assert model.metrics["accuracy"] < 0.7


def test_copies_of_one_message_alone_cannot_be_cross_validated() -> None:
    texts = [("停水", "小区停水")] * 6 + [("补课", "学校补课")] * 6
    with pytest.raises(TrainingError, match="重复或各半矛盾，去掉后无法交叉验证"):
        train(texts, ["水"] * 6 + ["学"] * 6, author="a", at=AT)


def test_the_corpus_has_a_say_where_the_tree_knows_every_label() -> None:
    first = [("停水", f"小区停水{n}小时") for n in range(8)]
    first += [("补课", f"学校补课{n}元") for n in range(8)]
    known = train(first, ["城乡建设"] * 8 + ["教育文体"] * 8, author="a", at=AT)
    own = train(first, ["水务"] * 8 + ["教育文体"] * 8, author="a", at=AT)
    assert own.classifier.prior is None
    prior = known.classifier.prior
    assert prior is not None
    unheard = read_documents([("", "幼儿园招生不公平"), ("", "路灯不亮，下水道堵塞")])
    best = prior.decisions(unheard).argmax(axis=1).tolist()
    assert [known.classifier.labels[place] for place in best] == ["教育文体", "城乡建设"]


def test_the_corpus_is_never_judged_by_itself() -> None:
    rows = [row for row in starter_corpus() if row.label[:2] in ("02", "07")]
    every = learn_prior(["环境保护", "交通运输"], [])
    rest = learn_prior(["环境保护", "交通运输"], [(row.title, row.text) for row in rows])
    assert every is not None
    assert rest is not None
    assert every.space.width > rest.space.width


def test_calibration_finds_the_odds_that_made_the_labels() -> None:
    random = np.random.default_rng(7)
    decisions = random.normal(size=(6_000, 3))
    odds = np.exp(2.0 * decisions)
    odds /= odds.sum(axis=1, keepdims=True)
    targets = np.array([random.choice(3, p=row) for row in odds])
    fitted = fit_calibration(decisions, targets)
    judged = fitted.probabilities(decisions)
    assert fitted.slope + fitted.bend / 2 == pytest.approx(2.0, abs=0.2)
    assert calibration_error(judged.max(axis=1), judged.argmax(axis=1) == targets) < 0.02


def test_calibration_error_of_the_boastful_and_the_honest() -> None:
    right = np.array([True, False] * 50)
    assert calibration_error(np.full(100, 0.95), right) == pytest.approx(0.45)
    assert calibration_error(np.full(100, 0.5), right) == pytest.approx(0.0)
