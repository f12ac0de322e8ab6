"""Training anew: now, by night, and by which rule a candidate is activated (重新训练)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import Invalid
from hotline.domain.learning import LearningKind
from hotline.queries import learning_runs, samples
from hotline.queries.learning_runs import NightRule
from hotline.services.training import night_rules, retraining
from hotline.web.access import now, staff
from hotline.web.admin import admin
from hotline.web.admin.model_words import progress
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.web.admin.drafting import Answer


@admin.get("/models/training")
def training() -> str:
    """Show the run that goes on, the last ones, and the rule of the night."""
    return _page({}, {})


def _page(values: dict[str, Any], errors: dict[str, str]) -> str:
    rule = learning_runs.rule()
    runs = [progress(run) for run in learning_runs.newest(LearningKind.RETRAIN)]
    return render_template(
        "admin/training.html",
        runs=runs,
        is_busy=any(run is not None and not run["is_done"] for run in runs),
        fresh=samples.fresh_since(retraining.last_learned()),
        rule=rule,
        changed=f"{rule.changed_by} {local(rule.changed_at)}" if rule.changed_at else "出厂设置",
        values={
            "hour": rule.hour,
            "least_rows": rule.least_rows,
            "most_drop": f"{rule.most_drop * 100:g}",
            "is_nightly": rule.is_nightly,
            "is_automatic": rule.is_automatic,
            **values,
        },
        errors=errors,
    )


@admin.post("/models/training")
def train_now() -> Response:
    """现在训练: asked for, done by the learning worker."""
    retraining.order(staff(), at=now())
    flash("已安排训练，进度见本页；期间分派照常进行", "success")
    return redirect(url_for(".training"), 303)


@admin.post("/models/training/rule")
def set_night_rule() -> Answer:
    """Change the rule of the night."""
    asked = request.form.to_dict()
    try:
        night_rules.set_rule(_rule(asked), staff(), at=now())
    except Invalid as error:
        kept = {
            **asked,
            "is_nightly": "is_nightly" in asked,
            "is_automatic": "is_automatic" in asked,
        }
        return _page(kept, error.errors), 422
    flash("重训规则已保存", "success")
    return redirect(url_for(".training"), 303)


def _rule(asked: dict[str, str]) -> NightRule:
    return NightRule(
        is_nightly="is_nightly" in asked,
        hour=_whole(asked, "hour"),
        least_rows=_whole(asked, "least_rows"),
        is_automatic="is_automatic" in asked,
        most_drop=_percent(asked.get("most_drop", "")),
    )


def _whole(asked: dict[str, str], field: str) -> int:
    said = asked.get(field, "").strip()
    if not (said.isascii() and said.isdigit()) or len(said) > len("100000"):
        raise Invalid(field, "请填写整数")
    return int(said)


def _percent(said: str) -> float:
    try:
        return round(float(said) / 100, 4)
    except ValueError as error:
        raise Invalid("most_drop", "请填写百分点，如 5") from error
