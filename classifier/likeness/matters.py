"""What a text is about, however it is worded (诉求说法): 没来水 and 断水 are both 停水."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from classifier.reading.word_lists import lines_of


def name_matters(cleaned: str) -> Counter[str]:
    """Count how often each known matter is spoken of in a cleaned text."""
    counted = {name: len(pattern.findall(cleaned)) for name, pattern in _matters()}
    return Counter({name: count for name, count in counted.items() if count})


@cache
def _matters() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Patterns by name; a dot in them stands for any character but the blank between two runs."""
    parted = (line.split(maxsplit=1) for line in lines_of("matters.txt"))
    return tuple((name, re.compile(pattern.replace(".", "[^ ]"))) for name, pattern in parted)
