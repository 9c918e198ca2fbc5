"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_ID = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make every table."""
    _loaded_tables()
    _shown_tables()
    _event_tables()


def _loaded_tables() -> None:
    op.create_table(
        "organisations",
        sa.Column("organisation_id", sa.Text, primary_key=True),
        sa.Column(
            "lineage", sa.Text, nullable=False, comment="its id and those of all above it, nearest first, a line each"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "learners",
        sa.Column("learner_id", _ID, primary_key=True),
        sa.Column("organisation_id", sa.Text),
        sa.Column("position_id", sa.Text),
        sa.Column("designation", sa.Text),
        sa.Column("group", sa.Text),
        sa.Column("cadre", sa.Text),
        sa.Column("languages", sa.Text, comment="ISO 639 codes, best first, separated by commas"),
        sa.Column("joined_on", sa.DateTime),
        sa.Column("verified", sa.Boolean),
        sa.Column(
            "version", sa.Integer, nullable=False, comment="grows with every change of what is known of the learner"
        ),
    )
    op.create_table(
        "enrolments",
        sa.Column("learner_id", sa.Text, primary_key=True),
        sa.Column("course_id", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("progress", sa.Float),
        sa.Column("dwell_ratio", sa.Float),
        sa.Column("enrolled_on", sa.DateTime),
        sa.Column("completed_on", sa.DateTime),
        sa.Column("sequence", sa.Integer),
        sa.Column("rating", sa.Float),
        sa.Column("mandated", sa.Boolean),
        sa.Column("campaign", sa.Boolean),
        sa.Column("skimmed", sa.Boolean),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence",
        sa.Column("evidence_id", sa.Text, primary_key=True),
        sa.Column("learner_id", sa.Text, nullable=False),
        sa.Column("competency_id", sa.Text),
        sa.Column("course_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("level", sa.SmallInteger),
        sa.Column("passed", sa.Boolean),
        sa.Column("score", sa.Float),
        sa.Column("attempt", sa.SmallInteger),
        sa.Column("observed_on", sa.DateTime, nullable=False),
    )
    op.create_index("evidence_by_learner", "evidence", ["learner_id"])
    op.create_table(
        "plans",
        sa.Column(
            "holder", sa.Text, primary_key=True, comment="whom it is for, as one key: see features.store.holders"
        ),
        sa.Column("plan_id", sa.Text, primary_key=True),
        sa.Column("course_id", sa.Text, primary_key=True),
        sa.Column("mandatory", sa.Boolean, nullable=False),
        sa.Column("allocated_on", sa.DateTime),
        sa.Column("due_on", sa.DateTime),
        sa.Column("apar", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )


def _shown_tables() -> None:
    op.create_table(
        "shown_lists",
        sa.Column("recommendation_id", sa.Text, primary_key=True),
        sa.Column(
            "revision",
            sa.Integer,
            primary_key=True,
            comment="from 1: a client that keeps an id is shown newer lists under it",
        ),
        sa.Column("learner_id", sa.Text, nullable=False),
        sa.Column("surface", sa.Text, nullable=False, comment="where it was shown: v1, igot, page"),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("shown_at", sa.DateTime, nullable=False),
    )
    op.create_index("shown_lists_by_learner", "shown_lists", ["learner_id", "shown_at"])
    op.create_table(
        "shown_items",
        sa.Column("recommendation_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, comment="from 1"),
        sa.Column("course_id", sa.Text, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("propensity", sa.Float, nullable=False, comment="probability with which the course was put there"),
        sqlite_with_rowid=False,
    )


def _event_tables() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("learner_id", sa.Text, nullable=False),
        sa.Column("course_id", sa.Text, nullable=False),
        sa.Column("recommendation_id", sa.Text),
        sa.Column("rating", sa.SmallInteger, nullable=False, comment="1 wanted, 0 not wanted"),
        sa.Column("comments", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.DateTime, nullable=False),
    )
    op.create_index("feedback_by_learner", "feedback", ["learner_id", "id"])
    op.create_index("feedback_by_recommendation", "feedback", ["recommendation_id"])
    op.create_table(
        "events",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False, unique=True, comment="the sender's idempotency key"),
        sa.Column("learner_id", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.DateTime, nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("body", sa.Text, nullable=False, comment="the event as JSON, so that it can be applied again"),
    )
    op.create_index("events_by_learner", "events", ["learner_id", "number"])
    op.create_table(
        "facts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        comment="what the store knows of itself: the snapshot it was loaded from",
    )
