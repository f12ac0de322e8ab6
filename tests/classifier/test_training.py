"""Training: honest figures, stable results, clear refusals."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from classifier import TrainedModel, TrainingError, train
from classifier.learning.calibration import calibration_error, fit_calibration
from classifier.learning.training import deal_folds

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
    texts = [("停水", "小区停水")] * 6 + [("补课", "学校补课")] * 6 + [("公墓", "公墓太贵")]
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
    folds = deal_folds(targets)
    assert np.bincount(folds[:50]).tolist() == [10] * 5
    assert set(np.bincount(folds[50:57], minlength=5).tolist()) == {1, 2}
    assert folds[57] == -1


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
