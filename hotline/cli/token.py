"""`hotline token`: keys for programs that speak to the API (接口令牌)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import sla
from hotline.cli import clock
from hotline.cli.ready import with_database
from hotline.cli.telling import json_option, note, table, tell
from hotline.domain.terms import Role
from hotline.queries import codes
from hotline.services import staffing

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.models import ApiToken

ROLES = [role.value for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)]


@click.group("token")
def command() -> None:
    """接口令牌：签发、列出、吊销。"""


@command.command()
@click.option("--role", type=click.Choice(ROLES), required=True, help="令牌的角色")
@click.option("--department", help="承办单位编码（承办单位的令牌必填）")
@click.option("--days", type=click.IntRange(1, 3650), help="有效天数，缺省长期有效")
@click.option("--name", default="命令行签发", show_default=True, help="用途，便于日后辨认")
@json_option
@with_database
def create(
    role: str, *, department: str | None, days: int | None, name: str, as_json: bool
) -> None:
    """签发一个令牌；只显示这一次，库中只存散列。"""
    token = staffing.create_token(
        Role(role), name=name, department_code=department, days=days, at=clock.now()
    )
    result = {"token": token, "role": role, "department": department, "days": days, "name": name}
    if not as_json:
        note("请立即保存，此后无法再次查看：")
    tell(result, as_json=as_json, words=lambda: token)


@command.command("list")
@json_option
@with_database
def list_tokens(*, as_json: bool) -> None:
    """列出已签发的令牌（不含令牌本身）。"""
    now = clock.now()
    units = codes.departments()
    tokens = [_line(row, units, now) for row in staffing.tokens()]
    headings = ["编号", "角色", "单位", "用途", "签发", "到期", "状态"]
    rows = [
        [str(t["id"]), Role(t["role"]).label, t["department"] or "", t["name"]]
        + [(t[name] or "")[:16].replace("T", " ") for name in ("created_at", "expires_at")]
        + [t["state"]]
        for t in tokens
    ]
    words = "还没有令牌：hotline token create --role ROLE"
    tell(
        {"tokens": tokens},
        as_json=as_json,
        words=lambda: table(headings, rows) if rows else words,
    )


def _line(row: ApiToken, units: dict[int, str], now: datetime) -> dict[str, Any]:
    is_over = row.expires_at is not None and row.expires_at < now
    return {
        "id": row.id,
        "role": row.role.value,
        "department": units.get(row.department_id or 0),
        "name": row.name,
        "created_at": _local(row.created_at),
        "expires_at": _local(row.expires_at),
        "revoked_at": _local(row.revoked_at),
        "state": "已吊销" if row.revoked_at else "已过期" if is_over else "有效",
    }


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone(sla.LOCAL).isoformat(timespec="seconds") if moment else None


@command.command()
@click.argument("token_id", metavar="ID", type=int)
@json_option
@with_database
def revoke(token_id: int, *, as_json: bool) -> None:
    """吊销一个令牌，立即生效。"""
    staffing.revoke_token(token_id, at=clock.now())
    tell({"id": token_id, "revoked": True}, as_json=as_json, words=lambda: f"已吊销 {token_id}")
