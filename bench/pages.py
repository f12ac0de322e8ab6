"""First views over HTTP: what they weigh compressed, and how long they take (页面); design 5."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import requests

from bench.house import opened
from bench.measure import Figure, Report, milliseconds

CITIZEN_KB, STAFF_KB, FIRST_VIEW_MS = 150, 500, 1000
PARTS = re.compile(r'(?:src|href)="(/static/[^"#]+)')
STAFF = {
    "agent": "/agent",
    "dispatcher": "/dispatch",
    "department": "/department",
    "callback": "/callback",
    "supervisor": "/supervision",
    "admin": "/admin",
}


def run(*, is_quick: bool) -> Report:
    """Load each first page as a browser does: the page, then what it names."""
    figures = []
    with opened(with_redis=True) as house:
        house.start("web")
        url = f"http://127.0.0.1:{house.settings.port}"
        figures += _view("citizen", url, "/", requests.Session(), CITIZEN_KB)
        for login, path in list(STAFF.items())[: 2 if is_quick else None]:
            figures += _view(login, url, path, _signed_in(url, login), STAFF_KB)
    return Report("pages", figures)


def _signed_in(url: str, login: str) -> requests.Session:
    session = requests.Session()
    page = session.get(f"{url}/login", timeout=10).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, "no form on the sign-in page"
    form = {"login": login, "password": "hotline-demo", "csrf_token": token.group(1)}
    answer = session.post(f"{url}/login", data=form, timeout=10, allow_redirects=False)
    assert answer.status_code in (302, 303), answer.status_code
    return session


def _view(name: str, url: str, path: str, session: requests.Session, most_kb: int) -> list[Figure]:
    weight = 0

    def load() -> None:
        nonlocal weight
        page = session.get(urljoin(url, path), timeout=10)
        assert page.status_code == 200, (path, page.status_code)
        weight = _on_the_wire(session, urljoin(url, path))
        for part in sorted(set(PARTS.findall(page.text))):
            weight += _on_the_wire(session, urljoin(url, part))

    load()  # the first view of a fresh worker compiles templates
    spent = milliseconds(load)
    return [
        Figure(what=f"{name}, compressed", value=weight / 1024, unit="KB", at_most=most_kb),
        Figure(what=f"{name}, first view", value=spent, unit="ms", at_most=FIRST_VIEW_MS),
    ]


def _on_the_wire(session: requests.Session, address: str) -> int:
    """Bytes as they travel, before they are unpacked."""
    headers = {"Accept-Encoding": "gzip"}
    with session.get(address, headers=headers, stream=True, timeout=10) as answer:
        return len(answer.raw.read(decode_content=False))
