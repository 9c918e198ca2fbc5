"""Learners who were erased stay erased, whatever a later snapshot brings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of those who were erased."""
    op.create_table(
        "forgotten",
        sa.Column("digest", sa.Text, primary_key=True, comment="SHA-256 of the learner's id"),
        sqlite_with_rowid=False,
    )
