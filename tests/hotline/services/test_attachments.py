"""附件: vetted, kept by their content, refused with a reason; the ticket stays either way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.domain.errors import Conflict, NotFound
from hotline.domain.identity import CITIZEN
from hotline.services import attachments
from tests.hotline.people import together

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from flask import Flask

TEXT = "现场情况说明：工地夜间施工。".encode()
SCRIPT = b"#!/bin/sh\nrm -rf /\n"


def test_a_file_is_kept_by_its_content(
    a_ticket: Callable[..., int], at: datetime, tmp_path: Path
) -> None:
    ticket_id = a_ticket()
    row = attachments.add(ticket_id, "说明.txt", TEXT, CITIZEN, folder=tmp_path, at=at)
    assert (row.refused, row.size) == (None, len(TEXT))
    same, place = attachments.path_of(row.id, ticket_id, folder=tmp_path)
    assert same.id == row.id
    assert place.read_bytes() == TEXT
    assert row.name not in place.name  # a name chooses no path


@pytest.mark.parametrize(
    ("name", "content"),
    [("run.sh", SCRIPT), ("照片.jpg", SCRIPT), ("../../etc/passwd", TEXT), ("空.txt", b"")],
)
def test_what_is_refused_is_noted_and_not_kept(
    a_ticket: Callable[..., int], at: datetime, tmp_path: Path, name: str, content: bytes
) -> None:
    ticket_id = a_ticket()
    row = attachments.add(ticket_id, name, content, CITIZEN, folder=tmp_path, at=at)
    assert row.refused
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    with pytest.raises(NotFound):
        attachments.path_of(row.id, ticket_id, folder=tmp_path)


def test_a_file_belongs_to_one_ticket(
    a_ticket: Callable[..., int], at: datetime, tmp_path: Path
) -> None:
    mine, other = a_ticket(), a_ticket()
    row = attachments.add(mine, "说明.txt", TEXT, CITIZEN, folder=tmp_path, at=at)
    with pytest.raises(NotFound):
        attachments.path_of(row.id, other, folder=tmp_path)


def test_ten_files_are_enough(a_ticket: Callable[..., int], at: datetime, tmp_path: Path) -> None:
    ticket_id = a_ticket()
    rows = [
        attachments.add(
            *(ticket_id, f"{n}.txt", TEXT + bytes(str(n), "ascii"), CITIZEN),
            folder=tmp_path,
            at=at,
        )
        for n in range(11)
    ]
    assert [row.refused is None for row in rows] == [True] * 10 + [False]
    assert "最多 10 个" in (rows[-1].refused or "")


def test_the_same_file_from_many_at_once(
    app: Flask, a_ticket: Callable[..., int], at: datetime, tmp_path: Path
) -> None:
    ids = [a_ticket() for _ in range(4)]
    for turn in range(10):
        content = TEXT + str(turn).encode()
        ends = together(
            app,
            [
                lambda i=i, c=content: attachments.add(
                    i, "说明.txt", c, CITIZEN, folder=tmp_path, at=at
                )
                for i in ids
            ],
        )
        assert not [end for end in ends if isinstance(end, Exception)], ends
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 10


def test_a_file_for_no_ticket(app: Flask, at: datetime, tmp_path: Path) -> None:
    with pytest.raises((Conflict, NotFound)):
        attachments.add(999_999, "说明.txt", TEXT, CITIZEN, folder=tmp_path, at=at)
