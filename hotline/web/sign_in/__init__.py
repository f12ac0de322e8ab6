"""Sign-in of staff: one form, one way out (登录)."""

from apiflask import APIBlueprint

sign_in = APIBlueprint("sign_in", __name__, enable_openapi=False)

from hotline.web.sign_in import routes  # noqa: E402, F401 - the views register themselves
