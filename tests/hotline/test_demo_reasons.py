"""The demo city: coded reasons of motions and bad ratings, and whom the ladder reaches by SMS."""

from __future__ import annotations

import re

from hotline.domain.motions import Motion
from hotline.domain.terms import Finding
from hotline.services import notices, seeding


def test_reasons_of_motions_and_bad_ratings_are_complete() -> None:
    reasons = notices.reasons()
    for kind in Motion:
        assert len(reasons[kind.value]) >= 5, kind
        assert all(reasons[kind.value].values()), kind
    assert set(reasons["return_terms"]["no_unit_needed"]) < set(reasons["return"])
    assert set(reasons["finding"]) == {word.value for word in Finding} - {"true"}
    for codes in reasons["finding"].values():
        assert len(codes) >= 3
        assert all(codes.values())


def test_leaders_and_supervisors_can_be_told_by_sms() -> None:
    for person in seeding.rows("staff.csv"):
        has_phone = re.fullmatch(r"139000001\d\d", person["phone"]) is not None
        assert has_phone is (person["role"] in {"department_lead", "supervisor", "authority"})
