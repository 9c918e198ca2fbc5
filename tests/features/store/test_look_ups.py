"""Every question of a request goes by an index: its time does not grow with the number of learners."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, text

from features.records import Learner
from features.store import Feedback, ShownItem, ShownList, Store, packs, parse_event, read, record_rows
from features.store.connections import reading

DAY = datetime(2026, 4, 1, 10)
SHOWN = ShownList("r1", "L1", "v1", "m", DAY, (ShownItem("c1", 1, 0.5, 1.0),))
ONE_ROW = {"alembic_version", "facts"}
"""Tables so small that reading them whole is the quickest."""


def events(*documents: dict[str, Any]) -> list[Any]:
    return [parse_event(document) for document in documents]


ASKED: dict[str, Callable[[Store], object]] = {
    "version": lambda store: store.version("L1"),
    "plans of a job": lambda store: store.plans_of(Learner("L1", "o1", designation="clerk"), DAY),
    "learners by the beginning of the id": lambda store: store.learners("L", 5),
    "a list that was shown": lambda store: store.read_shown("r1"),
    "thumbs of a list": lambda store: store.feedback_on("r1"),
    "what is not wanted": lambda store: store.down_rated("L1"),
    "a thumb": lambda store: store.add_feedback(Feedback("L1", "c1", 0, "", DAY, "r1")),
    "a list to write": lambda store: store.add_shown([SHOWN]),
    "a list and a pack to write": lambda store: (store._unpacked.note("L1"), store.add_shown([SHOWN])),
    "all about a learner": lambda store: store.export("L1"),
    "events": lambda store: store.append_events(
        events(
            {"kind": "profile", "learner": "L1", "organisation": "o1", "designation": "clerk"},
            {"kind": "completion", "learner": "L1", "course": "c1"},
            {"kind": "rating", "learner": "L1", "course": "c1", "rating": 5},
            {"kind": "assessment", "learner": "L1", "course": "c1", "passed": True},
        )
    ),
}


def scans(store: Store, statement: str, parameters: Any) -> list[str]:
    """Return the steps of the plan that read a whole table."""
    with reading(store._engine) as connection:
        if store.is_local:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            told = [row[3] for row in steps]
            return [step for step in told if step.startswith("SCAN") and "CONSTANT ROW" not in step]
        connection.execute(text("SET LOCAL enable_seqscan = off"))  # small tables are read whole where they may be
        told = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
        return [step for step in told if "Seq Scan" in step and not any(f" {name}" in step for name in ONE_ROW)]


@pytest.mark.parametrize("name", ASKED)
def test_what_requests_ask_of_the_store_goes_by_an_index(store: Store, name: str) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.split(maxsplit=1)[0] in ("SELECT", "UPDATE", "DELETE"):
            one = parameters[0] if isinstance(parameters, list) else parameters
            asked.append((statement, one))

    event.listen(store._engine, "before_cursor_execute", note)
    ASKED[name](store)
    event.remove(store._engine, "before_cursor_execute", note)
    assert asked or name == "a list to write"
    for statement, parameters in asked:
        assert not scans(store, statement, parameters), statement


def test_a_learners_record_goes_by_indexes_only(store: Store) -> None:
    if store.is_local:
        questions: list[tuple[str, Any]] = [
            (packs.SQLITE_PACK, ("L1",)),
            (record_rows.SQLITE_RECORD, ("L1",)),
            (record_rows.SQLITE_LINEAGE, ("o1",)),
            (record_rows.sqlite_plans(3), ("learner:L1", "organisation:o1", "organisation:m")),
        ]
    else:
        questions = [
            (packs.POSTGRES_PACKS.replace("$1", "%(ids)s"), {"ids": ["L1", "L2"]}),
            (record_rows.POSTGRES_LINEAGE.replace("$1", "%(id)s"), {"id": "o1"}),
            (read.POSTGRES_RECORDS, {"ids": ["L1", "L2"], "own": ["learner:L1", "learner:L2"]}),
            (read.POSTGRES_PLANS, {"holders": ["learner:L1", "organisation:o1"]}),
        ]
    for statement, parameters in questions:
        assert not scans(store, statement, parameters), statement


def test_a_question_without_an_index_is_noticed(store: Store) -> None:
    assert scans(store, "SELECT * FROM learners WHERE designation = 'clerk'", ())
