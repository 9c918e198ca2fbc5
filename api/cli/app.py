"""The ``karmapath`` command: finds the command's file, runs it, and tells errors in one sentence."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

import click
import typer
from typer.core import TyperGroup

from api.cli.output import log
from features.errors import KarmapathError, NotReadyError

COMMANDS = {
    "demo": "Make the demo world, import it, train, evaluate and serve it.",
    "import": "Import files of the platform, or any table by a mapping file.",
    "train": "Train on the imported data, evaluate on what came after, register the bundle.",
    "evaluate": "Judge a bundle, or freshly fitted models, by a time cut or last-item-out.",
    "tune": "Search better settings, or refit the evidence table.",
    "promote": "Make a registered bundle the champion, if it passes the gate.",
    "rollback": "Make the previous champion the champion again.",
    "recommend": "Recommend courses to a learner.",
    "gaps": "Show a learner's competency gaps against a position or a role.",
    "path": "Plan a guided or desirable path, for a learner or for a problem file.",
    "match": "Match texts by meaning: queries to candidates.",
    "edges": "List and export what planners confirmed or rejected.",
    "plan": "Show an organisation's gaps, plan what closes them, match people and posts.",
    "batch": "Recommend to every learner and write Parquet.",
    "publish": "Write the lists that the portal reads from Redis.",
    "refresh": "Import, train, judge, promote, write lists, publish: a night's work, restartable.",
    "serve": "Serve the HTTP API and the pages.",
    "learner": "Hand out or erase all that is kept about one learner.",
    "prune": "Remove old snapshots of the imported tables.",
    "backup": "Back up the store, the ledgers, the settings and the champion.",
    "restore": "Make an installation from a backup.",
    "audit": "Show who saw, changed, erased or was refused what.",
    "benchmark": "Measure accuracy, paths, matching and speed beside peers.",
}
"""Every command and what it does; the code of command ``c`` is ``api.cli.c_command``, its typer app ``app``."""

_OWN = {"api", "experiments", "features", "models", "recommender"}


class LazyCommands(TyperGroup):
    """Commands whose code is imported when they are called, so that ``--help`` stays fast."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the work."""
        return [name for name in COMMANDS if _exists(name)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of that name, ``None`` if there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"api.cli.{cmd_name}_command")
        return typer.main.get_command(module.app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands without importing their code."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


def _exists(name: str) -> bool:
    return importlib.util.find_spec(f"api.cli.{name}_command") is not None


app = typer.Typer(
    cls=LazyCommands, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)


@app.callback()
def karmapath() -> None:
    """Guided and desirable learning paths for civil servants: what to learn next, in what order, and why."""


def _without(package: str) -> NotReadyError:
    return NotReadyError(
        f"no package {package!r}, which this command needs",
        "an installation with the extra that brings it",
        "pip install 'karmapath[train]' for what trains and judges; pyproject.toml lists the other extras",
    )


def main() -> None:
    """Run the command line; an error the user can put right is one sentence and exit code 2."""
    try:
        app()
    except KarmapathError as error:
        log.print(f"karmapath: {error}", markup=False)
        sys.exit(2)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        if package in _OWN:
            raise
        log.print(f"karmapath: {_without(package)}", markup=False)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
    except click.exceptions.Abort:
        sys.exit(130)
