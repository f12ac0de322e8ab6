"""Time limits of a hotline (时限): moments in, moments out; knows no ticket and no database."""

from __future__ import annotations

from sla.calendar import Calendar, Day
from sla.deadline import Due, due_at
from sla.errors import CalendarError, LimitError, ProfileError, SlaError
from sla.explanation import DayNote, Explanation, explain
from sla.lamps import LAMP_LABELS, Lamp, lamp, remaining
from sla.limits import UNIT_LABELS, Limit, Unit
from sla.milestone import Milestone, milestones
from sla.office import LOCAL, OfficeHours
from sla.official import LAST_PUBLISHED_YEAR, official_calendar
from sla.policy import CLOCK_LABELS, Clock, PolicyRule, Profile
from sla.profile_files import DEFAULT_PROFILE, load_profile, parse_profile, profile_names

__all__ = [
    "CLOCK_LABELS",
    "DEFAULT_PROFILE",
    "LAMP_LABELS",
    "LAST_PUBLISHED_YEAR",
    "LOCAL",
    "UNIT_LABELS",
    "Calendar",
    "CalendarError",
    "Clock",
    "Day",
    "DayNote",
    "Due",
    "Explanation",
    "Lamp",
    "Limit",
    "LimitError",
    "Milestone",
    "OfficeHours",
    "PolicyRule",
    "Profile",
    "ProfileError",
    "SlaError",
    "Unit",
    "due_at",
    "explain",
    "lamp",
    "load_profile",
    "milestones",
    "official_calendar",
    "parse_profile",
    "profile_names",
    "remaining",
]
