"""A list that was shown is one row: written once on every page view, read hardly ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SQLITE = """
    UPDATE shown_lists SET items = (
        SELECT json_group_array(json_array(i.course_id, i.position, i.score, i.propensity))
        FROM (SELECT * FROM shown_items s WHERE s.recommendation_id = shown_lists.recommendation_id
              AND s.revision = shown_lists.revision ORDER BY s.position) i)
"""
_POSTGRES = """
    UPDATE shown_lists SET items = coalesce((
        SELECT json_agg(json_build_array(s.course_id, s.position, s.score, s.propensity) ORDER BY s.position)::text
        FROM shown_items s WHERE s.recommendation_id = shown_lists.recommendation_id
        AND s.revision = shown_lists.revision), '[]')
"""


def upgrade() -> None:
    """Take the rows of each list into the list."""
    items = sa.Column(
        "items",
        sa.Text,
        nullable=False,
        server_default="[]",
        comment="JSON: course, position from 1, score, and the probability with which it was put there",
    )
    op.add_column("shown_lists", items)
    op.execute(_POSTGRES if op.get_bind().dialect.name == "postgresql" else _SQLITE)
    op.drop_table("shown_items")
