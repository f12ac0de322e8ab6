"""What other machines report: telephone, text messages, exchanges; proven by signature or token."""

from apiflask import APIBlueprint

from hotline.web.security import csrf

hooks = APIBlueprint("hooks", __name__, enable_openapi=False)
csrf.exempt(hooks)

from hotline.web.hooks import cti, sms, voice  # noqa: E402, F401 - the views register themselves
