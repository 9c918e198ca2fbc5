"""Packs: all that a request reads of a learner, in one value beside the learner's row.

The rows of enrolments, evidence, thumbs and plans stay the truth. A pack is made from them and says at which version of
the learner; every change of what is known raises that version in the transaction that makes it. So a pack of the
present version is good, and any other is passed over: the rows are read, and ``features.store.repack`` makes the pack
anew. A pack is a part of the learner's row: it is gone when that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import orjson

from features.packed import PackedRows, Row, enrolment, evidence, number_of, time_of
from features.records import Learner, LearnerRecord, PlannedCourse
from features.store.shared_plans import Dated, HeldPlans, Post

SQLITE_PACK = (
    "SELECT version, CASE WHEN packed_version = version THEN packed END, "
    "(SELECT value FROM facts WHERE name = 'plans') FROM learners WHERE learner_id = ?1"
)
POSTGRES_PACKS = (
    "SELECT version, CASE WHEN packed_version = version THEN packed END, "
    "(SELECT value FROM facts WHERE name = 'plans'), learner_id FROM learners WHERE learner_id = ANY($1::text[])"
)
"""The learner's version, the pack if it is of that version, the store's count of changed plans; and whose it is."""

FORM = 1
"""Which values a pack has; one of another form is passed over."""
_NONE: frozenset[str] = frozenset()


class Pack(NamedTuple):
    """What is packed of a learner, as rows."""

    form: int
    profile: Row
    """Organisation, position, designation, group, cadre, languages separated by commas, day of joining, verified."""
    enrolments: Sequence[Row]
    """In the order they began."""
    evidence: Sequence[Row]
    """In the order it was observed."""
    down_rated: Sequence[str]
    plans: Sequence[Row]
    """The learner's own: plan, course, mandatory, due, apar, and since when it holds."""

    @property
    def post(self) -> Post:
        """What the plans depend on that are not the learner's own."""
        return self.profile[0], self.profile[2]

    def record(self, learner_id: str, version: int, shared: HeldPlans, at: datetime) -> LearnerRecord:
        """Return the record with the plans that hold at ``at``."""
        return LearnerRecord(
            _learner(learner_id, self.profile),
            PackedRows(self.enrolments, enrolment),
            PackedRows(self.evidence, evidence),
            shared.with_own(map(_plan, self.plans), at) if self.plans else shared.at(at),
            frozenset(self.down_rated) if self.down_rated else _NONE,
            version,
        )


def packed(
    profile: Row, enrolments: Sequence[Row], evidence: Sequence[Row], down_rated: Sequence[str], plans: Sequence[Row]
) -> str:
    """Return a pack as the store keeps it."""
    return orjson.dumps((FORM, profile, enrolments, evidence, down_rated, plans)).decode()


def unpacked(text: str | None) -> Pack | None:
    """Return what is packed; ``None`` if nothing is, or in another form."""
    if text is None:
        return None
    values = orjson.loads(text)
    return Pack._make(values) if values[0] == FORM else None


def profile_row(learner: Learner) -> Row:
    """Return the row that stands for what is known of the learner's job."""
    return (
        learner.organisation, learner.position, learner.designation, learner.group, learner.cadre,
        ",".join(learner.languages) or None,
        number_of(learner.joined_on), int(learner.verified),
    )  # fmt: skip


def plan_row(dated: Dated) -> Row:
    """Return the row that stands for a plan, and since when it holds."""
    plan, since = dated
    due, start = number_of(plan.due_on), number_of(since)
    return plan.plan, plan.course, int(plan.mandatory), due, int(plan.apar), start


def _learner(learner_id: str, profile: Row) -> Learner:
    organisation, position, designation, group, cadre, languages, joined, verified = profile
    return Learner(
        learner_id, organisation, position, designation, group, cadre,
        tuple(languages.split(",")) if languages else (), time_of(joined), bool(verified),
    )  # fmt: skip


def _plan(row: Row) -> Dated:
    plan, course, mandatory, due, apar, since = row
    return PlannedCourse(plan, course, bool(mandatory), time_of(due), bool(apar)), time_of(since)
