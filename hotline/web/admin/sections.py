"""Which section is for whom: one table, and the gate that reads it (管理分权, domain.md 8.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for

from hotline.domain.errors import NotAllowed
from hotline.domain.terms import Role
from hotline.web.access import staff
from hotline.web.admin import admin

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One section: its first page, what it is for, and who may enter.

    ``views`` are its further pages, ``deeds`` what is done on them.
    """

    page: str
    label: str
    purpose: str
    icon: str
    roles: frozenset[Role]
    views: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()


_ADMIN = frozenset({Role.ADMIN})
SECTIONS: tuple[Section, ...] = (
    Section(
        page="staff",
        label="人员账号",
        purpose="谁能登录、是什么岗位、在哪个单位，有没有被锁定",
        icon="users",
        roles=frozenset({Role.ADMIN, Role.SECURITY, Role.AUDITOR}),
    ),
    Section(
        page="departments",
        label="承办单位",
        purpose="市、区县、街道三级单位，下派按这棵树进行；单位撤并后在办工单随之移交",
        icon="building-community",
        roles=_ADMIN,
        views=("merge_unit",),
        deeds=("draft_merger",),
    ),
    Section(
        page="catalogue",
        label="派单目录",
        purpose="分类、区域、类型对应哪个主办单位，依据什么法规；改动先试算，再发布",
        icon="list-check",
        roles=_ADMIN,
        views=("catalogue_findings", "street_duties", "route_rule", "editions_page", "edition"),
        deeds=(
            *("set_route_rule", "end_route_rule", "set_street_duty", "drop_change"),
            *("try_edition", "publish_edition", "discard_edition", "take_back_edition"),
        ),
    ),
    Section(
        page="trust",
        label="信任线",
        purpose="模型概率达到多少就自动派单，低于它的交给分派员；按错派率从数据中选取",
        icon="settings",
        roles=_ADMIN,
        views=("trust_line",),
        deeds=("set_trust", "adopt_trust", "drop_trust"),
    ),
    Section(
        page="quality",
        label="派单质量",
        purpose="一次派准率、退单、改派和移出，按分类和单位看；点数字看工单",
        icon="chart-bar",
        roles=frozenset({Role.ADMIN, Role.AUDITOR}),
        views=("quality_tickets", "quality_lines", "quality_drift", "quality_csv"),
    ),
    Section(
        page="models",
        label="分类模型",
        purpose="各版本从哪来、准不准，启用、退回、对比、影子运行；启用后下一张工单就用它",
        icon="sparkles",
        roles=_ADMIN,
        views=("model_version", "comparison", "shadow", "training"),
        deeds=(
            *("activate", "roll_back", "compare", "train_now", "set_night_rule"),
            *("start_shadow", "end_shadow", "promote_shadow"),
        ),
    ),
    Section(
        page="corrections",
        label="修正样本",
        purpose="人工确认和更正的分类，办结后成为下次训练的样本；分错的可以排除",
        icon="refresh",
        roles=_ADMIN,
        views=("label_check",),
        deeds=(
            *("exclude_correction", "readmit_correction", "keep_correction"),
            *("export_corrections", "check_labels"),
        ),
    ),
    Section(
        page="deliveries",
        label="消息投递",
        purpose="没有送达的短信和平台推送，原因是什么，可以重试",
        icon="send",
        roles=_ADMIN,
        deeds=("retry",),
    ),
    Section(
        page="calendar",
        label="工作日历",
        purpose="法定节假日之外，本市另行规定的上班和放假日；改动先试算，再发布",
        icon="calendar-time",
        roles=_ADMIN,
        views=("export_calendar",),
        deeds=("set_days", "drop_days", "read_calendar", "adopt_calendar", "confirm_year"),
    ),
    Section(
        page="hours",
        label="办公时间",
        purpose="全市和各单位的上下班时间、午休、夏令冬令作息；工作时限只在办公时间内计算",
        icon="clock",
        roles=_ADMIN,
        deeds=("set_hours", "drop_hours"),
    ),
    Section(
        page="policies",
        label="时限规则",
        purpose="什么样的工单、哪个环节、多长时限，依据什么；最具体的一条生效",
        icon="alarm",
        roles=_ADMIN,
        views=("policy_rule", "policy_terms", "export_policy", "preview"),
        deeds=("set_rule", "drop_rule", "set_terms", "start_policy", "paste_policy"),
    ),
    Section(
        page="ladder",
        label="升级阶梯",
        purpose="到期之前和之后各做什么：催办、黄牌、红牌、通报、督办、提级，告知谁",
        icon="chart-bar",
        roles=_ADMIN,
        views=("ladder_rung", "export_ladder"),
        deeds=("set_rung", "drop_rung", "paste_ladder"),
    ),
    Section(
        page="books",
        label="规则发布",
        purpose="规则的草稿、试算结果、已发布的各版本；哪一版都可以恢复",
        icon="history",
        roles=_ADMIN,
        views=("book",),
        deeds=("publish_book", "discard_book", "restore_book", "restore_shipped"),
    ),
    Section(
        page="knowledge",
        label="知识库",
        purpose="座席答复咨询时引用的条目，谁负责、何时到期",
        icon="book",
        roles=frozenset({Role.KNOWLEDGE, Role.ADMIN}),
    ),
    Section(
        page="tokens",
        label="接口令牌",
        purpose="哪些程序可以调用接口，以什么岗位，何时失效",
        icon="key",
        roles=frozenset({Role.SECURITY}),
        deeds=("revoke",),
    ),
    Section(
        page="unmaskings",
        label="明文查看记录",
        purpose="谁在何时以什么理由看过诉求人身份，被拒绝的也在内",
        icon="shield-lock",
        roles=frozenset({Role.AUDITOR}),
    ),
)
_BY_ENDPOINT = {
    endpoint: section
    for section in SECTIONS
    for endpoint in (section.page, *section.views, *section.deeds)
}


@admin.before_request
def _gate() -> None:
    """Close every page of the wing that no section of this person's role names."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if endpoint == "home":
        return
    section = _BY_ENDPOINT.get(endpoint)
    if section is None or staff().role not in section.roles:
        label = section.label if section else "此页"
        raise NotAllowed(f"{staff().role.label}不能进入“{label}”")


def open_sections() -> list[Section]:
    """List the sections of this person's role, in the order of the table."""
    return [section for section in SECTIONS if staff().role in section.roles]


@admin.context_processor
def _menu() -> dict[str, object]:
    current = _BY_ENDPOINT.get((request.endpoint or "").rpartition(".")[2])
    return {
        "section": current,
        "section_tabs": [
            {
                "href": url_for(f".{each.page}"),
                "label": each.label,
                "active": each is current,
            }
            for each in open_sections()
        ],
    }


@admin.get("")
def home() -> str | Response:
    """Show the sections with what each is for; a role with one section goes straight there."""
    mine = open_sections()
    if len(mine) == 1:
        return redirect(url_for(f".{mine[0].page}"), 303)
    return render_template("admin/home.html", sections=mine)
