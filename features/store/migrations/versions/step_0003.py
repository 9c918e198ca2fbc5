"""The planners' workbench: drafts of plans, verdicts, comments, decisions, versions of roles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of plans on their way, of what is said and decided, and of roles."""
    _plan_tables()
    _said_tables()
    op.create_table(
        "role_versions",
        sa.Column("role_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, comment="from 1: 0 is what was imported"),
        sa.Column("organisation_id", sa.Text, nullable=False, comment="where it was proposed"),
        sa.Column("status", sa.Text, nullable=False, comment="draft, submitted, approved or returned"),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("note", sa.Text, nullable=False, comment="what was changed"),
        sa.Column("body", sa.Text, nullable=False, comment="name, description, activities and requirements as JSON"),
        sqlite_with_rowid=False,
    )


def _plan_tables() -> None:
    op.create_table(
        "plan_drafts",
        sa.Column("draft_id", sa.Text, primary_key=True, comment="the plan's id once it is approved"),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("plan_year", sa.Text, nullable=False, comment="April to March, as 2026-27"),
        sa.Column("status", sa.Text, nullable=False, comment="draft, submitted, approved, returned or withdrawn"),
        sa.Column("version", sa.Integer, nullable=False, comment="the newest of plan_versions"),
        sa.Column("author", sa.Text, nullable=False, comment="the named human who began it"),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
    )
    op.create_index("plan_drafts_by_organisation", "plan_drafts", ["organisation_id", "changed_at"])
    op.create_table(
        "plan_versions",
        sa.Column("draft_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, comment="from 1; a version never changes"),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("note", sa.Text, nullable=False, comment="what was changed"),
        sa.Column("body", sa.Text, nullable=False, comment="settings, items and effect as JSON"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "plan_verdicts",
        sa.Column("draft_id", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, comment="the version that was judged"),
        sa.Column("approved", sa.Boolean, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _said_tables() -> None:
    op.create_table(
        "comments",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("subject", sa.Text, nullable=False, comment="plan:ID or role:ID"),
        sa.Column("item", sa.Text, comment="the item of the plan; empty: the whole"),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("written_at", sa.DateTime, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("comments_by_subject", "comments", ["subject", "number"])
    op.create_table(
        "decisions",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False, comment="plan, assignment or role"),
        sa.Column("organisation_id", sa.Text, nullable=False, comment="where it was decided"),
        sa.Column("subject", sa.Text, nullable=False, comment="the plan, post or role"),
        sa.Column("outcome", sa.Text, nullable=False, comment="approved, returned, chosen, ..."),
        sa.Column("decided_by", sa.Text, nullable=False, comment="the named human"),
        sa.Column("principal", sa.Text, nullable=False, comment="whose key or token it was"),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("learner_id", sa.Text, comment="who it is about, if about somebody"),
        sa.Column("facts", sa.Text, nullable=False, comment="what lay before the one who decided, as JSON"),
    )
    op.create_index("decisions_by_organisation", "decisions", ["organisation_id", "number"])
    op.create_index("decisions_by_learner", "decisions", ["learner_id"])
