"""Closed by default: whoever has not signed in gets in only where it is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.web.access import PUBLIC_ROUTES, PUBLIC_WINGS
from tests.house.sources import listed

if TYPE_CHECKING:
    from apiflask import APIFlask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def is_public(app: APIFlask, rule: Rule) -> bool:
    if rule.endpoint in PUBLIC_ROUTES or rule.endpoint.split(".")[0] in PUBLIC_WINGS:
        return True
    view = app.view_functions[rule.endpoint]
    return rule.endpoint.startswith("v1.") and getattr(view, "is_public", False)


def address(rule: Rule) -> str:
    return rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)[1]  # type: ignore[index]


def test_every_other_route_turns_strangers_away(app: APIFlask, client: FlaskClient) -> None:
    entered = []
    for rule in app.url_map.iter_rules():
        if is_public(app, rule):
            continue
        for method in sorted((rule.methods or set()) & set(METHODS)):
            answer = client.open(address(rule), method=method)
            to_login = answer.status_code in (302, 303) and "/login" in answer.location
            if answer.status_code != 401 and not to_login:
                entered.append(f"{method} {rule.rule} → {answer.status_code} ({rule.endpoint})")
    assert not entered, (
        "These routes let strangers in. Put them into a wing with a guard, or, if everybody may "
        f"come, into PUBLIC_ROUTES of hotline/web/access.py:{listed(entered)}"
    )


def test_what_is_listed_as_public_exists(app: APIFlask) -> None:
    gone = sorted(PUBLIC_ROUTES - set(app.view_functions))
    gone += sorted(PUBLIC_WINGS - set(app.blueprints))
    assert not gone, f"Strike these out of hotline/web/access.py, nobody answers there: {gone}"


def test_staff_actions_of_the_api_are_not_public(app: APIFlask) -> None:
    """A citizen's door takes one ticket by its query code; lists and actions are for staff."""
    for rule in app.url_map.iter_rules():
        is_list = rule.rule == "/api/v1/tickets" and "GET" in (rule.methods or set())
        if is_list or "/actions/" in rule.rule or rule.rule.endswith("/suggestions"):
            assert not is_public(app, rule), f"{rule.rule} must need a bearer token"
