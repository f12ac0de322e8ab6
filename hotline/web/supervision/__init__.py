"""Pages of the supervisors: what is late, where, and what is done about it (督办)."""

from apiflask import APIBlueprint

from hotline.web import bell, quality
from hotline.web.tickets import rectify

supervision = APIBlueprint("supervision", __name__, enable_openapi=False)
bell.mount(supervision)
rectify.mount(supervision, page="supervision.ticket")
quality.mount(supervision, page="supervision.ticket")

from hotline.web.supervision import (  # noqa: E402, F401 - registers the routes
    bulk,
    calendar,
    deeds,
    indicators,
    lists,
    routes,
    topics,
)
