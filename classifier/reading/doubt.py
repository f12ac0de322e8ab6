"""When a suggestion goes to a person (存疑): texts no machine should judge alone, and weak odds."""

from __future__ import annotations

from classifier.reading.cleaning import count_traditional

# Below this probability the first category is wrong too often to stand without a person.
SURE_FROM = 0.5
# One character names no matter; two (停水) can.
FEWEST_CHARACTERS = 2
# Longer texts tell several matters at once: 99 % of real messages stay under 2,700 characters.
LONGEST_TEXT = 5_000
# A name in old writing is no doubt; a text in it is.
TRADITIONAL_SHARE = 0.05
TRADITIONAL_COUNT = 2
# The one doubt that a surer parent category takes away; all others are about the text itself.
WEAK_ODDS = "把握不足"


def doubt_about(row: tuple[str, str], han: int, telling_words: int, probability: float) -> str:
    """Why a person should look, in words for the dispatcher; empty when there is no doubt.

    `han` counts the Han characters, `telling_words` the words the model has learned that may be a
    reason: 反映问题，请尽快处理 names no matter, whatever the odds.
    """
    if han == 0:
        return "没有汉字"
    if han < FEWEST_CHARACTERS:
        return "文字过短"
    if sum(map(len, row)) > LONGEST_TEXT:
        return "文字过长"
    old = sum(map(count_traditional, row))
    if old >= TRADITIONAL_COUNT and old >= TRADITIONAL_SHARE * han:
        return "繁体字较多"
    if telling_words == 0:
        return "没有说明问题的词"
    return "" if probability >= SURE_FROM else WEAK_ODDS
