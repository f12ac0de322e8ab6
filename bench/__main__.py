"""``python -m bench [NAME …] [--quick] [--tries]``: exit 1 when a budget is missed (性能基准)."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

from bench.measure import QUICK_NOTE, table, write

BENCHES = {
    "deadlines": "deadline arithmetic (期限计算)",
    "classifier": "training, quality and batch rate of the classifier (分类)",
    "noise": "label check: what it finds, what dropping brings (标注核查)",
    "scale": "training on half a million rows and thousands of leaves (规模)",
    "understanding": "kind, urgency, alarms, places, companies (诉求理解)",
    "suggestion": "one suggestion: classify and route (单条推荐)",
    "intake": "intake over HTTP against the bare insert (受理)",
    "worklists": "worklists, ticket page and search in full tables (列表与查询)",
    "duplicates": "reports of one matter: found, how surely, how fast (重复与相似)",
    "quality": "the page of dispatch quality in full tables (派单质量)",
    "sweep": "looking for due ones among open clocks (时限巡检)",
    "storm": "many clocks due at once, workers killed meanwhile (时限风暴)",
    "topics": "hot topics: recall, purity and rate (热点)",
    "memory": "resident memory after real work (内存)",
    "pages": "weight and time of first views (页面)",
}


def measured(name: str, *, is_quick: bool) -> int:
    """Run one benchmark in this process; returns the exit code."""
    report = importlib.import_module(f"bench.{name}").run(is_quick=is_quick)
    print(f"\n{table(report)}", flush=True)
    print(f"→ {write(report, is_quick=is_quick)}", flush=True)
    return 0 if report.is_met else 1


def each_in_its_own_process(names: list[str], *, is_quick: bool) -> int:
    """One after the other, each in a fresh process: memory and caches of one are not another's."""
    missed = []
    for name in names:
        words = [sys.executable, "-m", "bench", name, *(["--quick"] if is_quick else [])]
        if subprocess.run(words, check=False, cwd=Path(__file__).parents[1]).returncode:
            missed.append(name)
    print(f"\nmissed or failed: {', '.join(missed)}" if missed else "\nall budgets met")
    return 1 if missed else 0


def main() -> int:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measures the budgets of the house; exit 1 when one is missed.",
        epilog="\n".join(f"{name:<12}{what}" for name, what in BENCHES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--quick", action="store_true", help=QUICK_NOTE)
    parser.add_argument(
        "--tries", action="store_true", help="with classifier: what was tried, one line for each"
    )
    options = parser.parse_args()
    if options.tries:
        if options.names != ["classifier"]:
            parser.error("--tries belongs to classifier: python -m bench classifier --tries")
        return measured("tries", is_quick=options.quick)
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(BENCHES)}")
    if len(options.names) == 1:
        return measured(options.names[0], is_quick=options.quick)
    return each_in_its_own_process(options.names or list(BENCHES), is_quick=options.quick)


if __name__ == "__main__":
    sys.exit(main())
