"""What a run was asked for: kept beside its parts, so that another process, machine or day goes on with the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from features.errors import KarmapathError

WORK = "_job"
"""Folder inside the folder of lists with what the run works from; gone when the run is finished."""
PEOPLE = "people"
_FILE = "job.json"
SCHEMA_VERSION = 1
"""Grows when the columns of the parts or the keys of the manifest change their meaning."""


class MixedRunError(KarmapathError):
    """A folder that holds lists of another model, snapshot, moment or length."""

    code = "mixed_run"


@dataclass(frozen=True)
class Job:
    """A run: everything that decides its bytes, and where it finds what it reads."""

    model_version: str
    source: str
    """``store`` or ``warehouse``."""
    snapshot: str | None
    """Hash of the snapshot that the source goes back to."""
    at: str
    """The moment that every list is for, ISO 8601, on the platform's clock."""
    top: int
    """Courses in a list at most."""
    partition_size: int
    """Learners in a part, about."""
    bundle: str
    """Folder of the bundle."""
    schema_version: int = SCHEMA_VERSION

    @property
    def moment(self) -> datetime:
        """``at`` as a time."""
        return datetime.fromisoformat(self.at)

    @cached_property
    def key(self) -> str:
        """16 hex digits that every part carries; where the bundle lies does not matter to it."""
        return hashlib.sha256(json.dumps(self.decided, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def decided(self) -> dict[str, Any]:
        """What decides the bytes of the lists, but for what the store has seen."""
        return {name: value for name, value in asdict(self).items() if name != "bundle"}

    def write(self, folder: Path) -> None:
        """Keep the job in the folder of lists."""
        work = folder / WORK / f".{_FILE}"
        work.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        work.replace(folder / WORK / _FILE)

    @classmethod
    def read(cls, folder: Path) -> Job | None:
        """Return the job that the folder of lists was begun for; ``None`` if none was."""
        path = folder / WORK / _FILE
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None

    def require_same(self, begun: dict[str, Any], folder: Path) -> None:
        """Raise ``MixedRunError`` unless the lists in the folder were begun for this very job."""
        for name, wanted in self.decided.items():
            if begun.get(name) != wanted:
                what = name.replace("_", " ")
                raise MixedRunError(
                    f"lists of {what} {begun.get(name)} in {folder}",
                    f"{what} {wanted}, as was asked for now",
                    "choose another folder, or begin anew with --restart",
                )
