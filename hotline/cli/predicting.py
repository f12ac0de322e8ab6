"""Trying a model on one text or on a table of any length (分类试用)."""

from __future__ import annotations

import json
import os
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

import classifier
from hotline.cli import workshop
from hotline.cli.examples import pair, usual_columns
from hotline.cli.tabular import Refusals, Table, written
from hotline.cli.telling import tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from classifier import Classifier, Ranked, Suggestion

SHOWN = 5
UNITS = 3
BATCH = 512
COLUMNS = (
    *("line", "label", "code", "path", "probability", "unsure"),
    *("answer", "answer_probability"),
)


def predict_text(text: str, model_id: str | None, *, as_json: bool) -> None:
    """Tell the likeliest categories of one text, with the words that spoke for them."""
    model = workshop.chosen(model_id)
    said = model.suggest("", text)
    danger = classifier.urgency(text)
    result = {
        "model": model.model_id,
        **_answer(said),
        "doubt": said.doubt,
        "ranked": [{**_named(r), "because": list(r.because)} for r in said.ranked[:SHOWN]],
        "departments": [
            {"name": unit.name, "probability": round(unit.probability, 4)}
            for unit in said.departments
        ],
        "urgency": danger.level,
        "kind": classifier.suggest_kind(text),
    }
    tell(result, as_json=as_json, words=lambda: _words(said))


def _words(said: Suggestion) -> str:
    lines = [
        f"{r.probability:6.1%}  {_path(r)}" + (f"（{'、'.join(r.because)}）" if r.because else "")
        for r in said.ranked[:SHOWN]
    ]
    answer = said.answer
    if answer is not None and answer.label != said.ranked[0].label:
        lines.append(f"更有把握的上级：{answer.label} {answer.probability:.1%}")
    if said.departments:
        units = (f"{unit.name} {unit.probability:.0%}" for unit in said.departments[:UNITS])
        lines.append(f"按历史工单的承办单位：{'、'.join(units)}")
    return "\n".join(lines + ([f"没有把握：{said.doubt}"] if said.doubt else []))


def predict_file(
    path: Path, columns: tuple[str, ...], model_id: str | None, *, as_json: bool
) -> None:
    """Classify row by row onto standard output; neither file nor answers are held in memory."""
    table = Table(path)
    columns = columns or usual_columns(table)
    table.need(*columns)
    refusals = Refusals()
    lines = _lines(table, columns, workshop.chosen(model_id), refusals)
    try:
        (_stream_json if as_json else _stream_csv)(lines, refusals)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lines(
    table: Table, columns: tuple[str, ...], model: Classifier, refusals: Refusals
) -> Iterator[dict[str, Any]]:
    from tqdm import tqdm

    rows = iter(tqdm(table.rows(refusals), desc="分类", unit="行", mininterval=0.5))
    while batch := list(islice(rows, BATCH)):
        said = model.predict_many([pair(row, columns) for row in batch])
        for row, suggestion in zip(batch, said, strict=True):
            yield {"line": row.line, "model": suggestion.model_id, **_answer(suggestion)}


def _stream_csv(lines: Iterator[dict[str, Any]], refusals: Refusals) -> None:
    del refusals  # told on standard error already
    sys.stdout.write(written(COLUMNS))
    for line in lines:
        cells = {**line, "unsure": str(line["unsure"]).lower()}
        sys.stdout.write(written([cells[name] for name in COLUMNS]))


def _stream_json(lines: Iterator[dict[str, Any]], refusals: Refusals) -> None:
    """One JSON object, written as it grows."""
    sys.stdout.write('{"predictions": [')
    count = 0
    for line in lines:
        sys.stdout.write(("" if count == 0 else ",\n") + json.dumps(line, ensure_ascii=False))
        count += 1
    end = {"rows": count, "refused": refusals.count, "refusals": refusals.as_list()}
    sys.stdout.write("], " + json.dumps(end, ensure_ascii=False)[1:] + "\n")


def _answer(said: Suggestion) -> dict[str, Any]:
    """The best category and, where it is weak, the surer one above it that answers."""
    answer = said.answer or said.ranked[0]
    return {
        **_named(said.ranked[0]),
        "unsure": said.unsure,
        "answer": answer.label,
        "answer_probability": round(answer.probability, 4),
    }


def _named(ranked: Ranked) -> dict[str, Any]:
    return {
        "label": ranked.label,
        "code": ranked.code,
        "path": _path(ranked),
        "probability": round(ranked.probability, 4),
    }


def _path(ranked: Ranked) -> str:
    return classifier.load_tree().path(ranked.code) if ranked.code else ranked.label
