"""Papers that cannot lie: the README's picture is drawn from the table of the law."""

from __future__ import annotations

import re

from hotline.domain.lifecycle import diagram
from tests.house.sources import ROOT

DRAWN = re.compile(r"```mermaid\n(stateDiagram-v2.*?)\n```", re.DOTALL)


def test_the_diagram_in_the_readme_is_the_state_machine() -> None:
    pictures = DRAWN.findall((ROOT / "README.md").read_text("utf-8"))
    assert pictures == [diagram()], (
        "Put the output of `hotline tickets diagram` between ```mermaid and ``` in README.md"
    )


def test_other_readmes_draw_the_same_or_nothing() -> None:
    for path in ROOT.glob("*.md"):
        for picture in DRAWN.findall(path.read_text("utf-8")):
            assert picture == diagram(), f"{path.name} shows an old state machine"
