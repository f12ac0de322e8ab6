"""Pages of the supervisors: what is late, where, and what is done about it (督办)."""

from apiflask import APIBlueprint

from hotline.web import bell

supervision = APIBlueprint("supervision", __name__, enable_openapi=False)
bell.mount(supervision)

from hotline.web.supervision import deeds, routes  # noqa: E402, F401 - registers the routes
