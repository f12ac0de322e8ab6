"""Time limits of a hotline (时限): moments in, moments out; knows no ticket and no database."""

from __future__ import annotations

from sla.calendar import Calendar, Day
from sla.calendar_files import (
    CalendarEntry,
    CalendarFileError,
    Reading,
    clashes,
    read_calendar,
    windows_of,
    write_csv,
    write_ical,
    written_windows,
)
from sla.changes import Course, Extension, Leg, Pause, course
from sla.deadline import Due, due_at, latest_start, next_office_moment, workdays_away
from sla.errors import CalendarError, LimitError, Problem, ProfileError, SlaError
from sla.explanation import DayNote, Explanation, explain
from sla.ladder import (
    ACT_LABELS,
    CARRIER_LABELS,
    COUNTED,
    MARK_LABELS,
    OCCASION_LABELS,
    RECIPIENT_LABELS,
    Anchor,
    Ladder,
    LadderError,
    Offset,
    Step,
    Trigger,
)
from sla.ladder_files import (
    DEFAULT_LADDER,
    ladder_names,
    load_ladder,
    parse_ladder,
)
from sla.ladders.reading import ladder_from
from sla.ladders.writing import ladder_document, ladder_toml
from sla.lamps import LAMP_LABELS, Lamp, lamp, remaining
from sla.limits import UNIT_LABELS, Limit, Unit
from sla.milestone import Milestone, milestones, yellow_at
from sla.office import LOCAL, OfficeHours
from sla.official import LAST_PUBLISHED_YEAR, official_calendar
from sla.policy import (
    CHANNEL_LABELS,
    CLOCK_LABELS,
    KIND_LABELS,
    URGENCY_LABELS,
    Case,
    Clock,
    PolicyRule,
    Profile,
)
from sla.profile_files import DEFAULT_PROFILE, load_profile, parse_profile, profile_names
from sla.profile_terms import (
    PAUSE_LABELS,
    ExtensionTerms,
    HangingTerms,
    RedoTerms,
    ReturnTerms,
)
from sla.profiles.reading import profile_from
from sla.profiles.writing import profile_document, profile_toml
from sla.retelling import ChangeNote, Retelling, retell
from sla.seasons import OfficePlan, Season

__all__ = [
    "ACT_LABELS",
    "CARRIER_LABELS",
    "CHANNEL_LABELS",
    "CLOCK_LABELS",
    "COUNTED",
    "DEFAULT_LADDER",
    "DEFAULT_PROFILE",
    "KIND_LABELS",
    "LAMP_LABELS",
    "LAST_PUBLISHED_YEAR",
    "LOCAL",
    "MARK_LABELS",
    "OCCASION_LABELS",
    "PAUSE_LABELS",
    "RECIPIENT_LABELS",
    "UNIT_LABELS",
    "URGENCY_LABELS",
    "Anchor",
    "Calendar",
    "CalendarEntry",
    "CalendarError",
    "CalendarFileError",
    "Case",
    "ChangeNote",
    "Clock",
    "Course",
    "Day",
    "DayNote",
    "Due",
    "Explanation",
    "Extension",
    "ExtensionTerms",
    "HangingTerms",
    "Ladder",
    "LadderError",
    "Lamp",
    "Leg",
    "Limit",
    "LimitError",
    "Milestone",
    "OfficeHours",
    "OfficePlan",
    "Offset",
    "Pause",
    "PolicyRule",
    "Problem",
    "Profile",
    "ProfileError",
    "Reading",
    "RedoTerms",
    "Retelling",
    "ReturnTerms",
    "Season",
    "SlaError",
    "Step",
    "Trigger",
    "Unit",
    "clashes",
    "course",
    "due_at",
    "explain",
    "ladder_document",
    "ladder_from",
    "ladder_names",
    "ladder_toml",
    "lamp",
    "latest_start",
    "load_ladder",
    "load_profile",
    "milestones",
    "next_office_moment",
    "official_calendar",
    "parse_ladder",
    "parse_profile",
    "profile_document",
    "profile_from",
    "profile_names",
    "profile_toml",
    "read_calendar",
    "remaining",
    "retell",
    "windows_of",
    "workdays_away",
    "write_csv",
    "write_ical",
    "written_windows",
    "yellow_at",
]
