"""What planners said of edges, on its way from the store into the tables that training reads."""

from __future__ import annotations

from pathlib import Path

from api.cli.output import log
from api.settings import load_settings
from features.home import Home
from features.store import EdgeVerdict, Store
from features.warehouse import Warehouse

_SQLITE = "sqlite:///"


def read_verdicts(home: Home) -> list[EdgeVerdict]:
    """Return what counts of all that was said, nothing where there is no store yet."""
    url = load_settings(home.folder).database
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists():
        return []
    store = Store(url)
    store.migrate()
    try:
        return store.edges.newest()
    finally:
        store.close()


def put_in_verdicts(home: Home) -> None:
    """Put what planners said into the warehouse, so that training learns from it; after every import, before training.

    A warehouse that holds nothing yet is left to training to tell.
    """
    from experiments.tag import put_in_verdicts as put_in

    warehouse = Warehouse(home.warehouse)
    if not warehouse.exists():
        return
    verdicts = read_verdicts(home)
    _, changed = put_in(warehouse, verdicts)
    if changed:
        log.print(f"{len(verdicts):,} edges that planners confirmed or rejected go before what was imported")
