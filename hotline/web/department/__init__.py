"""Pages of the departments: their desk, one ticket and what a unit may do with it (承办单位)."""

from apiflask import APIBlueprint

from hotline.web import bell

department = APIBlueprint("department", __name__, enable_openapi=False)
bell.mount(department)

from hotline.web.department import (  # noqa: E402, F401 - registers the routes
    bad_ratings,
    calendar,
    deeds,
    leading,
    pleading,
    routes,
)
