"""配置: read once, checked at once, and one clear line when something is wrong."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hotline.config import PACE_FILE, ConfigError, Settings, from_env
from hotline.domain.pace import Pace

if TYPE_CHECKING:
    from pathlib import Path

PRODUCTION = {
    "HOTLINE_ENV": "production",
    "HOTLINE_DATABASE_URL": "postgresql://h@db/h",
    "HOTLINE_REDIS_URL": "redis://redis/0",
    "HOTLINE_SECRET_KEY": "s" * 32,
    "HOTLINE_DATA_KEY": "d" * 32,
    "HOTLINE_PUBLIC_URL": "https://12345.example",
}


def demo(folder: Path, **more: str) -> Settings:
    return from_env({"HOTLINE_DATA_DIR": str(folder), **more})


def test_the_demo_needs_nothing(tmp_path: Path) -> None:
    settings = demo(tmp_path)
    assert settings.is_demo
    assert settings.database_url == f"sqlite:///{tmp_path / 'hotline.db'}"
    assert settings.redis_url.startswith("unix://")
    assert settings.public_url == "http://127.0.0.1:12345"
    assert settings.uploads.is_relative_to(tmp_path)
    assert settings.models.is_relative_to(tmp_path)


def test_the_demos_secrets_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first, second = demo(tmp_path), demo(tmp_path)
    assert first.data_key == second.data_key
    assert len(first.secret_key) == 64
    mode = stat.S_IMODE((tmp_path / "secrets.toml").stat().st_mode)
    assert mode == stat.S_IRUSR | stat.S_IWUSR


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    assert demo(tmp_path / "a").data_key != demo(tmp_path / "b").data_key


def test_what_is_given_wins(tmp_path: Path) -> None:
    settings = demo(tmp_path, HOTLINE_PORT="8080", HOTLINE_DATABASE_URL="postgresql://x@y/z")
    assert settings.port == 8080
    assert settings.database_url == "postgresql://x@y/z"
    assert settings.public_url == "http://127.0.0.1:8080"


def test_names_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    assert demo(tmp_path, PATH="/bin", HOME="/root").is_demo


WRONG = [
    ({"HOTLINE_DATABSE_URL": "x"}, "HOTLINE_DATABSE_URL"),
    ({"HOTLINE_ENV": "test"}, "HOTLINE_ENV"),
    ({"HOTLINE_PORT": "http"}, "HOTLINE_PORT"),
    ({"HOTLINE_PORT": "0"}, "HOTLINE_PORT"),
    ({"HOTLINE_PORT": "70000"}, "HOTLINE_PORT"),
]


@pytest.mark.parametrize(("environ", "name"), WRONG, ids=[str(w[0]) for w in WRONG])
def test_a_mistake_is_named(tmp_path: Path, environ: dict[str, str], name: str) -> None:
    with pytest.raises(ConfigError, match=name) as refused:
        demo(tmp_path, **environ)
    assert "\n" not in str(refused.value)


def test_production_with_everything_starts(tmp_path: Path) -> None:
    settings = from_env(PRODUCTION, data_dir=tmp_path)
    assert not settings.is_demo
    assert settings.twilio_number == ""
    assert not (tmp_path / "secrets.toml").exists()


@pytest.mark.parametrize("missing", [name for name in PRODUCTION if name != "HOTLINE_ENV"])
def test_production_starts_with_every_secret_or_not_at_all(tmp_path: Path, missing: str) -> None:
    environ = {name: value for name, value in PRODUCTION.items() if name != missing}
    with pytest.raises(ConfigError, match=missing):
        from_env(environ, data_dir=tmp_path)


HALF = [
    {"HOTLINE_PLATFORM_URL": "https://platform.example"},
    {"HOTLINE_PLATFORM_SECRET": "x"},
    {"HOTLINE_TWILIO_ACCOUNT_SID": "AC1"},
]


@pytest.mark.parametrize("half", HALF, ids=[next(iter(h)) for h in HALF])
def test_half_a_provider_is_none(tmp_path: Path, half: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        from_env({**PRODUCTION, **half}, data_dir=tmp_path)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = from_env(PRODUCTION, data_dir=tmp_path)
    assert "s" * 32 not in repr(settings)
    assert "d" * 32 not in repr(settings)


def test_a_deep_folder_still_gets_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    settings = demo(deep)
    assert len(str(settings.redis_socket)) < 108
    assert settings.redis_url == f"unix://{settings.redis_socket}"


def test_the_real_environment_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith("HOTLINE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HOTLINE_PORT", "5999")
    assert from_env().port == 5999


def test_a_time_lapse_is_read_beside_the_data(tmp_path: Path) -> None:
    begun = datetime(2026, 9, 30, tzinfo=UTC)
    pace = Pace(begun, begun - timedelta(days=1), 600)
    (tmp_path / PACE_FILE).write_text(pace.document(), "utf-8")
    assert from_env({}, data_dir=tmp_path).pace == pace
    (tmp_path / PACE_FILE).unlink()
    assert from_env({}, data_dir=tmp_path).pace.is_ordinary


def test_time_never_lapses_in_production(tmp_path: Path) -> None:
    (tmp_path / PACE_FILE).write_text(Pace().document(), "utf-8")
    with pytest.raises(ConfigError, match="生产环境请删除此文件"):
        from_env(PRODUCTION, data_dir=tmp_path)


def test_a_broken_pace_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / PACE_FILE).write_text("{}", "utf-8")
    with pytest.raises(ConfigError, match=f"{PACE_FILE} 有误"):
        from_env({}, data_dir=tmp_path)


def test_no_variable_sets_the_pace() -> None:
    with pytest.raises(ConfigError, match="HOTLINE_PACE"):
        from_env({"HOTLINE_PACE": "600"})
