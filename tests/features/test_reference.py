"""Reference data joins the tables of a snapshot into objects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from features.reference import Reference
from features.schema import TABLES


class Tables:
    def __init__(self, **rows: list[dict[str, Any]]) -> None:
        self.rows: Mapping[str, list[dict[str, Any]]] = rows

    def read(self, table: str) -> pl.DataFrame:
        known = TABLES[table]
        return known.conform(pl.DataFrame(self.rows[table])) if self.rows.get(table) else known.empty()


def need(role: str, competency: str, level: int, **more: Any) -> dict[str, Any]:
    return {"role_id": role, "competency_id": competency, "level": level, **more}


def test_a_position_needs_the_highest_level_that_any_of_its_roles_needs() -> None:
    reference = Reference.load(
        Tables(
            roles=[{"role_id": "r1", "name": "Drafting"}, {"role_id": "r2", "name": "Vetting"}],
            requirements=[need("r1", "k1", 2, weight=3.0, critical=True), need("r2", "k1", 4), need("r2", "k2", 1)],
            positions=[{"position_id": "p1", "designation": "Section Officer"}],
            position_roles=[{"position_id": "p1", "role_id": "r1"}, {"position_id": "p1", "role_id": "r2"}],
        )
    )
    first, second = reference.requirements_of_position("p1")
    assert (first.competency, first.level, first.weight, first.critical) == ("k1", 4, 3.0, True)
    assert (second.competency, second.level, second.weight, second.critical) == ("k2", 1, 1.0, False)


def test_a_position_is_found_by_title_in_the_nearest_organisation() -> None:
    reference = Reference.load(
        Tables(
            organisations=[
                {"organisation_id": "m", "name": "Ministry"},
                {"organisation_id": "d", "name": "Department", "parent_id": "m"},
            ],
            positions=[
                {"position_id": "any", "designation": "Section Officer"},
                {"position_id": "m-so", "designation": "section  officer", "organisation_id": "m"},
            ],
        )
    )
    found = reference.position_of(None, "Section Officer", "d")
    elsewhere = reference.position_of(None, "SECTION OFFICER", "x")
    assert found is not None
    assert found.id == "m-so"
    assert elsewhere is not None
    assert elsewhere.id == "any"
    assert reference.position_of(None, "", "d") is None


def test_prerequisites_are_an_and_of_ors() -> None:
    reference = Reference.load(
        Tables(
            courses=[{"course_id": c, "name": c} for c in ("a", "b", "c", "d")],
            prerequisites=[
                {"course_id": "d", "group": 0, "requires_course_id": "a"},
                {"course_id": "d", "group": 0, "requires_course_id": "b"},
                {"course_id": "d", "group": 1, "requires_course_id": "c"},
            ],
        )
    )
    assert reference.courses["d"].requires == (("a", "b"), ("c",))


def test_a_course_is_live_between_its_first_day_and_its_retirement() -> None:
    course = {"course_id": "a", "name": "a", "status": "live", "published_on": datetime(2026, 1, 1)}
    reference = Reference.load(Tables(courses=[{**course, "retired_on": datetime(2026, 6, 1)}]))
    live = [reference.courses["a"].is_live(datetime(2026, month, 1)) for month in (1, 5, 6)]
    assert live == [True, True, False]


def test_a_loop_in_the_organisation_tree_ends() -> None:
    reference = Reference.load(
        Tables(
            organisations=[
                {"organisation_id": "a", "name": "A", "parent_id": "b"},
                {"organisation_id": "b", "name": "B", "parent_id": "a"},
            ]
        )
    )
    assert reference.lineage("a") == ("a", "b")
