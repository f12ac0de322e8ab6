"""What runs late, where and why (督办监督): figures of open clocks, and the lists behind them."""

from hotline.queries.supervision.causes import DEFINITIONS, LateCause
from hotline.queries.supervision.overview import LATE_TO, Overview, Share, overview
from hotline.queries.supervision.scope import COUNT_TO, SCANNED, WATCHED, Lamp, Scope
from hotline.queries.supervision.watching import (
    PAGE,
    Brief,
    WatchLine,
    WatchPage,
    briefs,
    names,
    page,
)

__all__ = [
    "COUNT_TO",
    "DEFINITIONS",
    "LATE_TO",
    "PAGE",
    "SCANNED",
    "WATCHED",
    "Brief",
    "Lamp",
    "LateCause",
    "Overview",
    "Scope",
    "Share",
    "WatchLine",
    "WatchPage",
    "briefs",
    "names",
    "overview",
    "page",
]
