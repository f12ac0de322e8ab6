"""HTTP sessions to other servers (出站连接) that keep a proxy out of calls to this machine."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

import requests


def is_loopback(url: str) -> bool:
    """Say whether `url` names this very machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def open_session(url: str) -> requests.Session:
    """Open a session for `url`; the environment's proxies do not apply to this machine."""
    session = requests.Session()
    session.trust_env = not is_loopback(url)
    return session
