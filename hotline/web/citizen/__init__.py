"""Pages of the citizens: report, follow, rate; no account needed (市民页面)."""

from apiflask import APIBlueprint

citizen = APIBlueprint("citizen", __name__, enable_openapi=False)

from hotline.web.citizen import following, mine, rating, reporting  # noqa: E402, F401 - views
