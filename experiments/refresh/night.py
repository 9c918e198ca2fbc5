"""Steps that are done once, whatever interrupts them: what is finished is written down, the rest is gone on with.

The state is one JSON file, replaced in one move after each step. A step that was killed is run again, so a step must
give the same when it is begun a second time; a step that was finished is not run again. A night that was finished is
followed by a new one.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from features.errors import KarmapathError

STATE = "night.json"
_LOCK = "lock"

Results = Mapping[str, Mapping[str, Any]]
"""Step to what it told, of the steps before."""
Status = Literal["done", "skipped", "refused"]


class BusyError(KarmapathError):
    """Another run works on the same folder."""

    code = "busy"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step told: facts for the report and for the steps after it, as JSON."""

    facts: Mapping[str, Any]
    status: Status = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of the night's work; run twice with the same input it leaves what it leaves run once."""

    name: str
    run: Callable[[Results], Outcome]


@dataclass(frozen=True, slots=True)
class StepReport:
    """How a step went."""

    name: str
    status: Status
    seconds: float
    earlier: bool
    """Whether it was finished in a run before this one, which was interrupted later."""
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Night:
    """A folder that knows how far a night's work has come."""

    folder: Path

    def run(
        self,
        steps: Sequence[Step],
        asked: Mapping[str, Any],
        say: Callable[[str], object],
        *,
        restart: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> list[StepReport]:
        """Do what is not done yet and return a report of every step.

        Parameters
        ----------
        steps
            The work, in order.
        asked
            What the night was asked to do (JSON): a night goes on only with what it began with.
        restart
            Forget an unfinished night and begin a new one.

        Raises
        ------
        BusyError
            If another process works here.
        KarmapathError
            If an unfinished night was asked for something else, or a step finds something that the user can put right.
        """
        with alone(self.folder):
            state = self._begun(asked, restart=restart)
            reports = []
            for step in steps:
                earlier = step.name in state["steps"]
                if earlier:
                    say(f"{step.name}: finished before the interruption")
                else:
                    say(f"{step.name}: begins")
                    began = clock()
                    outcome = step.run({name: done["facts"] for name, done in state["steps"].items()})
                    state["steps"][step.name] = {
                        "status": outcome.status, "seconds": round(clock() - began, 2), "facts": dict(outcome.facts),
                    }  # fmt: skip
                    self._write(state)
                reports.append(StepReport(step.name, earlier=earlier, **state["steps"][step.name]))
            self._write({**state, "finished": True})
        return reports

    def _begun(self, asked: Mapping[str, Any], *, restart: bool) -> dict[str, Any]:
        """Return the state of the unfinished night, or of a new one."""
        path = self.folder / STATE
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        if before is None or before["finished"] or restart:
            state: dict[str, Any] = {"asked": dict(asked), "steps": {}, "finished": False}
            self._write(state)
            return state
        if before["asked"] != json.loads(json.dumps(dict(asked))):
            changed = sorted(
                name for name in {*asked, *before["asked"]} if asked.get(name) != before["asked"].get(name)
            )
            raise KarmapathError(
                f"an unfinished night that was begun with another {' and '.join(changed)}",
                ", ".join(f"{name} {before['asked'].get(name)}" for name in changed),
                "finish it with the same arguments, or begin anew with --restart",
            )
        return dict(before)

    def _write(self, state: Mapping[str, Any]) -> None:
        work = self.folder / f".{STATE}.{os.getpid()}"
        with work.open("w", encoding="utf-8") as file:
            json.dump(state, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        work.replace(self.folder / STATE)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; ``BusyError`` where another process has it. A killed process holds nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415 - is not there on Windows

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BusyError(
                    f"another refresh at work in {folder.parent}", "one at a time", "wait until it has ended"
                ) from None
        yield
