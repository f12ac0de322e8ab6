"""Label noise: flipped labels are found, clean ones are left alone, too few rows are refused."""

from __future__ import annotations

import random

import pytest

from classifier import TrainingError, find_noise, starter_corpus

PLAIN = {
    "0202": ("夜间施工噪声", "工地夜里十二点还在打桩，机器轰鸣，居民无法入睡"),
    "0304": ("小区停水", "自来水已经停了两天，水管没有水，做饭洗漱都不行"),
    "0502": ("拖欠工资", "老板拖欠农民工工资三个月，劳动合同也不签"),
    "0705": ("学校收费", "学校补课乱收费，老师强制学生买教辅资料"),
}


def written() -> tuple[list[tuple[str, str]], list[str]]:
    """Forty plain messages of each of four matters, no two alike."""
    texts, labels = [], []
    for code, (title, text) in PLAIN.items():
        for number in range(40):
            texts.append((title, f"{text}，{number} 号楼的人反映了 {number + 3} 次"))
            labels.append(code)
    return texts, labels


def test_flipped_labels_are_found_and_named() -> None:
    texts, labels = written()
    flipped = sorted(random.Random(5).sample(range(len(labels)), 8))
    noisy = list(labels)
    for row in flipped:
        noisy[row] = "0705" if labels[row] != "0705" else "0202"
    found = find_noise(texts, noisy)
    assert sorted(suspect.row for suspect in found.suspects) == flipped
    for suspect in found.suspects:
        assert (suspect.given, suspect.meant) == (noisy[suspect.row], labels[suspect.row])
        assert suspect.meant_odds > suspect.given_odds
    assert found.share == pytest.approx(8 / 160)
    assert sum(rows for *_pair, rows, _share in found.pairs) == 8


def test_clean_rows_have_no_suspects() -> None:
    assert find_noise(*written()).suspects == ()


def test_five_in_a_hundred_flipped_are_found_with_useful_precision() -> None:
    """On the harder corpus: those ranked first are mostly flipped ones."""
    chosen = ("0102", "0202", "0304", "0402", "0502", "0603", "0705", "0904")
    rows = [row for row in starter_corpus() if row.label in chosen]
    luck = random.Random(1)
    flipped = set(luck.sample(range(len(rows)), len(rows) // 20))
    noisy = [
        luck.choice([code for code in chosen if code != row.label]) if n in flipped else row.label
        for n, row in enumerate(rows)
    ]
    found = find_noise([(row.title, row.text) for row in rows], noisy)
    first = [suspect.row for suspect in found.suspects[: len(flipped)]]
    hits = len(flipped & set(first))
    assert hits / len(first) >= 0.5
    assert len(flipped & {s.row for s in found.suspects}) / len(flipped) >= 0.6


def test_trusted_rows_teach_and_are_not_judged() -> None:
    texts, labels = written()
    backing = [(title, text, code) for (title, text), code in zip(texts, labels, strict=True)]
    noisy = ["0304" if row < 5 else code for row, code in enumerate(labels)][:60]
    found = find_noise(
        [(f"又{t}", f"再次反映：{x}") for t, x in texts[:60]], noisy, backing=backing
    )
    assert found.rows == 60
    assert sorted(suspect.row for suspect in found.suspects) == [0, 1, 2, 3, 4]
    assert {(s.given, s.meant) for s in found.suspects} == {("0304", "0202")}


def test_too_few_rows_or_one_label_are_refused() -> None:
    texts, labels = written()
    with pytest.raises(TrainingError, match="至少需要 50 条"):
        find_noise(texts[:10], labels[:10])
    with pytest.raises(TrainingError, match="只有一个标签"):
        find_noise(texts[:50], ["0202"] * 50)
