"""What commands open: the home folder, the engine on the champion's bundle, the store, a learner's record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.settings import Settings, load_settings
from features.errors import NotFoundError, NotReadyError
from features.home import Home
from features.records import LearnerRecord
from features.store import Store
from features.warehouse import Warehouse
from models.bundle import Bundle
from models.champion import champion_folder
from recommender.engine import Engine

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Home folder [default: KARMAPATH_HOME, else .karmapath]", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
LearnerArgument = Annotated[str, typer.Argument(help="Id of the learner.", show_default=False, metavar="LEARNER")]


def open_engine(home: Home) -> Engine:
    """Load the champion's bundle; ``NotReadyError`` if nothing was trained yet."""
    return Engine(Bundle.load(champion_folder(home)))


def open_store(home: Home) -> Store:
    """Open the store that the settings name; it is made, and filled from the current snapshot, where it is not yet."""
    home.folder.mkdir(parents=True, exist_ok=True)
    store = Store(load_settings(home.folder).database)
    store.migrate()
    warehouse = Warehouse(home.warehouse)
    if warehouse.exists():
        store.load(warehouse.current())
    return store


def existing_store(home: Home) -> Store | None:
    """Open the store that the settings name, as it is; ``None`` where there is none or it holds nothing yet."""
    try:
        store = made_store(load_settings(home.folder))
    except NotReadyError:
        return None
    return store if store.snapshot() is not None or store.learners("", 1) else None


def made_store(settings: Settings) -> Store:
    """Open the store that the settings name; ``NotReadyError`` where nobody has made its file, and none is made."""
    url = settings.database
    path = url.removeprefix("sqlite:///")
    if url.startswith("sqlite:") and not Path(path).exists():
        raise NotReadyError(
            f"no store at {path}",
            "the one of an installation that has served",
            "name its home folder with --home or KARMAPATH_HOME",
        )
    store = Store(url)
    store.migrate()
    return store


def learner_record(store: Store, learner: str) -> LearnerRecord:
    """Return the learner's record; ``NotFoundError`` names ids that are near."""
    record = store.record(learner)
    if record is not None:
        return record
    near = store.learners(learner[: max(1, len(learner) - 2)], 3) or store.learners("", 3)
    known = ", ".join(found.id for found in near) or "none yet: import some first"
    raise NotFoundError(f"found no learner {learner!r}", "the id of a learner", f"known ids are, for example: {known}")
