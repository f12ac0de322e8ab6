"""Suggestions: ranked, explained, and unsure where a person is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from classifier import Ranked, Suggestion, TrainedModel, rollup

if TYPE_CHECKING:
    from classifier import Classifier


@pytest.fixture(scope="module")
def model(trained: TrainedModel) -> Classifier:
    return trained.classifier


def test_suggestion_ranks_every_category_and_gives_reasons(model: Classifier) -> None:
    suggestion = model.suggest("餐馆油烟", "楼下餐馆油烟太大，还有噪音，晚上臭气熏得睡不着")
    best = suggestion.ranked[0]
    assert (best.label, best.code) == ("0202", "0202")
    assert "油烟" in best.because
    assert len(suggestion.ranked) == 8
    odds = [ranked.probability for ranked in suggestion.ranked]
    assert odds == sorted(odds, reverse=True)
    assert sum(odds) == pytest.approx(1.0)
    assert suggestion.model_id == model.model_id


def test_reasons_are_readable_words_of_the_text(model: Classifier) -> None:
    text = "医院挂号排队三个小时，医生态度差，请问您好谢谢"
    for ranked in model.suggest("医院挂号难", text).ranked[:3]:
        assert all(word in text + "医院挂号难" and len(word) > 1 for word in ranked.because)
        assert not {"您好", "谢谢", "请问"} & set(ranked.because)


@pytest.mark.parametrize(
    ("title", "text", "doubt"),
    [
        ("", "😀😀👍", "没有汉字"),
        ("help", "my water is off since monday", "没有汉字"),
        ("", "水", "文字过短"),
        ("", "", "没有汉字"),
        ("小區停電", "我們這裡停電兩天了，沒人來維修，請儘快處理", "繁体字较多"),
        ("", "学校补课收费。" * 1_500, "文字过长"),
        ("", "魑魅魍魉饕餮", "没有说明问题的词"),
    ],
)
def test_text_no_machine_should_judge_goes_to_a_person(
    model: Classifier, title: str, text: str, doubt: str
) -> None:
    suggestion = model.suggest(title, text)
    assert suggestion.unsure
    assert suggestion.doubt == doubt
    assert 0 < suggestion.ranked[0].probability <= 1


def test_nothing_known_gives_the_shares_of_the_training_rows(model: Classifier) -> None:
    suggestion = model.suggest("", "😀")
    assert [r.probability for r in suggestion.ranked] == sorted(model.shares, reverse=True)


def test_a_weak_first_category_is_unsure(model: Classifier) -> None:
    suggestion = model.suggest("事情", "有一件事情想说一说")
    assert suggestion.ranked[0].probability < 0.5
    assert (suggestion.unsure, suggestion.doubt) == (True, "把握不足")


def test_batch_agrees_with_one_by_one(model: Classifier) -> None:
    rows = [("停水", "小区停水"), ("", "😀"), ("转学", "孩子转学学籍办不了")] * 200
    many = model.predict_many(rows)
    assert len(many) == 600
    for row, batch in zip(rows[:3], many[:3], strict=True):
        single = model.suggest(*row)
        assert [r.label for r in batch.ranked] == [r.label for r in single.ranked]
        assert batch.ranked[0].probability == pytest.approx(single.ranked[0].probability)
        assert (batch.unsure, batch.doubt) == (single.unsure, single.doubt)
    assert model.predict_many([]) == []


def test_rollup_answers_the_parent_when_children_share_the_odds() -> None:
    suggestion = Suggestion(
        (
            Ranked("0603", "0603", 0.4, ("退款",)),
            Ranked("0102", "0102", 0.3, ("停水",)),
            Ranked("0109", "0109", 0.25, ("物业", "停水")),
            Ranked("别的", None, 0.05, ()),
        ),
        "starter",
        unsure=True,
    )
    first, second, third = rollup(suggestion)
    assert first == Ranked("城乡建设", "01", pytest.approx(0.55), ("停水", "物业"))
    assert (second.label, second.code) == ("商贸旅游", "06")
    assert third == Ranked("别的", None, 0.05, ())
