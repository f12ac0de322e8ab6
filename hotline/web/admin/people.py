"""Accounts, units and tokens (人员、单位、令牌)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from hotline.domain.terms import Role
from hotline.queries import registry
from hotline.services import staffing
from hotline.web.access import now
from hotline.web.admin import admin
from hotline.web.looks import local

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.wrappers import Response

    from hotline.models import ApiToken, Staff
    from hotline.queries.registry import UnitNode

LEVELS = {"city": "市级", "district": "区县", "street": "街道"}
STAFF_ROLES = [role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)]


@admin.get("/staff")
def staff() -> str:
    """List the accounts of one role or all."""
    name = request.args.get("role", "")
    role = Role(name) if name in set(STAFF_ROLES) else None
    listing = registry.staff(role, cursor=request.args.get("cursor"))
    at = now()
    return render_template(
        "admin/staff.html",
        rows=[_account(row, at) for row in listing.rows],
        next_cursor=listing.next_cursor,
        role=role.value if role else "",
        roles=[(each.value, each.label) for each in STAFF_ROLES],
    )


def _account(row: Staff, at: datetime) -> dict[str, Any]:
    locked = row.locked_until is not None and row.locked_until > at
    state = "停用" if not row.is_active else "已锁定" if locked else "正常"
    return {
        "name": row.name,
        "login": row.login,
        "role": row.role.label,
        "unit": row.department.short_name if row.department else "",
        "state": state,
        "tone": {"正常": "green", "已锁定": "red"}.get(state, "gray"),
        "last": local(row.last_sign_in_at, "从未登录"),
        "failed": row.failed_sign_ins,
    }


@admin.get("/departments")
def departments() -> str:
    """Show the tree of units."""
    roots, names = registry.departments(), registry.unit_names_by_id()
    return render_template(
        "admin/departments.html",
        roots=[_unit(node, names) for node in roots],
        total=sum(_size(node) for node in roots),
    )


def _unit(node: UnitNode, names: dict[int, str]) -> dict[str, Any]:
    unit = node.unit
    return {
        "code": unit.code,
        "name": unit.name,
        "level": LEVELS.get(unit.level, unit.level),
        "phone": unit.phone,
        "staff": node.staff,
        "is_active": unit.is_active,
        "successor": names.get(unit.successor_id or 0, ""),
        "children": [_unit(child, names) for child in node.children],
        "below": _size(node) - 1,
    }


def _size(node: UnitNode) -> int:
    return 1 + sum(_size(child) for child in node.children)


@admin.get("/tokens")
def tokens() -> str:
    """List API tokens; the token itself was shown once and is kept nowhere."""
    at, names = now(), registry.unit_names_by_id()
    return render_template(
        "admin/tokens.html", rows=[_token(row, at, names) for row in staffing.tokens()]
    )


def _token(row: ApiToken, at: datetime, names: dict[int, str]) -> dict[str, Any]:
    expired = row.expires_at is not None and row.expires_at < at
    state = "已吊销" if row.revoked_at else "已过期" if expired else "有效"
    return {
        "id": row.id,
        "name": row.name,
        "role": row.role.label,
        "unit": names.get(row.department_id or 0, ""),
        "created": local(row.created_at),
        "expires": local(row.expires_at, "长期"),
        "state": state,
        "tone": "green" if state == "有效" else "gray",
        "is_open": state == "有效",
    }


@admin.post("/tokens/<int:token_id>/revoke")
def revoke(token_id: int) -> Response:
    """吊销 a token at once."""
    staffing.revoke_token(token_id, at=now())
    flash("令牌已吊销，使用它的程序会立即被拒绝", "success")
    return redirect(url_for(".tokens"), 303)
