"""The stand-in platform's own page (平台替身页面): what arrived, newest first, in words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integrations.service_platform.store import Arrival

_CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
_GRADES = {1: "非常不满意", 2: "不满意", 3: "基本满意", 4: "满意", 5: "非常满意"}
_ROUNDS = {1: "首次", 2: "二次"}
_CHANNELS = {
    1: "PC 端",
    2: "移动端",
    3: "二维码",
    4: "大厅平板",
    5: "大厅其他终端",
    6: "短信",
    7: "系统默认",
}
_GOOD_FROM = 3
_STYLE = """
:root{color-scheme:light;font-family:"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
body{margin:0;background:#f3f5f9;color:#1f2937;line-height:1.6}
header{background:#b4232a;color:#fff;padding:1.25rem 1.5rem}
header h1{margin:0;font-size:1.4rem}header p{margin:.25rem 0 0;opacity:.9}
main{max-width:72rem;margin:1.25rem auto;padding:0 1rem}
.sum{display:flex;gap:1rem;flex-wrap:wrap;margin-bottom:1rem}
.sum div{background:#fff;border-radius:.6rem;padding:.75rem 1.25rem;box-shadow:0 1px 3px #0001}
.sum b{display:block;font-size:1.6rem}
article{background:#fff;border-radius:.6rem;padding:1rem 1.25rem;margin-bottom:.75rem;
box-shadow:0 1px 3px #0001;border-left:.35rem solid #2f855a}
article.bad{border-left-color:#c53030}article.other{border-left-color:#64748b}
article h2{font-size:1.05rem;margin:0 0 .35rem;display:flex;gap:.6rem;flex-wrap:wrap;
align-items:center}
.grade{border-radius:1rem;padding:.05rem .7rem;color:#fff;background:#2f855a;font-size:.95rem}
.bad .grade{background:#c53030}.round{border:1px solid #94a3b8;border-radius:1rem;
padding:0 .6rem;font-size:.85rem;font-weight:400}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0}
dt{color:#64748b}dd{margin:0;overflow-wrap:anywhere}
.empty{background:#fff;border-radius:.6rem;padding:2.5rem;text-align:center;color:#475569}
"""


def render(arrivals: Sequence[Arrival], total: int) -> str:
    """Return the page as HTML; everything that came from outside is escaped, no name is shown."""
    bad = sum(_grade(arrival.payload) in {1, 2} for arrival in arrivals)
    cards = "".join(_card(arrival) for arrival in arrivals) or (
        '<p class="empty">还没有收到任何推送。市民评价后，评价会出现在这里。</p>'
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>政务服务平台（演示）</title><style>{_STYLE}</style></head><body>"
        "<header><h1>政务服务平台 · 好差评接收端（演示）</h1>"
        "<p>这里显示 12345 热线推送过来的评价和消息，最新的在最上面。</p></header><main>"
        f'<section class="sum" aria-label="统计"><div>收到<b>{total}</b></div>'
        f"<div>本页<b>{len(arrivals)}</b></div><div>本页差评<b>{bad}</b></div></section>"
        f"{cards}</main></body></html>"
    )


def _card(arrival: Arrival) -> str:
    grade = _grade(arrival.payload)
    if grade is None:
        look, heading = "other", f"消息：{escape(arrival.kind)}"
    else:
        look = "good" if grade >= _GOOD_FROM else "bad"
        heading = f'<span class="grade">{_GRADES[grade]}</span>'
    round_ = _word(_ROUNDS, arrival.payload.get("assessNumber"))
    badge = f'<span class="round">{round_}评价</span>' if round_ else ""
    return (
        f'<article class="{look}"><h2>{heading}{badge}'
        f"<span>{_text(arrival.payload, 'taskName')}</span></h2>"
        f"<dl>{_facts(arrival)}</dl></article>"
    )


def _facts(arrival: Arrival) -> str:
    payload = arrival.payload
    arrived = datetime.fromtimestamp(arrival.arrived_at, _CHINA)
    facts = (
        ("办件编号", _text(payload, "projectNo")),
        ("承办单位", _text(payload, "proDepart")),
        ("评价渠道", _word(_CHANNELS, payload.get("pf"))),
        ("文字评价", _text(payload, "writingEvaluation")),
        ("评价时间", _text(payload, "assessTime")),
        ("收到时间", f"{arrived:%Y-%m-%d %H:%M:%S}"),
        ("消息编号", escape(arrival.message_id)),
    )
    return "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts if value)


def _grade(payload: Mapping[str, object]) -> int | None:
    value = payload.get("satisfaction")
    return value if isinstance(value, int) and value in _GRADES else None


def _word(words: Mapping[int, str], value: object) -> str:
    return words.get(value, "") if isinstance(value, int) else ""


def _text(payload: Mapping[str, object], name: str) -> str:
    value = payload.get(name)
    return escape(str(value)) if value is not None else ""
