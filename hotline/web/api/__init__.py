"""The JSON API, version 1 (开放接口): citizens by query code, programs of the house by token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apiflask import APIBlueprint

from hotline.web import bodies
from hotline.web.security import csrf

if TYPE_CHECKING:
    from flask.blueprints import BlueprintSetupState

v1 = APIBlueprint("v1", __name__)
csrf.exempt(v1)
v1.before_request(bodies.refuse_unreadable)


def _describe(state: BlueprintSetupState) -> None:
    """Let OpenAPI say what we say ourselves and no more: every refusal is a Problem."""
    state.app.config.update(
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_OPERATION_ID=True,
        AUTO_TAGS=False,
        SECURITY_SCHEMES={
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "hotline token create 签发的令牌",
            }
        },
    )


v1.record_once(_describe)

from hotline.web.api import (  # noqa: E402, F401 - the endpoints register themselves
    actions,
    citizen,
    detail,
    dispatch_quality,
    indicators,
    progress,
    suggestions,
    tickets,
    worklist,
)
