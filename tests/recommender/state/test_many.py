from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.records import Enrolment, Evidence, Learner, LearnerRecord
from features.reference import Course, Position, Reference, Requirement, Role, Teaches
from features.schema import EVIDENCE_KINDS
from recommender.state import DEFAULT_EVIDENCE, competency_state
from recommender.state.many import beliefs, evidence_rows

NOW = datetime(2026, 11, 1)


def _course(one: str, *teaches: tuple[str, int]) -> Course:
    return Course(
        id=one, name=one, description=None, category="Course", status="live", hours=2.0, languages=(), base=None,
        equivalence=None, provider=None, organisation=None, cost=0.0, external=False, restricted=False, rating=None,
        published_on=None, retired_on=None, teaches=tuple(Teaches(k, 0, to, 1.0) for k, to in teaches), requires=(),
    )  # fmt: skip


REFERENCE = Reference(
    organisations={},
    competencies={},
    roles={"r": Role("r", "Clerk", None, {}, (Requirement("r", None, "k", 3, 1.0, False),))},
    positions={"p": Position("p", None, "Clerk", None, ("r",))},
    courses={"c2": _course("c2", ("k", 2), ("m", 1)), "c4": _course("c4", ("k", 4))},
)
DAYS = st.integers(-30, 1500).map(lambda days: NOW - timedelta(days=days))
EVIDENCE = st.builds(
    Evidence, id=st.uuids().map(str), kind=st.sampled_from(EVIDENCE_KINDS), observed_on=DAYS,
    competency=st.sampled_from([None, "k", "m"]), course=st.sampled_from([None, "c2", "c4"]),
    level=st.sampled_from([None, 1, 3, 5]), passed=st.sampled_from([None, True, False]),
    score=st.sampled_from([None, 0.2, 0.9]), attempt=st.sampled_from([None, 1, 3]),
)  # fmt: skip
ENROLMENT = st.builds(
    Enrolment, course=st.sampled_from(["c2", "c4"]), status=st.sampled_from(["completed", "in_progress"]),
    dwell_ratio=st.sampled_from([None, 0.01, 0.3, 1.0]), completed_on=DAYS, skimmed=st.booleans(),
)  # fmt: skip
RECORDS = st.builds(
    LearnerRecord, learner=st.builds(Learner, id=st.just("l"), position=st.sampled_from([None, "p"])),
    enrolments=st.lists(ENROLMENT, max_size=2, unique_by=lambda e: e.course).map(tuple),
    evidence=st.lists(EVIDENCE, max_size=7).map(tuple),
)  # fmt: skip


@given(st.lists(RECORDS, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_many_at_once_are_believed_as_each_alone(records: list[LearnerRecord]) -> None:
    named = [replace(record, learner=replace(record.learner, id=str(n))) for n, record in enumerate(records)]
    cases = {(r.learner.id, k): 2 * n + m for n, r in enumerate(named) for m, k in enumerate("km")}
    rows = evidence_rows(named, REFERENCE, NOW, cases, DEFAULT_EVIDENCE)
    together = beliefs(rows, len(cases), DEFAULT_EVIDENCE)
    for record in named:
        state = competency_state(record, REFERENCE, NOW)
        for competency in "km":
            alone = state.belief(competency).probabilities
            np.testing.assert_allclose(together[cases[record.learner.id, competency]], alone, atol=1e-9)
