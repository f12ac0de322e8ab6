"""Pages of the callback desk: whom to call now, and the result of the call (回访)."""

from apiflask import APIBlueprint

callback = APIBlueprint("callback", __name__, enable_openapi=False)

from hotline.web.callback import bad_ratings, calls, routes  # noqa: E402, F401 - the routes
