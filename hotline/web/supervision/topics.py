"""Hot topics: the list, one topic, its brief, and what is done about it (热点问题)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.errors import HotlineError, Invalid
from hotline.domain.topic_rules import topic_rules
from hotline.queries import catalog_choices
from hotline.queries.topics import listing, reading
from hotline.queries.topics.listing import TopicScope
from hotline.services import supervision as service
from hotline.services.topics import joining
from hotline.web.access import now, staff
from hotline.web.supervision import supervision
from hotline.web.supervision.lists import Draft
from hotline.web.supervision.topic_figures import (
    bars_of,
    brief_words,
    day_chart,
    heat_table,
    line_of,
    odds_words,
    ticket_lines,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from hotline.queries.topics.listing import TopicLine

    Answer = Response | str | tuple[str, int]

PERIODS = (("3", "近 3 天有新诉求"), ("7", "近 7 天有新诉求"), ("30", "近 30 天有新诉求"))
TOP = 3


@supervision.get("/topics")
def topic_list() -> str:
    """List what is hot, hottest first."""
    scope, cursor = _asked(), request.args.get("cursor")
    page = listing.page(scope, at=now(), cursor=cursor)
    districts = [group.options[0] for group in catalog_choices.areas()]
    names = {code: label.split("（")[0] for code, label in districts}
    first_levels = [(group.options[0][0], group.label) for group in catalog_choices.categories()]
    return render_template(
        "supervision/topics.html",
        rows=[line_of(line) for line in page.lines],
        next_cursor=page.next_cursor,
        here=_list_url(scope),
        scope=scope,
        is_narrowed=scope != TopicScope(),
        rules=topic_rules(),
        area_options=[(code, names[code]) for code, _ in districts],
        category_options=first_levels,
        period_options=PERIODS,
    )


def _asked() -> TopicScope:
    """Read the filters from the address; what is unknown does not filter."""
    days = request.args.get("days", "")
    return TopicScope(
        area_code=request.args.get("area") or None,
        category_code=request.args.get("category") or None,
        days=int(days) if days in dict(PERIODS) else None,
        is_warned=request.args.get("warned") == "yes",
    )


def _list_url(scope: TopicScope) -> str:
    said = {
        "area": scope.area_code,
        "category": scope.category_code,
        "days": scope.days,
        "warned": "yes" if scope.is_warned else None,
    }
    asked = {name: value for name, value in said.items() if value}
    return f"{url_for('.topic_list')}?{urlencode(asked)}"


def hottest() -> list[dict[str, Any]]:
    """The first few for the overview."""
    return [line_of(line) for line in listing.page(TopicScope(), at=now(), limit=TOP).lines]


@supervision.get("/topics/<int:topic_id>")
def topic(topic_id: int) -> Answer:
    """One topic; one that was merged into another leads there."""
    found = reading.topic(topic_id)
    if found.id != topic_id:
        return redirect(url_for(".topic", topic_id=found.id))
    return _topic_page(found, Draft())


def _topic_page(found: TopicLine, draft: Draft) -> str:
    cursor = request.args.get("cursor")
    page = reading.tickets(found.id, cursor=cursor)
    return render_template(
        "supervision/topic.html",
        topic=line_of(found),
        heat=heat_table(found),
        chart=day_chart(found),
        units=bars_of(found.figures["units"]),
        areas=bars_of(reading.areas(found.id, at=now())),
        rows=ticket_lines(page.lines),
        next_cursor=page.next_cursor,
        here=url_for(".topic", topic_id=found.id),
        master_no=draft.values.get("master_no") or reading.master_no(found.id) or "",
        may_merge=joining.may_merge(staff().role),
        bounds=[(bound, odds_words(bound.tail)) for bound in topic_rules().surge.bounds],
        draft=draft,
        rules=topic_rules(),
        words=brief_words(found),
    )


@supervision.get("/topics/<int:topic_id>/brief")
def topic_brief(topic_id: int) -> str:
    """热点专报: a page to print and circulate; no caller is named in it."""
    found = reading.topic(topic_id)
    return render_template(
        "supervision/topic_brief.html",
        topic=line_of(found),
        heat=heat_table(found),
        chart=day_chart(found),
        units=bars_of(found.figures["units"]),
        areas=bars_of(reading.areas(found.id, at=now())),
        rows=ticket_lines(reading.tickets(found.id, limit=10).lines),
        words=brief_words(found),
        rules=topic_rules(),
        written_at=now(),
        author=staff(),
    )


@supervision.post("/topics/<int:topic_id>/merge")
def topic_merge(topic_id: int) -> Answer:
    """Merge the ticked tickets into a master of the topic, each for itself."""
    found = reading.topic(topic_id)
    chosen, master_no = request.form.getlist("ticket"), request.form.get("master_no", "").strip()
    try:
        joined = joining.join(found.id, chosen, master_no, staff(), at=now())
    except Invalid as error:
        draft = Draft("merge", {"master_no": master_no}, error.errors, tuple(chosen))
        return _topic_page(found, draft), 422
    if joined.done:
        flash(f"已将 {joined.done} 件并入主单 {master_no}，诉求人可凭原编号查看主单进度", "success")
    for number, why in joined.refused.items():
        flash(f"{number} 没有并入：{why}", "warning")
    return redirect(url_for(".topic", topic_id=found.id), 303)


@supervision.post("/topics/<int:topic_id>/supervise")
def topic_supervise(topic_id: int) -> Answer:
    """Open a supervised matter on the ticket that stands for the topic (督办)."""
    found = reading.topic(topic_id)
    form = request.form.to_dict()
    number = form.get("master_no", "").strip()
    ids = reading.ids_of(found.id, {number})
    if number not in ids:
        errors = {"master_no": "督办的工单须是这个热点中的工单"}
        return _topic_page(found, Draft("supervise", form, errors)), 422
    try:
        service.supervise([ids[number]], staff(), reason=form.get("reason", ""), at=now())
    except Invalid as error:
        return _topic_page(found, Draft("supervise", form, error.errors)), 422
    except HotlineError as error:
        draft = Draft("supervise", form, {"master_no": error.message})
        return _topic_page(found, draft), 422
    flash(f"已对工单 {number} 下达督办，承办单位和负责人会收到通知", "success")
    return redirect(url_for(".topic", topic_id=found.id), 303)
