"""A city's history made up for measuring (合成历史工单): many rows, three levels, a long tail.

    python -m bench.history ROWS FILE.csv [SEED]

Sentences of the starter corpus are put together anew with words of invented leaves, streets and
numbers. It measures time and memory; how well a model does on it says little of real messages.
"""

from __future__ import annotations

import csv
import random
import sys
from collections import defaultdict
from itertools import accumulate, chain
from pathlib import Path
from typing import TYPE_CHECKING

from classifier import load_tree, starter_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = ("title", "text", "level1", "level2", "level3", "department")
LEAVES_OF_SECOND = 13
TAIL = 1.1
"""Zipf's power: the commonest leaf has thousands of rows, hundreds of leaves have one to five."""
NOISE = 0.03
"""Rows that somebody sorted wrongly."""
DISTRICTS = (*"东西南北中江河湖山城林云", "高新")
PLACES = ("路", "街", "小区", "花园", "村", "广场", "新城", "家园")
OPENINGS = ("您好，", "请问", "我想反映", "多次投诉无果，", "希望有关部门", "", "", "急急急！")
ENDINGS = ("请尽快处理。", "望回复", "谢谢！", "已经三个月了", "打了好几次电话没人管", "", "")


class City:
    """Invented leaves below the second level of the tree, each with words of its own."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        tree = load_tree()
        self.sentences: dict[str, list[str]] = defaultdict(list)
        for row in starter_corpus():
            pieces = row.text.replace("！", "。").replace("？", "。").split("。")
            self.sentences[row.label] += [piece for piece in pieces if len(piece) > 3]
        said = chain.from_iterable(chain.from_iterable(self.sentences.values()))
        characters = sorted({character for character in said if character >= "一"})
        self.leaves: list[tuple[str, str, str, str]] = []
        self.words: list[list[str]] = []
        for code in tree.codes(2):
            first, second = tree.path(code).split("/")
            for number in range(LEAVES_OF_SECOND):
                words = ["".join(self.random.choices(characters, k=2)) for _ in range(6)]
                self.leaves.append((first, second, f"{words[0]}{words[1]}{number}类", code))
                self.words.append(words)
        order = list(range(len(self.leaves)))
        self.random.shuffle(order)
        weights = [0.0] * len(order)
        for rank, leaf in enumerate(order, start=1):
            weights[leaf] = rank**-TAIL
        self.sums = list(accumulate(weights))

    def rows(self, count: int) -> Iterator[tuple[str, ...]]:
        """So many messages, one after the other."""
        draw = self.random
        numbers = range(len(self.leaves))
        for _ in range(count):
            leaf = draw.choices(numbers, cum_weights=self.sums)[0]
            first, second, third, code = self.leaves[leaf]
            district = draw.choice(DISTRICTS)
            place = f"{district}{draw.choice('春和安平福民德康')}{draw.choice(PLACES)}"
            said = draw.choices(self.words[leaf], k=3)
            known = self.sentences[code] or ["情况属实"]
            text = (
                f"{draw.choice(OPENINGS)}{place}{draw.randint(1, 99)}号{said[0]}，"
                f"{draw.choice(known)}，{said[1]}{draw.choice(known)}，"
                f"{said[2]}{draw.choice(ENDINGS)}"
            )
            if draw.random() < NOISE:
                first, second, third, _ = draw.choice(self.leaves)
            yield f"{place}{said[0]}", text, first, second, third, f"{district}区{first}局"


def write(rows: int, path: Path, seed: int = 1) -> None:
    """Write the history of a city as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(City(seed).rows(rows))


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
