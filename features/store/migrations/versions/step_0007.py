"""Every change of a plan is counted, so that what was read of plans is known to hold still."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_COUNT = (
    "INSERT INTO facts (name, value) VALUES ('plans', '1') "
    "ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(facts.value AS INTEGER) + 1 AS TEXT);"
)
# Plans of single learners are read with the learner, always: SQLite can tell them, and counts the others only.
_SQLITE = tuple(
    f"CREATE TRIGGER plans_{name}_counted AFTER {event} ON plans WHEN {row}.holder NOT LIKE 'learner:%' "
    f"BEGIN {_COUNT} END"
    for name, event, row in (
        ("added", "INSERT", "NEW"),
        ("removed", "DELETE", "OLD"),
        ("changed", "UPDATE", "NEW"),
        ("moved", "UPDATE OF holder", "OLD"),
    )
)
_POSTGRESQL = (
    f"CREATE FUNCTION count_plans() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_COUNT} RETURN NULL; END $$",
    """
    CREATE TRIGGER plans_counted AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON plans
    FOR EACH STATEMENT EXECUTE FUNCTION count_plans()
    """,
)


def upgrade() -> None:
    """Make what counts."""
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)
