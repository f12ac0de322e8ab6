"""`hotline replay` and `hotline simulate` against a real HTTP door."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from hotline.cli.posting import Piece, Poster
from hotline.cli.scoring import first_level, percentile, score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.hotline.cli.conftest import Said

ROWS = (
    ("停水", "小区自来水停水三天，没有通知，老人孩子没法做饭", "城乡建设"),
    ("工资", "工厂拖欠工人工资三个月，老板失联，请劳动监察介入", "劳动和社会保障"),
    ("学校", "学校食堂强制收费，不吃也要交伙食费，请教育局管管", "教育文体"),
    ("", "   ", "环境保护"),
    ("长", "长" * 10_001, "环境保护"),
)


@pytest.fixture
def messages(write: Callable[..., Path]) -> Path:
    lines = "".join(f"{title},{text},{label}\n" for title, text, label in ROWS)
    return write("messages.csv", "title,text,category\n" + lines, "utf-8-sig")


def test_replay_posts_waits_and_counts(
    hotline: Callable[..., Said], open_house: str, messages: Path
) -> None:
    said = hotline(
        *("replay", messages, "--channel", "mix", "--truth", "category"),
        *("--url", open_house, "--timeout", 60, "--json"),
    )
    assert said.code == 0, said.err
    found = said.json
    assert (found["posted"], found["accepted"], found["refused"], found["lost"]) == (5, 3, 2, 0)
    assert sum(found["stages"].values()) == 3
    assert "registered" not in found["stages"]
    assert sum(found["categories"].values()) == 3
    assert found["accuracy"] == 1.0
    assert found["macro_f1"] == 1.0
    assert found["per_second"] > 0
    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"]
    assert {r["line"] for r in found["refusals"]} == {5, 6}
    assert "第 6 行：HTTP 422 诉求内容最多 10000 字" in said.err


def test_replay_takes_the_first_rows_and_reads_well(
    hotline: Callable[..., Said], open_house: str, messages: Path
) -> None:
    said = hotline("replay", messages, "--limit", 1, "--url", open_house)
    assert said.code == 0, said.err
    assert "提交 1，受理 1，拒收 0" in said.out
    assert "准确率" not in said.out


def test_replay_without_a_house_says_so(hotline: Callable[..., Said], messages: Path) -> None:
    said = hotline("replay", messages, "--url", "http://127.0.0.1:9")
    assert (said.code, "make run" in said.err) == (1, True)
    wrong = hotline("replay", messages, "--truth", "label")
    assert "没有列“label”；文件中的列有：title、text、category" in wrong.err
    assert hotline("replay", messages, "--channel", "fax").code == 2


def test_a_stuck_ticket_fails_the_replay(
    hotline: Callable[..., Said], open_house: str, messages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.services.sorting.suggest", lambda *_args, **_named: None)
    said = hotline(
        *("replay", messages, "--limit", 1, "--url", open_house, "--timeout", 1, "--json")
    )
    assert (said.code, said.json["stages"]) == (1, {"registered": 1})
    assert "hotline doctor" in said.err


class _Flaky(BaseHTTPRequestHandler):
    """Drops the first delivery of each key, is busy at the second, then takes it."""

    seen: dict[str, list[bytes]]

    def do_POST(self) -> None:
        key = self.headers["Idempotency-Key"]
        tries = self.seen.setdefault(key, [])
        tries.append(self.rfile.read(int(self.headers["Content-Length"])))
        if len(tries) == 1:
            self.close_connection = True
            return
        self._answer(503 if len(tries) == 2 else 201, {"ticket_no": key[-1] * 22})

    def _answer(self, status: int, said: dict[str, str]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Stay silent."""


@pytest.fixture
def flaky() -> Iterator[str]:
    _Flaky.seen = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Flaky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_dropped_or_busy_post_is_tried_again_under_the_same_key(flaky: str) -> None:
    pieces = [Piece(line, {"content": str(line)}, f"key-{line}") for line in range(1, 7)]
    answers = {answer.line: answer for answer in Poster(flaky).post_all(pieces)}
    assert {line: a.ticket_no for line, a in answers.items()} == {
        line: str(line) * 22 for line in range(1, 7)
    }
    assert all(answer.tries == 3 for answer in answers.values())
    assert all(len(set(bodies)) == 1 for bodies in _Flaky.seen.values())


def test_a_house_that_stays_away_ends_the_work_of_all() -> None:
    pieces = [Piece(line, {"content": "x"}, f"key-{line}") for line in range(50)]
    answers = list(Poster("http://127.0.0.1:9", patience=0.2).post_all(pieces))
    assert len(answers) == 50
    assert not any(answer.ticket_no or answer.refusal for answer in answers)


def test_trouble_in_reading_reaches_the_caller(flaky: str) -> None:
    def broken() -> Iterator[Piece]:
        yield Piece(1, {}, "key-1")
        raise ValueError("line 2")

    with pytest.raises(ValueError, match="line 2"):
        list(Poster(flaky).post_all(broken()))


def test_scores_are_those_of_the_books() -> None:
    pairs = [("甲", "甲"), ("甲", "乙"), ("乙", "乙"), ("乙", "乙")]
    found = score(pairs)
    assert found is not None
    assert found.accuracy == 0.75
    assert found.macro_f1 == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert score([]) is None
    assert (first_level("0202"), first_level("火星"), first_level(None)) == ("环境保护", "火星", "")
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 3.0
    assert percentile([], 0.5) is None
