"""The state's holidays and make-up days (国务院办公厅节假日安排), published years and later ones.

Published years come from `chinese_calendar`. Later years are provisional: weekdays, less the
statutory days whose date is fixed in the solar calendar (全国年节及纪念日放假办法, as of 2025).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from chinese_calendar import holidays, workdays

from sla.calendar import MAKEUP_NAME, Calendar, Day, ordinary_day
from sla.errors import CalendarError

HOLIDAY_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
FIXED_STATUTORY = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
FIRST_PUBLISHED_YEAR = min(holidays).year
LAST_PUBLISHED_YEAR = max(holidays).year
LAST_YEAR = LAST_PUBLISHED_YEAR + 9
"""So far a calendar reaches: it grows with every year the state publishes."""


@lru_cache(maxsize=8)
def official_calendar(first_year: int = 2023, last_year: int = LAST_YEAR) -> Calendar:
    """Calendar of whole years. Years past the last published one are provisional.

    Raises CalendarError when the years are reversed or before the first published one.
    """
    if first_year > last_year:
        raise CalendarError(f"起始年份 {first_year} 晚于结束年份 {last_year}")
    if first_year < FIRST_PUBLISHED_YEAR:
        raise CalendarError(
            f"{FIRST_PUBLISHED_YEAR} 年以前没有官方节假日数据，不能从 {first_year} 年起"
        )
    try:
        first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    except ValueError:
        raise CalendarError(f"没有 {last_year} 年这样的年份") from None
    span = (last - first).days + 1
    days = (first + timedelta(days=offset) for offset in range(span))
    return Calendar({day: _official_day(day) for day in days})


def _official_day(day: date) -> Day:
    if day.year > LAST_PUBLISHED_YEAR:
        return _provisional_day(day)
    if day in workdays:
        return Day(is_workday=True, name=MAKEUP_NAME)
    if day in holidays:
        return Day(is_workday=False, name=HOLIDAY_NAMES.get(holidays[day], "法定节假日"))
    return ordinary_day(day)


def _provisional_day(day: date) -> Day:
    statutory = FIXED_STATUTORY.get((day.month, day.day))
    if statutory:
        return Day(is_workday=False, name=statutory, is_provisional=True)
    usual = ordinary_day(day)
    return Day(usual.is_workday, usual.name, is_provisional=True)
