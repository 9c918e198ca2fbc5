"""What Alembic runs: the steps, in the transaction that ``features.store.migrate`` opened."""

from __future__ import annotations

from alembic import context

from features.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
