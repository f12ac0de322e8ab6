"""The administrator at the pages of rules, for tests: forms sent, drafts tried and published."""

from __future__ import annotations

import html
import io
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from hotline.queries import rulebooks as shelf
from hotline.services.timing import recounts
from tests.hotline.people import look

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

REASON = "市政府办〔2026〕31号"


def read(answer: TestResponse) -> str:
    """The page as a person reads it."""
    return html.unescape(answer.get_data(as_text=True))


def notices(said: str) -> str:
    """What a refused page complains of, for the test's own complaint."""
    found = re.findall(r"<li><a href=\"#f-[^>]*>([^<]*)|<td class=\"col-text\"[^>]*>([^<]*)", said)
    return "；".join(a or b for a, b in found[:10]) or said[:300]


def page(desk: FlaskClient, address: str) -> str:
    answer = desk.get(f"/admin/{address}")
    assert answer.status_code == 200, notices(read(answer))
    return read(answer)


def send(desk: FlaskClient, address: str, **fields: Any) -> TestResponse:
    """Send a form with the usual reason."""
    return desk.post(f"/admin/{address}", data={"reason": REASON, **fields})


def upload(desk: FlaskClient, address: str, body: bytes, name: str, **fields: Any) -> TestResponse:
    """Send a file with the usual reason, encoded here, so that the client keeps no file open."""
    data = {"file": FileStorage(io.BytesIO(body), name), "reason": REASON, **fields}
    boundary, sent = encode_multipart(data)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return desk.post(f"/admin/{address}", data=sent, content_type=kind)


def draft_of(answer: TestResponse) -> int:
    """The draft a form led to."""
    assert answer.status_code == 303, notices(read(answer))
    found = re.fullmatch(r"/admin/books/(\d+)", answer.location)
    assert found, answer.location
    return int(found[1])


def refused(answer: TestResponse, *words: str) -> str:
    """The page that tells what is wrong; nothing was drafted."""
    said = read(answer)
    assert answer.status_code == 422, notices(said)
    missing = [word for word in words if word not in said]
    assert not missing, notices(said)
    return said


def count(book_id: int, *, is_dry: bool) -> Any:
    """What the worker does: count the dry run, or the recount, to its end."""
    look()
    run = shelf.run_of(book_id, is_dry=is_dry)
    assert run is not None
    while not recounts.go_on(run.id, at=datetime.now(UTC)):
        pass
    look()
    return shelf.run(run.id)


def publish(desk: FlaskClient, book_id: int) -> str:
    """Press 发布 and follow to the page of the version."""
    answer = desk.post(f"/admin/books/{book_id}/publish", follow_redirects=True)
    return read(answer)
