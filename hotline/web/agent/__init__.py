"""Pages of the agent wing: log a call, find a ticket, help the caller on (座席登记)."""

from apiflask import APIBlueprint

from hotline.web.tickets.conflict import FASTER, conflict_page

agent = APIBlueprint("agent", __name__, enable_openapi=False)
for kind in FASTER:
    agent.register_error_handler(kind, conflict_page)

from hotline.web.agent import calls, lists, ticket  # noqa: E402, F401 - register the routes
