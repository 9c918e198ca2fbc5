"""The tables of the warehouse: the one place where their columns are named.

Every importer writes these tables and everything else reads them; no other module spells out a table's columns.
A table says its columns, which of them identify a row (the key), and which tables its ids point into. Times are
naive and in the platform's own time zone (IST), to the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

TEXT = pl.String
TEXTS = pl.List(pl.String)
TIME = pl.Datetime("ms")
DATE = pl.Date

GROWING = ("learners", "enrolments", "evidence")
"""Tables that grow with the number of learners; all others are small."""

MIN_LEVEL, MAX_LEVEL = 0, 5
"""Level 0 is "not shown"; 1 to 5 run from beginner to expert."""

AREAS = ("behavioural", "functional", "domain")
ENROLMENT_STATUSES = ("not_started", "in_progress", "completed")
COURSE_STATUSES = ("live", "retired", "draft")
EVIDENCE_KINDS = ("proctored", "assessment", "completion", "peer", "self_attestation", "tenure")
PLAN_SCOPES = ("organisation", "designation", "learner")
RULE_KINDS = (
    "prescribed", "share_of_prescribed", "induction", "assessment_after", "hours_in_window", "no_permission",
    "reimbursement",
)  # fmt: skip
"""What a rule may ask; ``recommender.rules`` says what each means and which parameters it takes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, whether it may be empty, the values or the range it allows, and its meaning."""

    name: str
    dtype: Any
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None
    points_to: str | None = None
    """``table.column`` whose values this column's values must be among."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the warehouse."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)

    @property
    def schema(self) -> pl.Schema:
        """Column names and types, in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def column(self, name: str) -> Column:
        """Return the column of that name; ``KeyError`` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name!r}; it has {', '.join(self.schema.names())}")

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with exactly this table's columns, in order and type; absent columns are null.

        Raises
        ------
        ValueError
            If ``frame`` has a column that the table does not know.
        """
        unknown = [name for name in frame.columns if name not in self.schema]
        if unknown:
            raise ValueError(
                f"table {self.name} was given column {unknown[0]!r}; it has {', '.join(self.schema.names())}"
            )
        return frame.select(
            (pl.col(c.name) if c.name in frame.columns else pl.lit(None)).cast(c.dtype).alias(c.name)
            for c in self.columns
        )


def _c(name: str, dtype: Any, meaning: str, **rules: Any) -> Column:
    return Column(name, dtype, meaning, **rules)


_TABLES = (
    Table(
        "organisations",
        "Ministries, departments and other bodies, in a tree.",
        ("organisation_id",),
        (
            _c("organisation_id", TEXT, "identifier (iGOT: mdo_id)", required=True),
            _c("name", TEXT, "name as people write it", required=True),
            _c(
                "parent_id",
                TEXT,
                "the organisation above, empty at the root",
                points_to="organisations.organisation_id",
            ),
            _c("kind", TEXT, "ministry, department, directorate, provider, ..."),
        ),
    ),
    Table(
        "frameworks",
        "Competency frameworks, one row a version.",
        ("framework_id", "version"),
        (
            _c("framework_id", TEXT, "identifier, e.g. kcm or uk-gdad", required=True),
            _c("version", TEXT, "version of the framework", required=True),
            _c("name", TEXT, "full name", required=True),
            _c("source", TEXT, "where it was read from"),
            _c("scale", TEXT, "the level scale it uses, a name from features.levels", required=True),
        ),
    ),
    Table(
        "competencies",
        "The leaves of the frameworks: area > theme > sub-theme.",
        ("competency_id",),
        (
            _c("competency_id", TEXT, "identifier", required=True),
            _c("framework_id", TEXT, "the framework it belongs to", required=True),
            _c("version", TEXT, "version of the framework that it was read from"),
            _c("area", TEXT, "kind of competency", allowed=AREAS),
            _c("theme", TEXT, "the theme above it"),
            _c("name", TEXT, "its own name (KCM: sub-theme)", required=True),
            _c("description", TEXT, "what a person who holds it can do"),
        ),
    ),
    Table(
        "competency_aliases",
        "Other ids and names under which a competency is known (older versions, integer ids, spellings).",
        ("alias", "kind"),
        (
            _c("alias", TEXT, "the other id or name", required=True),
            _c("kind", TEXT, "ref_id, v5_id, identifier, name or merged", required=True),
            _c("competency_id", TEXT, "what it stands for", required=True, points_to="competencies.competency_id"),
        ),
    ),
    Table(
        "roles",
        "Roles (FRAC): what a position does.",
        ("role_id",),
        (
            _c("role_id", TEXT, "identifier", required=True),
            _c("name", TEXT, "name of the role", required=True),
            _c("description", TEXT, "what the role is for"),
            _c("framework_id", TEXT, "the framework that its requirements speak of"),
            _c("version", TEXT, "version of the role's description"),
        ),
    ),
    Table(
        "activities",
        "Activities of a role.",
        ("activity_id",),
        (
            _c("activity_id", TEXT, "identifier", required=True),
            _c("role_id", TEXT, "the role it belongs to", required=True, points_to="roles.role_id"),
            _c("name", TEXT, "what is done", required=True),
        ),
    ),
    Table(
        "requirements",
        "The competencies and levels that a role, or one of its activities, needs.",
        ("role_id", "activity_id", "competency_id"),
        (
            _c("role_id", TEXT, "the role", required=True, points_to="roles.role_id"),
            _c("activity_id", TEXT, "the activity that needs it, empty if the whole role does"),
            _c("competency_id", TEXT, "what is needed", required=True, points_to="competencies.competency_id"),
            _c("level", pl.Int8, "the level needed", required=True, low=1, high=MAX_LEVEL),
            _c("weight", pl.Float64, "importance, 1 is normal", low=0.0),
            _c("critical", pl.Boolean, "whether the role cannot be held without it"),
            _c("source", TEXT, "who says so: import, planner, suggested, confirmed"),
        ),
    ),
    Table(
        "positions",
        "Positions: a designation in an organisation.",
        ("position_id",),
        (
            _c("position_id", TEXT, "identifier", required=True),
            _c("organisation_id", TEXT, "where it is, empty for any organisation"),
            _c("designation", TEXT, "its title", required=True),
            _c("group", TEXT, "service group: A, B or C"),
            _c("wing", TEXT, "wing, division or section"),
        ),
    ),
    Table(
        "position_roles",
        "Which roles a position holds.",
        ("position_id", "role_id"),
        (
            _c("position_id", TEXT, "the position", required=True, points_to="positions.position_id"),
            _c("role_id", TEXT, "the role", required=True, points_to="roles.role_id"),
        ),
    ),
    Table(
        "designations",
        "Further titles under which a position is known, as planners confirmed them or texts make sure.",
        ("designation", "organisation_id", "position_id"),
        (
            _c("designation", TEXT, "the title, in lower case", required=True),
            _c("organisation_id", TEXT, "where it means that; empty text: everywhere"),
            _c("position_id", TEXT, "the position it means", required=True, points_to="positions.position_id"),
            _c("confidence", pl.Float64, "how sure", low=0.0, high=1.0),
            _c("source", TEXT, "confirmed, inferred or rejected (confidence 0, never inferred again)"),
        ),
    ),
    Table(
        "courses",
        "Anything that teaches.",
        ("course_id",),
        (
            _c("course_id", TEXT, "identifier (iGOT: do_..., _rc suffix when restricted)", required=True),
            _c("name", TEXT, "title", required=True),
            _c("description", TEXT, "what it covers"),
            _c("category", TEXT, "Course, Program, Blended Program, Standalone Assessment, ..."),
            _c("status", TEXT, "whether it can be taken now", allowed=COURSE_STATUSES),
            _c("hours", pl.Float64, "hours it takes", low=0.0, high=5000.0),
            _c("languages", TEXTS, "languages it can be taken in, ISO 639 codes"),
            _c("base_course_id", TEXT, "the course it is a translation of"),
            _c("equivalence", TEXT, "name of the set of courses of which one is enough"),
            _c("provider", TEXT, "who offers it"),
            _c("organisation_id", TEXT, "the organisation whose subject it is, empty for everybody's"),
            _c("difficulty", TEXT, "difficulty as the provider words it"),
            _c("keywords", TEXTS, "the provider's keywords"),
            _c("topics", TEXTS, "other labels: theme, software, field"),
            _c("rating", pl.Float64, "mean rating", low=0.0, high=10.0),
            _c("ratings", pl.Int64, "number of ratings", low=0),
            _c("cost", pl.Float64, "fee in rupees, 0 on the platform", low=0.0),
            _c("external", pl.Boolean, "whether it is taken outside the platform"),
            _c("restricted", pl.Boolean, "whether only entitled learners may take it"),
            _c("entitled", TEXTS, "organisations whose verified learners may take it if restricted; empty: of any"),
            _c("published_on", TIME, "first day it could be taken"),
            _c("retired_on", TIME, "first day it no longer could"),
        ),
    ),
    Table(
        "teaches",
        "What a course teaches, from which level to which, and how sure that is.",
        ("course_id", "competency_id"),
        (
            _c("course_id", TEXT, "the course", required=True, points_to="courses.course_id"),
            _c("competency_id", TEXT, "what it teaches", required=True, points_to="competencies.competency_id"),
            _c("from_level", pl.Int8, "level it starts from", low=0, high=MAX_LEVEL),
            _c("to_level", pl.Int8, "level it leads to", low=1, high=MAX_LEVEL),
            _c("confidence", pl.Float64, "how sure, 1 for the provider's own tag", low=0.0, high=1.0),
            _c("source", TEXT, "tag, inferred, confirmed or rejected (confidence 0, never inferred again)"),
        ),
    ),
    Table(
        "prerequisites",
        "What must come before a course: every group (AND) needs one of its courses (OR).",
        ("course_id", "group", "requires_course_id"),
        (
            _c("course_id", TEXT, "the course", required=True, points_to="courses.course_id"),
            _c("group", pl.Int32, "number of the OR group", required=True, low=0),
            _c("requires_course_id", TEXT, "a course that satisfies it", required=True, points_to="courses.course_id"),
            _c("source", TEXT, "authored or suggested"),
        ),
    ),
    Table(
        "learners",
        "Learners: a pseudonymous id and the job, nothing else about the person.",
        ("learner_id",),
        (
            _c("learner_id", TEXT, "pseudonymous identifier", required=True),
            _c("organisation_id", TEXT, "where the learner works"),
            _c("position_id", TEXT, "the position held, when known"),
            _c("designation", TEXT, "title as the platform holds it"),
            _c("group", TEXT, "service group: A, B or C"),
            _c("cadre", TEXT, "service or cadre"),
            _c("languages", TEXTS, "languages read, ISO 639 codes, best first"),
            _c("joined_on", TIME, "first day in the service, or on the platform"),
            _c("verified", pl.Boolean, "verified on the platform (needed for restricted courses)"),
        ),
    ),
    Table(
        "enrolments",
        "Who took what: the first enrolment of a learner in a course.",
        ("learner_id", "course_id"),
        (
            _c("learner_id", TEXT, "the learner", required=True, points_to="learners.learner_id"),
            _c("course_id", TEXT, "the course", required=True, points_to="courses.course_id"),
            _c("status", TEXT, "how far it went", required=True, allowed=ENROLMENT_STATUSES),
            _c("progress", pl.Float64, "share of the course consumed", low=0.0, high=1.0),
            _c("dwell_ratio", pl.Float64, "time spent as a share of the course's hours", low=0.0),
            _c("enrolled_on", TIME, "when it began"),
            _c("completed_on", TIME, "when it was completed"),
            _c("sequence", pl.Int32, "place in the learner's order where times are unknown", low=0),
            _c("rating", pl.Float64, "the learner's rating", low=0.0, high=10.0),
            _c("mandated", pl.Boolean, "asked for by a plan or a rule: not a preference"),
            _c("campaign", pl.Boolean, "taken in a campaign window: not a preference"),
            _c("skimmed", pl.Boolean, "completed in less than a tenth of its time: no evidence, not a preference"),
        ),
    ),
    Table(
        "evidence",
        "Anything that says something about a learner's level.",
        ("evidence_id",),
        (
            _c("evidence_id", TEXT, "identifier", required=True),
            _c("learner_id", TEXT, "the learner", required=True, points_to="learners.learner_id"),
            _c(
                "competency_id",
                TEXT,
                "what it is about; empty: all that the course teaches",
                points_to="competencies.competency_id",
            ),
            _c("course_id", TEXT, "the course it came from", points_to="courses.course_id"),
            _c("kind", TEXT, "kind of evidence", required=True, allowed=EVIDENCE_KINDS),
            _c("level", pl.Int8, "the level it was about; empty: the course's level", low=1, high=MAX_LEVEL),
            _c("passed", pl.Boolean, "whether the level was shown"),
            _c("score", pl.Float64, "share of points", low=0.0, high=1.0),
            _c("attempt", pl.Int16, "which attempt, from 1", low=1),
            _c("observed_on", TIME, "when", required=True),
        ),
    ),
    Table(
        "plans",
        "Capacity-building plans, a row for each course and each group of people it is assigned to.",
        ("plan_id", "scope_value", "course_id"),
        (
            _c("plan_id", TEXT, "identifier", required=True),
            _c("organisation_id", TEXT, "whose plan", required=True),
            _c("name", TEXT, "title of the plan"),
            _c("scope", TEXT, "who it is for", required=True, allowed=PLAN_SCOPES),
            _c("scope_value", TEXT, "the organisation, designation or learner", required=True),
            _c("course_id", TEXT, "what is to be taken", required=True, points_to="courses.course_id"),
            _c("mandatory", pl.Boolean, "whether it must be completed"),
            _c("allocated_on", TIME, "from when it holds"),
            _c("due_on", TIME, "when it must be done"),
            _c("apar", pl.Boolean, "whether it enters the annual appraisal"),
        ),
    ),
    Table(
        "rules",
        "Duties as data: citation, version, scope, validity and constraint.",
        ("rule_id", "version"),
        (
            _c("rule_id", TEXT, "identifier", required=True),
            _c("version", TEXT, "version of the rule", required=True),
            _c("title", TEXT, "the rule in one sentence", required=True),
            _c("citation", TEXT, "the order it stands in", required=True),
            _c("kind", TEXT, "kind of constraint", required=True, allowed=RULE_KINDS),
            _c("scope", TEXT, "JSON: whom it binds (groups, organisations, first_year, ...)"),
            _c("parameters", TEXT, "JSON: the constraint's numbers and courses"),
            _c("valid_from", DATE, "first day it holds"),
            _c("valid_to", DATE, "last day it holds"),
        ),
    ),
)

TABLES: Mapping[str, Table] = {table.name: table for table in _TABLES}
"""All tables of the warehouse by name."""
