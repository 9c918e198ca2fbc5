"""What people say of edges: which competency a course teaches, what a role needs, what a designation means."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table of verdicts on edges."""
    op.create_table(
        "edge_verdicts",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False, comment="course_teaches, role_needs or designation_means"),
        sa.Column("subject", sa.Text, nullable=False, comment="the course, the role, or the designation"),
        sa.Column("object", sa.Text, nullable=False, comment="the competency, or the position"),
        sa.Column("organisation", sa.Text, nullable=False, comment="where it holds; empty: everywhere"),
        sa.Column("verdict", sa.Text, nullable=False, comment="confirmed, rejected or withdrawn"),
        sa.Column("from_level", sa.SmallInteger),
        sa.Column("level", sa.SmallInteger),
        sa.Column("said_by", sa.Text, nullable=False),
        sa.Column("said_at", sa.DateTime, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
    )
    op.create_index("edge_verdicts_by_subject", "edge_verdicts", ["kind", "subject"])
