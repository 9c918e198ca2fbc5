"""Who saw and changed what of whom: a log that can only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_SQLITE = (
    """
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END
    """,
    """
    CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN OLD.at > datetime('now', '+330 minutes', '-30 days')
    BEGIN SELECT RAISE(ABORT, 'the audit log of the last 30 days is kept'); END
    """,
)
_POSTGRESQL = (
    """
    CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.at <= (now() AT TIME ZONE 'Asia/Kolkata') - interval '30 days' THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION 'the audit log is not changed, and that of the last 30 days is kept';
    END $$
    """,
    "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_grows()",
    """
    CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()
    """,
)


def upgrade() -> None:
    """Make the table, and what keeps its rows."""
    op.create_table(
        "audit",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("principal", sa.Text, nullable=False, comment="a key's name or a token's subject"),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False, comment="method and pattern, e.g. GET /v1/learners/{learner}"),
        sa.Column("object", sa.Text, comment="pseudonymous id of what it was about"),
        sa.Column("detail", sa.Text),
        sa.Column("origin", sa.Text, comment="address the request came from"),
        sa.Column("request_id", sa.Text),
        sa.Column("status", sa.Integer, nullable=False, comment="HTTP status; 0: a command"),
        sa.Column("times", sa.Integer, nullable=False, comment="equal refusals of one minute are one row"),
    )
    op.create_index("audit_by_time", "audit", ["at"])
    op.create_index("audit_by_object", "audit", ["object", "number"])
    op.create_index("audit_by_principal", "audit", ["principal", "number"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
