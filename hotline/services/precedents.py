"""历史承办: units that handled such matters before, as a model learned them, beside the catalogue.

They advise and never overrule: no ticket is sent by them alone, and where the catalogue names a
unit, that unit stands first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import classifier
    import routing

BY = "按历史工单"
SPEAKER = "历史承办"
"""Who speaks for such a unit on the dispatcher's desk."""
LEAST_SHARE = 0.1
MOST = 2


def shares(
    learned: Sequence[classifier.LearnedUnit], directory: routing.Directory
) -> dict[str, float]:
    """Share of such matters that each unit of the directory had, by code, the largest first.

    A name the directory does not know is passed over; of a merged unit its heir is meant.
    """
    found: dict[str, float] = {}
    for one in learned:
        unit = directory.named(one.name)
        if unit is not None:
            found[unit.code] = found.get(unit.code, 0.0) + one.probability
    ordered = sorted(found.items(), key=lambda pair: -pair[1])
    return {code: share for code, share in ordered if share >= LEAST_SHARE}


def combined(
    routes: Sequence[dict[str, Any]],
    learned: dict[str, float],
    directory: routing.Directory,
    *,
    first: str,
    equals: Collection[str],
) -> list[dict[str, Any]]:
    """The catalogue's routes with the learned units: in front only where it names none.

    ``first``: the likeliest category; ``equals``: units that the catalogue finds as fit as the
    one it took.
    """
    known = [
        {**route, "share": round(learned[route["code"]], 4)} if route["code"] in learned else route
        for route in routes
    ]
    taken = {route["code"] for route in routes}
    is_open = all(route["category"] != first for route in routes)
    more = [
        {
            "code": code,
            "name": unit.name,
            "rule": "",
            "reason": _reason(share, is_open=is_open, is_equal=code in equals),
            "category": first if is_open else "",
            "share": round(share, 4),
        }
        for code, share in learned.items()
        if code not in taken and (unit := directory.unit(code)) is not None
    ][:MOST]
    return [*more, *known] if is_open else [*known, *more]


def _reason(share: float, *, is_open: bool, is_equal: bool) -> str:
    words = f"{BY}：此类诉求 {share:.0%} 由该单位承办"
    if is_open:
        return f"派单目录没有确定单位；{words}"
    return f"派单目录中与首选单位同等适用；{words}" if is_equal else f"{words}（派单目录另有规定）"
