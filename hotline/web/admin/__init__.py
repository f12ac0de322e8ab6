"""Pages of the administrators: each section for its roles, closed to all others (系统管理)."""

from apiflask import APIBlueprint

from hotline.web import quality

admin = APIBlueprint("admin", __name__, enable_openapi=False)
quality.mount(admin)

from hotline.web.admin import (  # noqa: E402, F401 - registers the gate and the routes
    audit,
    books,
    calendar,
    calendar_file,
    catalogue,
    catalogue_editions,
    catalogue_rules,
    comparing,
    deliveries,
    hours,
    knowledge,
    label_checks,
    ladder,
    models,
    people,
    policies,
    previewing,
    retraining,
    samples,
    sections,
    shadow_runs,
    trust,
    unit_mergers,
)
