"""No file tells where somebody's packages come from, and no page calls a stranger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.house.sources import ROOT, files, listed, name

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("hotline", "routing", "classifier", "sla", "integrations", "tests", "bench", "deploy")
TEXTS = (".py", ".html", ".css", ".js", ".toml", ".csv", ".svg", ".txt", ".mako", ".ini")
TOP = ("*.toml", "*.lock", "*.md", "Makefile", ".ci/*", "migrations/*", ".gitignore")
URL = re.compile(r"\b(?:https?|git\+\w+|ssh)://[^\s\"'<>)\]}，。；、`|\\]+")
KNOWN = {
    *("127.0.0.1", "localhost", "[::1]", "0.0.0.0", ""),  # noqa: S104 - names, not a binding
    "www.w3.org",  # the namespace of every SVG
    "api.twilio.com",  # the provider's own address
    "json-schema.org",
    "spec.openapis.org",
    "mycompany.com",  # the worked example of Twilio's signature
}
KNOWN_ENDS = (".example", ".test", ".invalid", "example.com", "example.org", "example.net")
WORDS = re.compile(r"(?i)--(extra-)?index-url|--find-links|--trusted-host|\bregistry\s*=")


def written() -> list[Path]:
    top = [path for pattern in TOP for path in ROOT.glob(pattern) if path.is_file()]
    here = [path for path in files(*FOLDERS, suffixes=TEXTS) if path.name != "test_addresses.py"]
    return top + here


def is_known(url: str) -> bool:
    if "{" in url or "%s" in url:
        return True  # built from settings
    host = (urlsplit(url).hostname or "").lower()
    return host in KNOWN or host.endswith(KNOWN_ENDS) or ".example." in host


def test_lock_files_name_packages_and_hashes_only() -> None:
    for path in ROOT.glob("*.lock"):
        text = path.read_text("utf-8")
        assert "--hash=sha256:" in text, f"{path.name}: lock with hashes"
        assert not URL.search(text), f"{path.name}: take the addresses out"
        assert not WORDS.search(text), f"{path.name}: the registry is the installer's own business"


def test_no_file_names_a_registry() -> None:
    found = [name(path) for path in written() if WORDS.search(path.read_text("utf-8"))]
    assert not found, f"Whoever installs chooses the registry:{listed(found)}"


def test_every_address_is_ours_or_an_example() -> None:
    found = [
        f"{name(path)}: {url}"
        for path in written()
        if path.suffix != ".md"
        for url in URL.findall(path.read_text("utf-8", errors="replace"))
        if not is_known(url)
    ]
    assert not found, f"Vendor the file, or use an .example host:{listed(found)}"


def test_pages_call_nobody_else() -> None:
    """Everything a page loads comes from the package; no inline script or style (CSP)."""
    shapes = {
        "a script in the page": re.compile(r"(?i)<script(?![^>]*\bsrc=)[^>]*>"),
        "a style in the page": re.compile(r"(?i)<style\b|\sstyle="),
        "an inline handler": re.compile(
            r"\son(?:click|change|load|submit|input|error)=", re.IGNORECASE
        ),
        "a foreign file": re.compile(r"(?i)(?:src|href)=[\"'](?:https?:)?//"),
    }
    found = [
        f"{name(path)}: {what}"
        for path in files("hotline/web/templates", suffixes=(".html",))
        for what, shape in shapes.items()
        if shape.search(path.read_text("utf-8"))
    ]
    assert not found, f"Move it to static/:{listed(found)}"
