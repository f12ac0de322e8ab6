"""Settings of one installation, read once from the environment (配置)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import tempfile
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.domain.pace import Pace, read_pace

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "HOTLINE_"
ENVIRONMENTS = ("demo", "production")
SOCKET_PATH_LIMIT = 96
PACE_FILE = "pace.json"
"""Beside the data of a time lapse: every process of the house reads the same."""


class ConfigError(ValueError):
    """The environment cannot be used as it is; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every field is ``HOTLINE_<NAME>``; business rules are data in the database, never here.

    ``pace`` alone is read from a file in the data folder, and only in the demo.
    """

    env: str = "demo"
    data_dir: Path = Path(".hotline")
    database_url: str = ""
    redis_url: str = ""
    secret_key: str = field(default="", repr=False)
    data_key: str = field(default="", repr=False)
    port: int = 12345
    public_url: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_number: str = ""
    twilio_api_base: str = ""
    cti_token: str = field(default="", repr=False)
    platform_url: str = ""
    platform_app_id: str = ""
    platform_secret: str = field(default="", repr=False)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    profile: str = "通用默认"
    pace: Pace = field(default_factory=Pace)

    @property
    def is_demo(self) -> bool:
        """Demo accounts, the message box and stand-ins exist only here."""
        return self.env == "demo"

    @property
    def uploads(self) -> Path:
        """Folder of attachments."""
        return self.data_dir / "uploads"

    @property
    def models(self) -> Path:
        """Folder of model artefacts."""
        return self.data_dir / "models"

    @property
    def redis_socket(self) -> Path:
        """Where the embedded Redis listens; a socket's path may have 100 characters or so."""
        place = self.data_dir / "redis" / "redis.sock"
        if len(str(place)) <= SOCKET_PATH_LIMIT:
            return place
        short = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"hotline-{short}.sock"


def from_env(environ: Mapping[str, str] = os.environ, **overrides: str | Path | int) -> Settings:
    """Read and check the environment; an unknown ``HOTLINE_*`` name is an error.

    Raises ConfigError with one line that names the variable and what to do.
    """
    known = {f.name for f in fields(Settings)} - {"pace"}
    given: dict[str, object] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in known:
            raise ConfigError(f"未知的环境变量 {name}：请改正拼写或去掉它（unknown variable）")
        given[key] = value
    given.update(overrides)
    given["port"] = _port(given.get("port", 12345))
    given["data_dir"] = Path(str(given.get("data_dir") or ".hotline")).expanduser().absolute()
    values: dict[str, Any] = given  # the names were checked above
    settings = Settings(**values)
    if settings.env not in ENVIRONMENTS:
        raise ConfigError(f"HOTLINE_ENV 只能是 {' 或 '.join(ENVIRONMENTS)}，现为 {settings.env!r}")
    settings = _with_demo_defaults(settings) if settings.is_demo else _checked(settings)
    return _paced(settings, settings.data_dir / PACE_FILE)


def _paced(settings: Settings, path: Path) -> Settings:
    """Let time run as the file says; a production house with such a file does not start."""
    if not path.exists():
        return settings
    if not settings.is_demo:
        raise ConfigError(f"{path} 使时间加速，只用于演示环境的时间推演：生产环境请删除此文件")
    try:
        return replace(settings, pace=read_pace(path.read_text("utf-8")))
    except ValueError as error:
        raise ConfigError(f"{path} 有误：{error}") from None


def _port(value: object) -> int:
    text = str(value)
    if not text.isdigit() or not 0 < int(text) < 65536:  # noqa: PLR2004 - highest port
        raise ConfigError(f"HOTLINE_PORT 须是 1–65535 的整数，现为 {text!r}")
    return int(text)


def _checked(settings: Settings) -> Settings:
    """Production starts with every secret or not at all."""
    needed = ("database_url", "redis_url", "secret_key", "data_key", "public_url")
    missing = [f"{PREFIX}{name.upper()}" for name in needed if not getattr(settings, name)]
    if missing:
        raise ConfigError("生产环境缺少：" + "、".join(missing))
    if bool(settings.platform_url) != bool(settings.platform_secret):
        raise ConfigError("HOTLINE_PLATFORM_URL 与 HOTLINE_PLATFORM_SECRET 须同时设置")
    if settings.twilio_account_sid and not settings.twilio_auth_token:
        raise ConfigError("设置了 HOTLINE_TWILIO_ACCOUNT_SID，还须设置 HOTLINE_TWILIO_AUTH_TOKEN")
    return settings


def _with_demo_defaults(settings: Settings) -> Settings:
    """Fill what a laptop lacks: SQLite, embedded Redis, secrets kept in the data folder."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    kept = _demo_secrets(settings.data_dir / "secrets.toml")
    values: dict[str, Any] = {f.name: getattr(settings, f.name) for f in fields(Settings)}
    defaults: dict[str, object] = {
        "database_url": f"sqlite:///{settings.data_dir / 'hotline.db'}",
        "redis_url": f"unix://{settings.redis_socket}",
        "public_url": f"http://127.0.0.1:{settings.port}",
        "twilio_number": "+8699912345",
        "platform_url": f"http://127.0.0.1:{settings.port + 1}",
        "platform_app_id": "hotline-demo",
        **kept,
    }
    for name, value in defaults.items():
        values[name] = values[name] or value
    return Settings(**values)


def _demo_secrets(path: Path) -> dict[str, object]:
    """Make once and keep, so that sessions and sealed data survive a restart."""
    if not path.exists():
        names = ("secret_key", "data_key", "twilio_auth_token", "platform_secret", "cti_token")
        text = "".join(f'{name} = "{secrets.token_hex(32)}"\n' for name in names)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text("# 演示环境自动生成的密钥，勿提交\n" + text, "utf-8")
        draft.chmod(stat.S_IRUSR | stat.S_IWUSR)
        with contextlib.suppress(FileExistsError):  # two processes at once: the first one wins
            path.hardlink_to(draft)
        draft.unlink()
    return dict(tomllib.loads(path.read_text("utf-8")))
