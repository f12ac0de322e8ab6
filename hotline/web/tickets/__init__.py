"""One ticket as every staff wing shows it: page parts, files, plain identity (工单页公共部分)."""

from apiflask import APIBlueprint

from hotline.web.tickets.page import ticket_page_context

__all__ = ["ticket_page_context", "tickets"]

tickets = APIBlueprint("tickets", __name__, enable_openapi=False)

from hotline.web.tickets import joining, routes  # noqa: E402, F401 - registers the routes
