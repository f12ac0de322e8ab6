"""Time-limit policies: rules by clock in plain words, terms, city profiles, TOML (时限规则)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request

import sla
from hotline.domain.errors import Invalid
from hotline.domain.rules import read_policy
from hotline.domain.timing import RuleSubject
from hotline.queries import rule_differences, rule_words
from hotline.web.admin import admin, drafting, policy_forms
from hotline.web.admin.drafting import NOTHING, Refused, Working
from hotline.web.admin.pasting import download, pasted

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.domain.rules import Document
    from hotline.web.admin.drafting import Answer


@admin.get("/policies")
def policies() -> str:
    """Show all rules and terms of the working copy."""
    return _page(drafting.working(RuleSubject.POLICY))


def _page(copy: Working, kept: Refused = NOTHING, **more: Any) -> str:  # noqa: ANN401 - context
    profile, known = read_policy(copy.document), rule_words.names()
    return render_template(
        "admin/policies.html",
        **copy.context(),
        kept=kept,
        profile=profile,
        clocks=_by_clock(profile, known),
        terms=rule_differences.terms_of(profile),
        profiles=[(name, name) for name in sla.profile_names()],
        **more,
    )


def _by_clock(profile: sla.Profile, known: rule_words.Names) -> list[dict[str, Any]]:
    """Rules under their clock, the most specific first, as the policy asks them."""
    found = []
    for clock in sla.Clock:
        rules = [rule for rule in profile.rules if rule.clock is clock]
        rules.sort(key=lambda rule: rule.weight, reverse=True)
        rows = [_rule(rule, known) for rule in rules]
        found.append({"code": clock.value, "label": sla.CLOCK_LABELS[clock], "rules": rows})
    return found


def _rule(rule: sla.PolicyRule, known: rule_words.Names) -> dict[str, Any]:
    return {
        "id": rule.id,
        "conditions": rule_words.conditions_of(rule, known),
        "limit": str(rule.limit),
        "statutory": str(rule.statutory) if rule.statutory else "",
        "statutory_source": rule.statutory_source,
        "source": rule.source,
    }


@admin.get("/policies/rule")
def policy_rule() -> str:
    """The form of one rule; without an id that of a new one."""
    return _rule_page(drafting.working(RuleSubject.POLICY))


def _rule_page(copy: Working, kept: Refused = NOTHING) -> str:
    was = request.values.get("was", "")
    rules: list[Document] = copy.document["rule"]
    table = next((rule for rule in rules if rule["id"] == was), {})
    return render_template(
        "admin/policy_rule.html",
        **copy.context(),
        kept=kept,
        was=was if table else "",
        given=policy_forms.given_of(table, clock=request.args.get("clock", "")),
        **policy_forms.choices(),
    )


@admin.post("/policies/rule")
def set_rule() -> Answer:
    """Put one rule in its place, or add it."""
    copy = drafting.working(RuleSubject.POLICY)
    try:
        table, was = policy_forms.rule_table(), request.form.get("was", "")
        rules = [table if rule["id"] == was else rule for rule in copy.document["rule"]]
        if table not in rules:
            rules.append(table)
        return drafting.keep(copy, {**copy.document, "rule": rules})
    except Invalid as error:
        return _rule_page(copy, drafting.refused("rule", error)), 422


def _changed(form: str, change: Callable[[Document], Document]) -> Answer:
    copy = drafting.working(RuleSubject.POLICY)
    try:
        return drafting.keep(copy, change(copy.document))
    except Invalid as error:
        return _page(copy, drafting.refused(form, error)), 422


@admin.post("/policies/rule/drop")
def drop_rule() -> Answer:
    """Take one rule out; a clock must keep one that holds for every ticket."""
    was = request.form.get("was", "")

    def without(document: Document) -> Document:
        return {**document, "rule": [rule for rule in document["rule"] if rule["id"] != was]}

    return _changed("drop", without)


@admin.get("/policies/terms")
def policy_terms() -> str:
    """The form of the terms beside the limits."""
    return _terms_page(drafting.working(RuleSubject.POLICY))


def _terms_page(copy: Working, kept: Refused = NOTHING) -> str:
    return render_template(
        "admin/policy_terms.html",
        **copy.context(),
        kept=kept,
        given=policy_forms.terms_given(copy.document),
        units=policy_forms.UNITS,
        pauses=list(sla.PAUSE_LABELS.items()),
    )


@admin.post("/policies/terms")
def set_terms() -> Answer:
    """Set extension, hanging, returns, redo and pauses."""
    copy = drafting.working(RuleSubject.POLICY)
    try:
        return drafting.keep(copy, {**copy.document, **policy_forms.terms_tables()})
    except Invalid as error:
        return _terms_page(copy, drafting.refused("terms", error)), 422


@admin.post("/policies/start")
def start_policy() -> Answer:
    """Begin anew from a city profile that is shipped."""

    def shipped(_document: Document) -> Document:
        try:
            return sla.profile_document(sla.load_profile(request.form.get("profile", "")))
        except sla.ProfileError as error:
            raise Invalid("profile", str(error)) from None

    return _changed("start", shipped)


@admin.post("/policies/toml")
def paste_policy() -> Answer:
    """Take a whole policy as TOML; each mistake is shown with its line and column."""
    copy = drafting.working(RuleSubject.POLICY)
    try:
        text, origin = pasted()
        profile = sla.parse_profile(text, origin=origin)
        return drafting.keep(copy, sla.profile_document(profile))
    except sla.ProfileError as error:
        kept = drafting.refused(
            "toml", Invalid("text", f"有 {len(error.problems)} 处错误，没有采用")
        )
        return _page(copy, kept, problems=error.problems, toml=text), 422
    except Invalid as error:
        return _page(copy, drafting.refused("toml", error)), 422


@admin.get("/policies/export")
def export_policy() -> Response:
    """Hand out the working copy as TOML."""
    profile = read_policy(drafting.working(RuleSubject.POLICY).document)
    return download(sla.profile_toml(profile), "application/toml", "profile.toml")
