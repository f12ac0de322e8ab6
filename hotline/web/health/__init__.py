"""What machines ask: alive, able to serve, figures, and the handbook of the API (健康检查)."""

from apiflask import APIBlueprint

health = APIBlueprint("health", __name__, enable_openapi=False)

from hotline.web.health import metrics, routes  # noqa: E402, F401 - the views register themselves
