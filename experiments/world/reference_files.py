"""The exports that do not depend on the learners: organisations, competencies, roles, courses' levels, rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import polars as pl

from experiments.world.calendar import Calendar
from experiments.world.catalogue import Catalogue, WorldCourse
from experiments.world.duties import Duties
from experiments.world.service import Body, Service

OWNER_OF_FIELD = {
    "railway": "M03", "transport": "M03", "posts": "M04", "tax": "M01", "trade": "M01", "finance": "M01",
    "health": "M05",
    "agriculture": "M07", "rural": "M08", "environment": "M09", "climate": "M09", "infrastructure": "M10",
    "education": "M11", "police": "M02", "disaster": "M02", "personnel": "M06", "grievance": "M06",
}  # fmt: skip
"""The ministry whose subject a field is; other fields are everybody's."""


def org_hierarchy(service: Service, stamp: str) -> pl.DataFrame:
    """Return ``org_hierarchy``: each body with the ministry and the department above it."""
    bodies = {body.id: body for body in service.bodies}
    rows = []
    for body in service.bodies:
        if body.kind == "government":
            continue
        above = list(_above(body, bodies))
        ministry = next(b for b in above if b.kind == "ministry")
        department = next((b for b in above[1:] if b.kind in ("department", "board")), None)
        rows.append(
            {
                "mdo_id": body.id,
                "mdo_name": body.name,
                "ministry": ministry.name,
                "ministry_id": ministry.id,
                "department": department.name if department else None,
                "department_id": department.id if department else None,
                "is_cca": "Yes" if body.kind == "ministry" else "No",
                "mdo_created_on": "2021-04-01 10:00:00",
                "data_last_generated_on": stamp,
            }
        )
    return pl.DataFrame(rows)


def _above(body: Body, bodies: dict[str, Body]) -> Iterator[Body]:
    """Yield the body and what is above it, up to its ministry."""
    here: Body | None = body
    while here is not None and here.kind != "government":
        yield here
        here = bodies.get(here.parent) if here.parent else None


def kcm_dictionary(service: Service, stamp: str) -> pl.DataFrame:
    """Return ``kcm_dictionary``."""
    return pl.DataFrame(
        {
            "competency_area_id": c.area_id,
            "competency_area": c.area,
            "competency_theme_id": c.theme_id,
            "competency_theme": c.theme,
            "competency_sub_theme_id": c.id,
            "competency_sub_theme": c.name,
            "competency_sub_theme_description": c.description,
            "competency_theme_type": "Null",
            "data_last_generated_on": stamp,
        }
        for c in service.competencies
    )


def kcm_content_mapping(service: Service, catalogue: Catalogue, stamp: str) -> pl.DataFrame:
    """Return ``kcm_content_mapping``: a row for each course and competency."""
    return pl.DataFrame(
        {
            "course_id": course.id,
            "competency_area_id": service.competencies[k].area_id,
            "competency_theme_id": service.competencies[k].theme_id,
            "competency_sub_theme_id": service.competencies[k].id,
            "data_last_generated_on": stamp,
        }
        for course in catalogue.courses
        for k in course.competencies
    )


def teaches(service: Service, catalogue: Catalogue) -> pl.DataFrame:
    """Return from which level to which each course teaches each of its competencies."""
    return pl.DataFrame(
        {
            "course_id": course.id,
            "competency_id": service.competencies[k].id,
            "from_level": course.from_level,
            "to_level": course.to_level,
        }
        for course in catalogue.courses
        for k in course.competencies
    )


def courses(service: Service, catalogue: Catalogue) -> pl.DataFrame:
    """Return what a course is a translation of, whose subject it is, and its fee in rupees."""
    return pl.DataFrame(
        [
            (course.id, course.title, _base_id(catalogue, number), _owner(service, course), course.fee)
            for number, course in enumerate(catalogue.courses)
        ],
        schema={
            "course_id": pl.String, "name": pl.String, "base_course_id": pl.String, "organisation_id": pl.String,
            "cost": pl.Float64,
        },
        orient="row",
    )  # fmt: skip


def _base_id(catalogue: Catalogue, number: int) -> str | None:
    base = catalogue.bases[catalogue.courses[number].family]
    return None if base == number else catalogue.courses[base].id


def _owner(service: Service, course: WorldCourse) -> str | None:
    return OWNER_OF_FIELD.get(service.competencies[course.competencies[0]].field)


def prerequisites(catalogue: Catalogue) -> pl.DataFrame:
    """Return for each course the courses, in any language, of which one must come before."""
    versions: dict[int, list[str]] = {}
    for course in catalogue.courses:
        versions.setdefault(course.family, []).append(course.id)
    rows = [
        {"course_id": course.id, "group": 0, "requires_course_id": before}
        for course in catalogue.courses
        for family in catalogue.requires[course.family]
        for before in versions[family]
    ]
    return pl.DataFrame(rows, schema={"course_id": pl.String, "group": pl.Int32, "requires_course_id": pl.String})


def frac(service: Service) -> pl.DataFrame:
    """Return positions, roles, activities and required levels, one row for each need of each position."""
    return pl.DataFrame(
        {
            "position_id": post.id,
            "organisation_id": post.organisation,
            "designation": post.designation,
            "group": post.group,
            "wing": post.wing,
            "role_id": need.role,
            "role": service.roles[need.role][0],
            "role_description": service.roles[need.role][1],
            "activity_id": need.activity,
            "activity": need.text,
            "competency_id": service.competencies[need.competency].id,
            "competency": service.competencies[need.competency].name,
            "level": need.level,
            "weight": need.weight,
            "critical": "yes" if need.critical else "no",
        }
        for post in service.posts
        for need in service.needs
        if need.role in post.roles
    )


def cb_plan(duties: Duties, stamp: str) -> pl.DataFrame:
    """Return ``cb_plan``: a row for each plan and course."""
    calendar, catalogue = duties.calendar, duties.ground.catalogue
    return pl.DataFrame(
        {
            "org_id": plan.organisation,
            "created_by": "demo-planner",
            "cb_plan_id": plan.id,
            "plan_name": plan.name,
            "allotment_type": "Designation" if plan.designation else "AllUser",
            "allotment_to": plan.designation or "All Users",
            "content_id": catalogue.base[family].id,
            "allocated_on": f"{calendar.moment(plan.allotted):%Y-%m-%d %H:%M:%S}",
            "due_by": f"{calendar.moment(plan.due):%Y-%m-%d %H:%M:%S}",
            "status": "Live" if plan.live else "RETIRE",
            "isapar": "Yes" if plan.designation and plan.live else "No",
            "data_last_generated_on": stamp,
        }
        for plan in duties.plans
        for family in plan.families
    )


def rules(duties: Duties) -> pl.DataFrame:
    """Return the duties of learners as data: citation, scope, constraint."""
    induction = [duties.ground.catalogue.base[family].id for family in duties.induction]
    found = [
        _rule(
            "dopt-2025-prescribed-share", "At least half of the prescribed courses are completed each year",
            "DoPT OM No. T-28/27/2025-iGOT of 4 July 2025", "share_of_prescribed", {"groups": ["A", "B", "C"]},
            {"share": 0.5}, date(2025, 7, 4),
        ),
        _rule(
            "induction", "The induction modules are completed in the first year of service",
            "Karmayogi Prarambh, induction of new recruits since 21 November 2022", "induction", {"first_year": True},
            {"courses": induction, "within_days": 365}, date(2022, 11, 21),
        ),
        _rule(
            "dopt-2024-no-permission", "No permission of the office is needed to take courses on the platform",
            "DoPT OM No. T-19011/1/2024-NTP of 15 January 2024", "no_permission", {}, {}, date(2024, 1, 15),
        ),
        _rule(
            "reimbursement-on-completion", "The fee of an approved course is reimbursed on successful completion",
            "Mission Karmayogi: the desirable path", "reimbursement", {},
            {"ceiling": 20000, "share": 1.0, "pre_approval": True}, date(2020, 9, 2),
        ),
        _rule(
            "learning-week", "Four hours of learning related to one's competencies in the national learning week",
            "National Learning Week (Sadhana Saptah)", "hours_in_window", {},
            {"hours": 4, "from": _iso(duties.calendar, 0), "to": _iso(duties.calendar, 8)}, date(2024, 10, 19),
        ),
    ]  # fmt: skip
    return pl.DataFrame(found)


def _rule(
    identifier: str, title: str, citation: str, kind: str, scope: object, parameters: object, since: date
) -> dict[str, str]:
    return {
        "rule_id": identifier,
        "version": "1",
        "title": title,
        "citation": citation,
        "kind": kind,
        "scope": json.dumps(scope, sort_keys=True),
        "parameters": json.dumps(parameters, sort_keys=True),
        "valid_from": since.isoformat(),
    }


def _iso(calendar: Calendar, offset: int) -> str:
    return calendar.moment(calendar.campaign + offset).date().isoformat()
