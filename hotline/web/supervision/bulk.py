"""One text for many tickets: first who will be told, then it is sent (批量督办)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request

from hotline.domain.errors import Invalid, NotAllowed, NotFound
from hotline.queries import bounded
from hotline.queries import supervision as watch
from hotline.services import audience
from hotline.services import supervision as service
from hotline.services.supervision import Act
from hotline.web.access import now, staff
from hotline.web.supervision import supervision
from hotline.web.supervision.lists import Draft, asked_scope, list_page, scope_url

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    Answer = Response | str | tuple[str, int]

LONGEST = len(str(bounded.LARGEST_ID))
TONES = {Act.URGE: "amber", Act.RELEASE: "green"}


def _act() -> Act:
    verb = request.form.get("verb", "")
    return Act(verb) if verb in set(Act) else Act.URGE


def _picked() -> list[int]:
    """The ticked tickets; what can be no id is left out."""
    said = request.form.getlist("ticket")
    ids = [int(word) for word in said if word.isascii() and word.isdigit() and len(word) <= LONGEST]
    return [number for number in ids if number <= bounded.LARGEST_ID]


@supervision.post("/tickets/foresee")
def foresee() -> Answer:
    """Show who will be told of what before anything is sent; nothing is written yet."""
    act, ids = _act(), _picked()
    form = request.form
    try:
        service.check(act, ids, reason=form.get("reason", ""), leader=form.get("leader"))
    except Invalid as error:
        return _refused(error.errors)
    return render_template(
        "supervision/foresee.html",
        act=act,
        words=form.get("reason", "").strip(),
        leader=form.get("leader", "").strip() if act is Act.ORDER else "",
        tickets=watch.briefs(ids),
        audience=audience.of_act(act, ids, at=now()),
        tone=TONES.get(act, "red"),
        act_url=scope_url(".act", asked_scope()),
        back_url=scope_url(".reconsider", asked_scope()),
    )


@supervision.post("/tickets/reconsider")
def reconsider() -> str:
    """Go back to the list with words and ticks as they were."""
    picked = tuple(str(number) for number in _picked())
    return list_page(Draft(_act().value, request.form.to_dict(), {}, picked))


@supervision.post("/tickets")
def act() -> Answer:
    """Do one act to all ticked tickets with one text; all or none."""
    deed = _act()
    try:
        count = perform(deed, _picked())
    except (NotAllowed, NotFound) as error:
        return _refused({"ticket": error.message})
    except Invalid as error:
        return _refused(error.errors)
    said = "登记领导批示" if deed is Act.ORDER else deed.label
    flash(f"已{said} {count} 件，相关单位和人员会收到通知", "success")
    return redirect(scope_url(".listing", asked_scope()), 303)


def perform(deed: Act, ids: list[int]) -> int:
    """Do an act with the words of this form."""
    words: dict[str, Any] = {"reason": request.form.get("reason", ""), "at": now()}
    match deed:
        case Act.URGE:
            return service.urge(ids, staff(), **words)
        case Act.SUPERVISE:
            return service.supervise(ids, staff(), **words)
        case Act.RAISE:
            return service.raise_level(ids, staff(), **words)
        case Act.ORDER:
            leader = request.form.get("leader", "")
            return service.order(ids, staff(), leader=leader, **words)
        case Act.RELEASE:
            return service.release(ids, staff(), **words)


def _refused(errors: dict[str, str]) -> Answer:
    picked = tuple(str(number) for number in _picked())
    draft = Draft(_act().value, request.form.to_dict(), errors, picked)
    return list_page(draft), 422
