"""Pages of the dispatch wing: what the machine was not sure of, returns, reviews (派单审核)."""

from apiflask import APIBlueprint

from hotline.web import quality
from hotline.web.tickets import rectify
from hotline.web.tickets.conflict import FASTER, conflict_page

dispatch = APIBlueprint("dispatch", __name__, enable_openapi=False)
for kind in FASTER:
    dispatch.register_error_handler(kind, conflict_page)
rectify.mount(dispatch, page="dispatch.show")
quality.mount(dispatch, page="dispatch.show")

from hotline.web.dispatch import deeds, desk, judging, lists  # noqa: E402, F401 - routes
