"""``karmapath learner``: all that is kept about one learner, handed out or erased."""

from __future__ import annotations

from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.opened import HomeOption, JsonOption, LearnerArgument, made_store
from api.cli.output import log, print_json, say
from api.settings import load_settings

if TYPE_CHECKING:
    from features.store import Store

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def learner() -> None:
    """Hand out or erase all that is kept about one learner.

    Example: karmapath learner export L0000001 > L0000001.json
    """


@app.command()
def export(learner: LearnerArgument, home: HomeOption = None) -> None:
    """Print every row about a learner as one JSON document.

    Example: karmapath learner export L0000001
    """
    from api.http.answers import stamp
    from api.http.ledgers import Ledgers
    from features.home import Home

    store = made_store(load_settings(home))
    try:
        tables = {**store.export(learner), **Ledgers(Home.find(home)).about(learner)}
        _check_known(store, learner, any(tables.values()))
        _note(store, "export", learner)
    finally:
        store.close()
    print_json(
        {
            "learner": learner,
            "tables": {
                name: [{k: stamp(v) if hasattr(v, "isoformat") else v for k, v in row.items()} for row in rows]
                for name, rows in tables.items()
            },
        }
    )


@app.command()
def erase(
    learner: LearnerArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase every row about a learner; a later import does not bring them back.

    Example: karmapath learner erase L0000001 --yes

    The audit log keeps who saw them, and that they were erased; ledgers are accounts and stay; old snapshots hold them
    until karmapath prune removes those.
    """
    if not yes:
        log.print(f"this erases everything about {learner}, for good", markup=False)
        typer.confirm("Go on?", abort=True, err=True)
    store = made_store(load_settings(home))
    try:
        _check_known(store, learner, store.forget(learner))
        _note(store, "erase", learner)
    finally:
        store.close()
    if as_json:
        print_json({"learner": learner, "erased": True})
    else:
        say(f"{learner} is erased")


def _check_known(store: Store, learner: str, found: bool) -> None:
    from features.errors import NotFoundError

    if not found:
        raise NotFoundError(f"found no learner {learner!r}", "the id of a learner in the store", "check the id")


def _note(store: Store, action: str, learner: str) -> None:
    from features.store import AuditEntry
    from features.times import now

    route = f"karmapath learner {action}"
    store.audit.add([AuditEntry(now(), getuser(), "command", action, route, 0, object=f"learner:{learner}")])
