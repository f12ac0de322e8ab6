"""The demo accounts a visitor may try, for the demo environment alone (演示账号)."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.domain.terms import Role
from hotline.services.seeding import PASSWORD


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A sign-in that a visitor may try."""

    login: str
    label: str
    task: str
    password: str = PASSWORD


ACCOUNTS = (
    DemoAccount("agent", Role.AGENT.label, "接听登记"),
    DemoAccount("dispatcher", Role.DISPATCHER.label, "派单审核"),
    DemoAccount("department", "承办单位", "签收答复"),
    DemoAccount("department2", "承办单位（二）", "另一家单位"),
    DemoAccount("callback", Role.CALLBACK.label, "回访评价"),
    DemoAccount("supervisor", Role.SUPERVISOR.label, "督办超期"),
    DemoAccount("admin", Role.ADMIN.label, "系统设置"),
    DemoAccount("knowledge", Role.KNOWLEDGE.label, "知识维护"),
    DemoAccount("security", Role.SECURITY.label, "账号安全"),
    DemoAccount("auditor", Role.AUDITOR.label, "查看留痕"),
)
"""The sign-ins of design 6; the password is public, so production has none of them."""
