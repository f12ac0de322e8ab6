"""Messages that did not arrive, and another try (消息投递)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.identity import mask_phone
from hotline.queries import bounded, registry
from hotline.services import outbox
from hotline.web.access import now
from hotline.web.admin import admin
from hotline.web.looks import local

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

TOPICS = {
    "registered": "受理通知",
    "replied_rate": "请市民评价",
    "rating": "评价上报",
    "rating_thanks": "评价致谢",
    "redo_citizen": "重办告知",
    "closed_citizen": "办结告知",
    "declined_citizen": "不予受理告知",
    "transferred_citizen": "移交告知",
    "answered_citizen": "直接答复",
    "ask_info_citizen": "请市民补充",
    "extension_citizen": "延期告知",
    "one_time_code": "登录验证码",
}


@admin.get("/deliveries")
def deliveries() -> str:
    """List messages given up, or those that failed and will be tried again."""
    is_dead = request.args.get("state") != "failing"
    listing = registry.failures(is_dead=is_dead, cursor=request.args.get("cursor"))
    counts = registry.delivery_counts()
    return render_template(
        "admin/deliveries.html",
        rows=[_row(row) for row in listing.rows],
        next_cursor=listing.next_cursor,
        is_dead=is_dead,
        counts={key: bounded.words(number) for key, number in counts.items()},
        has_dead=counts["dead"] > 0,
        here=url_for(".deliveries", state=None if is_dead else "failing"),
    )


def _row(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of columns
    return {
        "id": row.id,
        "carrier": row.carrier.label,
        "topic": TOPICS.get(row.topic, row.topic),
        "to": mask_phone(row.recipient) or "政务服务平台",
        "tries": row.tries,
        "error": row.last_error or "",
        "next": local(row.next_try_at, "不再自动重试"),
        "created": local(row.created_at),
        "ticket_no": row.ticket_no or "",
    }


@admin.post("/deliveries/<int:message_id>/retry")
def retry(message_id: int) -> Response:
    """重试: the message goes out again within a minute, its count begins anew."""
    outbox.retry(message_id, at=now())
    flash("已安排重试，一分钟内再次发送", "success")
    state = "failing" if request.form.get("state") == "failing" else None
    return redirect(url_for(".deliveries", state=state), 303)
