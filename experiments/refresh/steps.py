"""The steps of a night on one home folder, but for what goes out over the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from experiments.promote import opens, promote
from experiments.refresh.night import Outcome, Results, Step
from experiments.tracking import Registered, Tracking
from experiments.train import TrainSettings, train
from features.home import Home
from features.importers.importing import Extent, ImportReport, import_files
from features.labels import Window
from features.store import Store
from features.warehouse import Warehouse
from models.bundle import Bundle
from models.champion import champion_folder
from recommender.batch import Progress, Sources, run_batch

KEPT = 2
"""Folders of lists that are kept: the newest, and the one before for who still reads it."""


@dataclass(frozen=True)
class Refresh:
    """What a night is asked to do."""

    home: Home
    sources: Sequence[Path]
    extent: Extent
    now: datetime
    settings: TrainSettings
    say: Callable[[str], None]
    windows: Sequence[Window] = ()
    top: int = 20
    store: Callable[[], Store | None] = lambda: None
    """Opens the store that a service reads, whose events are laid over the snapshot, where there is one."""

    def steps(self, lists: bool = True) -> list[Step]:
        """Return the steps in order: import, train, promote, store and, where wanted, batch."""
        found = [Step("train", self.train), Step("promote", self.promote), Step("store", self.fill)]
        if self.sources:
            found.insert(0, Step("import", self.import_))
        return [*found, Step("batch", self.batch)] if lists else found

    def import_(self, _: Results) -> Outcome:
        """Import the night's files; the same files imported twice give the same snapshot."""
        report = import_files(
            self.home, self.sources, self.now, windows=self.windows, extent=self.extent, progress=self.say
        )
        return Outcome(_imported(report))

    def train(self, _: Results) -> Outcome:
        """Train on the snapshot, unless the newest version was trained on it with the same settings."""
        snapshot = Warehouse(self.home.warehouse).current()
        there = self._trained(snapshot.hash)
        if there is not None:
            self.say(f"version {there.number} was trained on this snapshot already")
            return Outcome({"version": there.number, "bundle": there.bundle, "snapshot": snapshot.hash}, "skipped")
        trained = train(self.home, self.settings, self.say)
        facts = {"version": trained.registered.number, "bundle": trained.bundle.version}
        return Outcome({**facts, "snapshot": trained.bundle.manifest["snapshot"]})

    def promote(self, before: Results) -> Outcome:
        """Take the night's version through the gate; where it refuses, the champion stays and the night goes on."""
        number = int(before["train"]["version"])
        champion = Tracking(self.home).champion()
        if champion is not None and champion.number == number:
            return Outcome({"champion": number, "refusals": []}, "skipped")
        if champion is not None and champion.bundle == before["train"]["bundle"]:
            self.say("the new version is the champion's bundle, byte for byte")
            return Outcome({"champion": champion.number, "refusals": []}, "skipped")
        verdict = promote(self.home, number, self.settings, self.say)
        kept = None if champion is None else champion.number
        facts = {"champion": number if verdict.promoted else kept, "refusals": list(verdict.refusals)}
        return Outcome(facts, "done" if verdict.promoted else "refused")

    def fill(self, _: Results) -> Outcome:
        """Have the store that a service reads take over the snapshot, in one transaction, whole or not at all."""
        store, snapshot = self.store(), Warehouse(self.home.warehouse).current()
        if store is None:
            return Outcome({}, "skipped")
        try:
            if store.snapshot() == snapshot.hash:
                return Outcome({"snapshot": snapshot.hash}, "skipped")
            rows = store.load(snapshot)
        finally:
            store.close()
        return Outcome({"snapshot": snapshot.hash, "learners": rows["learners"], "enrolments": rows["enrolments"]})

    def batch(self, _: Results) -> Outcome:
        """Write everybody's lists by the champion; a killed run goes on with the parts that are missing."""
        bundle = champion_folder(self.home)
        snapshot = Warehouse(self.home.warehouse).current().hash
        out = lists_folder(self.home) / f"{snapshot}-{bundle.name}"
        store = self.store()
        try:
            manifest = run_batch(
                out, bundle, Sources(self.home.warehouse, store), source="warehouse", top=self.top,
                threads=os.cpu_count() or 1, say=self.say, progress=self._told,
            )  # fmt: skip
        finally:
            if store is not None:
                store.close()
        forgotten = keep_newest(lists_folder(self.home), out)
        return Outcome({"lists": str(out), "learners": manifest["learners"], "forgotten": forgotten})

    def _told(self, at: Progress) -> None:
        self.say(f"{at.learners:,} of {at.of_learners:,} learners, {at.rate:,.0f} a second")

    def _trained(self, snapshot: str) -> Registered | None:
        """Return the newest version if it is what training would give: same snapshot, same settings."""
        tracking = Tracking(self.home)
        newest = next(iter(tracking.versions()), None)
        if newest is None or not opens(tracking, newest):
            return None
        manifest = Bundle.load(tracking.folder(newest)).manifest
        wanted = self.settings.model_dump(mode="json", include={"seed", "text", "encoder", "models"})
        same = manifest["snapshot"] == snapshot and manifest["settings"] == wanted
        return newest if same and manifest["evidence"] == _evidence(self.home) else None


def lists_folder(home: Home) -> Path:
    """Return where the lists of nights are, a folder for each snapshot and bundle."""
    return home.folder / "lists"


def keep_newest(folder: Path, newest: Path) -> list[str]:
    """Remove all but the ``KEPT`` newest folders of lists, ``newest`` being the newest; return what went."""
    others = [path for path in folder.iterdir() if path.is_dir() and path != newest]
    others.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
    gone = others[: max(len(others) - (KEPT - 1), 0)]
    for path in gone:
        shutil.rmtree(path)
    return [path.name for path in gone]


def _evidence(home: Home) -> str | None:
    return home.evidence.read_text(encoding="utf-8") if home.evidence.exists() else None


def _imported(report: ImportReport) -> dict[str, Any]:
    return {
        "snapshot": report.snapshot.hash,
        "before": report.before,
        "rows": dict(report.snapshot.rows),
        "read": sum(count.read for count in report.counts),
        "rejected": report.rejected,
        "rejects_file": None if report.rejects_file is None else str(report.rejects_file),
        "extent": report.extent,
        "missing": report.missing,
    }
