"""The store's tables. Columns that the warehouse has too carry its names, so a snapshot loads column by column."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects import postgresql

metadata = MetaData()
_ID = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")  # in the order of bytes, as in SQLite
_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only for INTEGER


organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("lineage", Text, nullable=False, comment="its id and those of all above it, nearest first, a line each"),
    sqlite_with_rowid=False,
)

learners = Table(
    "learners",
    metadata,
    Column("learner_id", _ID, primary_key=True),
    Column("organisation_id", Text),
    Column("position_id", Text),
    Column("designation", Text),
    Column("group", Text),
    Column("cadre", Text),
    Column("languages", Text, comment="ISO 639 codes, best first, separated by commas"),
    Column("joined_on", DateTime),
    Column("verified", Boolean),
    Column("version", Integer, nullable=False, comment="grows with every change of what is known of the learner"),
    Column("packed_version", Integer, comment="the version at which it was packed"),
    Column("packed", Text, comment="all that a request reads of the learner: see features.store.packs"),
)
DERIVED = (learners.c.packed_version, learners.c.packed)
"""Columns that say again what rows say."""

enrolments = Table(
    "enrolments",
    metadata,
    Column("learner_id", Text, primary_key=True),
    Column("course_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("progress", Float),
    Column("dwell_ratio", Float),
    Column("enrolled_on", DateTime),
    Column("completed_on", DateTime),
    Column("sequence", Integer),
    Column("rating", Float),
    Column("mandated", Boolean),
    Column("campaign", Boolean),
    Column("skimmed", Boolean),
    sqlite_with_rowid=False,
)

evidence = Table(
    "evidence",
    metadata,
    Column("evidence_id", Text, nullable=False),
    Column("learner_id", Text, nullable=False),
    Column("competency_id", Text),
    Column("course_id", Text),
    Column("kind", Text, nullable=False),
    Column("level", SmallInteger),
    Column("passed", Boolean),
    Column("score", Float),
    Column("attempt", SmallInteger),
    Column("observed_on", DateTime, nullable=False),
    PrimaryKeyConstraint("learner_id", "evidence_id"),
    sqlite_with_rowid=False,
)

plans = Table(
    "plans",
    metadata,
    Column("holder", Text, primary_key=True, comment="whom it is for, as one key: see features.store.holders"),
    Column("plan_id", Text, primary_key=True),
    Column("course_id", Text, primary_key=True),
    Column("mandatory", Boolean, nullable=False),
    Column("allocated_on", DateTime),
    Column("due_on", DateTime),
    Column("apar", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

shown_lists = Table(
    "shown_lists",
    metadata,
    Column("recommendation_id", Text, primary_key=True),
    Column(
        "revision", Integer, primary_key=True, comment="from 1: a client that keeps an id is shown newer lists under it"
    ),
    Column("learner_id", Text, nullable=False),
    Column("surface", Text, nullable=False, comment="where it was shown: v1, igot, page"),
    Column("model_version", Text, nullable=False),
    Column("shown_at", DateTime, nullable=False),
    Column(
        "items",
        Text,
        nullable=False,
        server_default="[]",
        comment="JSON: course, position from 1, score, and the probability with which it was put there",
    ),
    Index("shown_lists_by_learner", "learner_id", "shown_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("learner_id", Text, nullable=False),
    Column("course_id", Text, nullable=False),
    Column("recommendation_id", Text),
    Column("rating", SmallInteger, nullable=False, comment="1 wanted, 0 not wanted"),
    Column("comments", Text, nullable=False),
    Column("submitted_at", DateTime, nullable=False),
    Index("feedback_by_learner", "learner_id", "id"),
    Index("feedback_by_recommendation", "recommendation_id"),
)

events = Table(
    "events",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True, comment="the sender's idempotency key"),
    Column("learner_id", Text, nullable=False),
    Column("occurred_at", DateTime, nullable=False),
    Column("received_at", DateTime, nullable=False),
    Column("body", Text, nullable=False, comment="the event as JSON, so that it can be applied again"),
    Index("events_by_learner", "learner_id", "number"),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("digest", Text, primary_key=True, comment="SHA-256 of the learner's id"),
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    comment="what the store knows of itself: the snapshot it was loaded from",
)

plan_drafts = Table(
    "plan_drafts",
    metadata,
    Column("draft_id", Text, primary_key=True, comment="the plan's id once it is approved"),
    Column("organisation_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("plan_year", Text, nullable=False, comment="April to March, as 2026-27"),
    Column("status", Text, nullable=False, comment="draft, submitted, approved, returned or withdrawn"),
    Column("version", Integer, nullable=False, comment="the newest of plan_versions"),
    Column("author", Text, nullable=False, comment="the named human who began it"),
    Column("made_at", DateTime, nullable=False),
    Column("changed_at", DateTime, nullable=False),
    Index("plan_drafts_by_organisation", "organisation_id", "changed_at"),
)

plan_versions = Table(
    "plan_versions",
    metadata,
    Column("draft_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, comment="from 1; a version never changes"),
    Column("author", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("note", Text, nullable=False, comment="what was changed"),
    Column("body", Text, nullable=False, comment="settings, items and effect as JSON"),
    sqlite_with_rowid=False,
)

plan_verdicts = Table(
    "plan_verdicts",
    metadata,
    Column("draft_id", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("version", Integer, primary_key=True, comment="the version that was judged"),
    Column("approved", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    sqlite_with_rowid=False,
)

comments = Table(
    "comments",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("subject", Text, nullable=False, comment="plan:ID or role:ID"),
    Column("item", Text, comment="the item of the plan; empty: the whole"),
    Column("author", Text, nullable=False),
    Column("written_at", DateTime, nullable=False),
    Column("text", Text, nullable=False),
    Index("comments_by_subject", "subject", "number"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False, comment="plan, assignment or role"),
    Column("organisation_id", Text, nullable=False, comment="where it was decided"),
    Column("subject", Text, nullable=False, comment="the plan, post or role"),
    Column("outcome", Text, nullable=False, comment="approved, returned, chosen, ..."),
    Column("decided_by", Text, nullable=False, comment="the named human"),
    Column("principal", Text, nullable=False, comment="whose key or token it was"),
    Column("decided_at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("learner_id", Text, comment="who it is about, if about somebody"),
    Column("facts", Text, nullable=False, comment="what lay before the one who decided, as JSON"),
    Index("decisions_by_organisation", "organisation_id", "number"),
    Index("decisions_by_learner", "learner_id"),
)

role_versions = Table(
    "role_versions",
    metadata,
    Column("role_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, comment="from 1: 0 is what was imported"),
    Column("organisation_id", Text, nullable=False, comment="where it was proposed"),
    Column("status", Text, nullable=False, comment="draft, submitted, approved or returned"),
    Column("author", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("note", Text, nullable=False, comment="what was changed"),
    Column("body", Text, nullable=False, comment="name, description, activities and requirements as JSON"),
    sqlite_with_rowid=False,
)

edge_verdicts = Table(
    "edge_verdicts",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False, comment="course_teaches, role_needs or designation_means"),
    Column("subject", Text, nullable=False, comment="the course, the role, or the designation"),
    Column("object", Text, nullable=False, comment="the competency, or the position"),
    Column("organisation", Text, nullable=False, comment="where it holds; empty: everywhere"),
    Column("verdict", Text, nullable=False, comment="confirmed, rejected or withdrawn"),
    Column("from_level", SmallInteger),
    Column("level", SmallInteger),
    Column("said_by", Text, nullable=False),
    Column("said_at", DateTime, nullable=False),
    Column("comment", Text, nullable=False),
    Index("edge_verdicts_by_subject", "kind", "subject"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", DateTime, nullable=False),
    Column("principal", Text, nullable=False, comment="a key's name or a token's subject"),
    Column("role", Text, nullable=False),
    Column("organisation_id", Text),
    Column("action", Text, nullable=False),
    Column("route", Text, nullable=False, comment="method and pattern, e.g. GET /v1/learners/{learner}"),
    Column("object", Text, comment="pseudonymous id of what it was about"),
    Column("detail", Text),
    Column("origin", Text, comment="address the request came from"),
    Column("request_id", Text),
    Column("status", Integer, nullable=False, comment="HTTP status; 0: a command"),
    Column("times", Integer, nullable=False, comment="equal refusals of one minute are one row"),
    Index("audit_by_time", "at"),
    Index("audit_by_object", "object", "number"),
    Index("audit_by_principal", "principal", "number"),
)
"""Triggers refuse to change its rows, and to delete those of the last 30 days."""
