"""What a request reads of a learner stands packed beside the learner: one look-up instead of one a table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_PACK = (
    ("packed_version", sa.Integer, "the version at which it was packed"),
    ("packed", sa.Text, "all that a request reads of the learner: see features.store.packs"),
)
_COUNT = (
    "INSERT INTO facts (name, value) VALUES ('plans', '1') "
    "ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(facts.value AS INTEGER) + 1 AS TEXT);"
)
_SQLITE_COUNTED = tuple(
    f"CREATE TRIGGER organisations_{event.lower()}_counted AFTER {event} ON organisations BEGIN {_COUNT} END"
    for event in ("INSERT", "DELETE", "UPDATE")
)
_POSTGRESQL = (
    # A record is read far more often than written, and unpacking takes longer than reading more pages: rows of up to
    # a page stay as they are. A little room on each page, and a changed row stays on its page.
    "ALTER TABLE learners SET (toast_tuple_target = 8160, fillfactor = 90)",
    """
    CREATE TRIGGER organisations_counted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON organisations
    FOR EACH STATEMENT EXECUTE FUNCTION count_plans()
    """,
)


def upgrade() -> None:
    """Make room for packs, which come with the next load or the next look-ups, and count changes of the tree."""
    if op.get_bind().dialect.name == "postgresql":
        for name, kind, comment in _PACK:
            op.add_column("learners", sa.Column(name, kind, comment=comment))
        for statement in _POSTGRESQL:
            op.execute(statement)
        return
    _number_rows()
    for statement in _SQLITE_COUNTED:
        op.execute(statement)


def _number_rows() -> None:
    """Have SQLite keep learners by number and look their ids up in an index: with packs, few rows go on a page."""
    op.create_table(
        "moved",
        sa.Column("learner_id", sa.Text, primary_key=True),
        sa.Column("organisation_id", sa.Text),
        sa.Column("position_id", sa.Text),
        sa.Column("designation", sa.Text),
        sa.Column("group", sa.Text),
        sa.Column("cadre", sa.Text),
        sa.Column("languages", sa.Text),
        sa.Column("joined_on", sa.DateTime),
        sa.Column("verified", sa.Boolean),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, kind) for name, kind, _ in _PACK),
    )
    op.execute("INSERT INTO moved SELECT *, NULL, NULL FROM learners ORDER BY learner_id")
    op.drop_table("learners")
    op.rename_table("moved", "learners")
