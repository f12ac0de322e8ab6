"""派单质量: first-dispatch accuracy, returns, moves, and what lies behind each figure."""

from hotline.queries.quality.class_shares import class_counts, looks
from hotline.queries.quality.counting import Counted, Tally, Way, counted, totals, ways
from hotline.queries.quality.drilling import NOWHERE, RETURNING, Asked, Line, Part, tickets
from hotline.queries.quality.first_dispatch import Judged, Narrow, Sender
from hotline.queries.quality.returning import Returns, ReturnsCounted, handed_out, returns
from hotline.queries.quality.settled import settled_until, within_words

__all__ = [
    "NOWHERE",
    "RETURNING",
    "Asked",
    "Counted",
    "Judged",
    "Line",
    "Narrow",
    "Part",
    "Returns",
    "ReturnsCounted",
    "Sender",
    "Tally",
    "Way",
    "class_counts",
    "counted",
    "handed_out",
    "looks",
    "returns",
    "settled_until",
    "tickets",
    "totals",
    "ways",
    "within_words",
]
