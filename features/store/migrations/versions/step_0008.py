"""What is known of a learner stands side by side: a look-up takes one descent a table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_POSTGRESQL = (
    "DROP INDEX evidence_by_learner",
    "ALTER TABLE evidence DROP CONSTRAINT evidence_pkey",
    "ALTER TABLE evidence ADD CONSTRAINT evidence_pkey PRIMARY KEY (learner_id, evidence_id)",
)


def upgrade() -> None:
    """Order the evidence by learner, and in SQLite keep the rows of both tables where their keys are."""
    if op.get_bind().dialect.name == "postgresql":  # rows stand as they came, and they come learner by learner
        for statement in _POSTGRESQL:
            op.execute(statement)
        return
    op.drop_index("evidence_by_learner")
    _move("learners", _learner_columns())
    _move("evidence", _evidence_columns())


def _move(name: str, columns: list[sa.schema.SchemaItem]) -> None:
    op.create_table("moved", *columns, sqlite_with_rowid=False)
    op.execute(f"INSERT INTO moved SELECT * FROM {name} ORDER BY learner_id")  # noqa: S608 - names of our own
    op.drop_table(name)
    op.rename_table("moved", name)


def _learner_columns() -> list[sa.schema.SchemaItem]:
    return [
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
    ]


def _evidence_columns() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("evidence_id", sa.Text, nullable=False),
        sa.Column("learner_id", sa.Text, nullable=False),
        sa.Column("competency_id", sa.Text),
        sa.Column("course_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("level", sa.SmallInteger),
        sa.Column("passed", sa.Boolean),
        sa.Column("score", sa.Float),
        sa.Column("attempt", sa.SmallInteger),
        sa.Column("observed_on", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "evidence_id"),
    ]
