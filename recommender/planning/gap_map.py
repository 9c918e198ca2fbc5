"""The gap map on the disk: shortfalls of everybody, kept up to date, opened without reading more than is asked for.

A folder under ``planning/gap-map`` in the home folder for each state; ``CURRENT`` names the newest and is moved last,
so a reader never sees half of one. It holds ``sums.parquet`` (for adding what changes; never shown), ``cells.parquet``
(what may be shown, see ``disclosure``), ``rolled.parquet`` (the same of large organisations, added up),
``asked.parquet`` (which posts require what, without numbers) and
``changed.parquet`` (what learners who changed since the build count for now).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from features.errors import NotReadyError
from features.home import Home
from features.reference import Reference
from recommender.planning.disclosure import blocks
from recommender.planning.gap_parts import ROLLED, By, rolled_up
from recommender.planning.shortfall import CELL, KEYS, SUMS, added, empty, shortfalls
from recommender.planning.tree import Tree
from recommender.planning.workforce import Workforce
from recommender.state import EvidenceTable

_CURRENT, _ABOUT = "CURRENT", "about.json"
_KEPT = 24
"""States that are kept for the trend."""
_ROW_GROUP = 16_384
"""Small, so that an organisation is read without most of the others."""
_HELD = 8
"""Blocks whose sums are held before they are added up."""
_ASKED = ("level", "weight", "critical")


@dataclass(frozen=True, slots=True)
class MapAbout:
    """Where a map comes from."""

    snapshot: str
    at: datetime
    """The moment beliefs stand for; a learner who changed since counts as of the update."""
    people: int
    basis: str
    """Digest of what positions require and of the evidence table: states of one basis can be updated."""
    last_event: int = 0
    """Number of the last event of the store that it knows."""
    forgotten: int = 0
    """Learners erased from the store that it knows of."""
    updates: int = 0
    changed: int = 0
    """Learners who changed since the build."""

    @property
    def name(self) -> str:
        """Name of the folder."""
        return f"{self.at:%Y%m%dT%H%M%S}-{self.snapshot}-{self.updates:06d}"


@dataclass(frozen=True)
class GapMap:
    """A state of the map, read lazily."""

    folder: Path
    about: MapAbout

    def cells(self) -> pl.LazyFrame:
        """What may be shown, a row a block, sorted by organisation."""
        return pl.scan_parquet(self.folder / "cells.parquet")

    def sums(self) -> pl.LazyFrame:
        """All sums, also of few people: for adding, never for showing."""
        return pl.scan_parquet(self.folder / "sums.parquet")

    def asked(self) -> pl.LazyFrame:
        """Which combinations of ``CELL`` have people, without numbers: to say that a number is withheld."""
        return pl.scan_parquet(self.folder / "asked.parquet")

    def rolled(self, organisation: str, by: By) -> pl.DataFrame | None:
        """Return the sums of a view of a large organisation, ``None`` where they are not kept."""
        path = self.folder / "rolled.parquet"
        if by not in ROLLED or not path.exists():
            return None
        mine = (pl.col("organisation_id") == organisation) & (pl.col("by") == by)
        found = pl.scan_parquet(path).filter(mine).drop("organisation_id", "by").collect()
        return found if found.height else None

    def changed(self) -> pl.DataFrame:
        """Sums of one person each, of those who changed since the build."""
        path = self.folder / "changed.parquet"
        return pl.read_parquet(path) if path.exists() else empty(("learner_id", *KEYS))


def basis_of(reference: Reference, table: EvidenceTable) -> str:
    """Return the digest of all that decides a map beside learners."""
    needs = [
        (
            position,
            [(n.competency, n.level, n.weight, n.critical) for n in reference.requirements_of_position(position)],
        )
        for position in sorted(reference.positions)
    ]
    courses = [(c.id, [(t.competency, t.to_level) for t in c.teaches]) for c in reference.courses.values()]
    text = json.dumps([needs, sorted(courses), table.to_toml()])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def map_folder(home: Home) -> Path:
    """Return the folder of the states."""
    return home.folder / "planning" / "gap-map"


def build_gap_map(
    home: Home,
    workforce: Iterable[Workforce],
    reference: Reference,
    about: MapAbout,
    say: Callable[[str], None] = lambda _: None,
) -> GapMap:
    """Add up everybody's shortfalls, block after block, and make this the current state.

    Memory is that of one block and of the sums (one row for each competency and combination of post, body, group and
    cadre). ``about.people`` is counted here.
    """
    held: list[pl.DataFrame] = []
    people = 0
    for block in workforce:
        held.append(shortfalls(block, reference))
        people += len(block)
        say(f"{people:,} people")
        if len(held) >= _HELD:
            held = [added(pl.concat(held), CELL)]
    sums = added(pl.concat(held), CELL) if held else empty()
    return _publish(home, sums, None, reference, replace(about, people=people))


def update_gap_map(
    home: Home, before: GapMap, was: Workforce, now: Workforce, reference: Reference, about: MapAbout,
    gone: Collection[str] = (),
) -> GapMap:  # fmt: skip
    """Return the next state, in which some learners count as they are now.

    Parameters
    ----------
    before
        The state to go on from.
    was
        Those of the learners whom ``before`` counts as the snapshot knew them, at the moment of the build.
    now
        All of the learners, as they are now.
    reference
        The reference data that ``before`` was built with.
    about
        What the new state knows; ``people`` and ``updates`` are counted here.
    gone
        Learners who were erased.
    """
    by = ("learner_id", *KEYS)
    again = set(now.people["learner_id"]) | set(was.people["learner_id"]) | set(gone)
    kept = before.changed()
    earlier = kept.filter(pl.col("learner_id").is_in(list(again)))
    known = set(earlier["learner_id"])
    first = was.only(~was.people["learner_id"].is_in(list(known)).to_numpy())
    off = pl.concat([earlier, shortfalls(first, reference, by)]).with_columns(-pl.col(SUMS))
    on = shortfalls(now, reference, by)
    rest = kept.filter(~pl.col("learner_id").is_in(list(again)))
    marks = pl.DataFrame({"learner_id": sorted(again - set(on["learner_id"]))}, schema={"learner_id": pl.String})
    changed = pl.concat([rest, on, marks], how="diagonal")
    moves = pl.concat([off, on]).filter(pl.col("n").is_not_null()).drop("learner_id")
    sums = added(pl.concat([before.sums().collect(), moves.select(*CELL, *_ASKED, *SUMS)]), CELL)
    sums = sums.filter(pl.col("n") > 0.5).with_columns(pl.col(SUMS).clip(0.0))
    people = before.about.people + len(now) - len(first) - sum(1 for one in known if _counted(earlier, one))
    following = replace(
        about, people=people, updates=before.about.updates + 1, changed=changed["learner_id"].n_unique()
    )
    return _publish(home, sums, changed, reference, following)


def open_gap_map(home: Home, name: str | None = None) -> GapMap:
    """Open the current state, or one by name; ``NotReadyError`` where there is none."""
    folder = map_folder(home)
    pointer = folder / _CURRENT
    if name is None and pointer.exists():
        name = pointer.read_text().strip()
    if name is None or not (folder / name / _ABOUT).exists():
        raise NotReadyError(
            f"found no gap map in {home.folder}", "one that was built", "run 'karmapath plan refresh' first"
        )
    return GapMap(folder / name, _read_about(folder / name))


def gap_maps(home: Home) -> tuple[GapMap, ...]:
    """Return the last state of each date that is kept, oldest first: the trend."""
    found: dict[datetime, GapMap] = {}
    for path in sorted(map_folder(home).glob(f"*/{_ABOUT}")):
        one = GapMap(path.parent, _read_about(path.parent))
        found[one.about.at] = one
    return tuple(found[at] for at in sorted(found))


def _counted(earlier: pl.DataFrame, learner: str) -> bool:
    return earlier.filter((pl.col("learner_id") == learner) & pl.col("n").is_not_null()).height > 0


def _read_about(folder: Path) -> MapAbout:
    raw = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    return MapAbout(**{**raw, "at": datetime.fromisoformat(raw["at"])})


def _publish(
    home: Home, sums: pl.DataFrame, changed: pl.DataFrame | None, reference: Reference, about: MapAbout
) -> GapMap:
    folder = map_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    tree = Tree.of(reference.organisations, [one for one in sums["organisation_id"].unique() if one])
    work = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        ordered = sums.sort(CELL)
        ordered.write_parquet(work / "sums.parquet")
        asked = ordered.select(*CELL, *_ASKED).sort("organisation_id", *CELL)
        asked.write_parquet(work / "asked.parquet", row_group_size=_ROW_GROUP, statistics=True)
        shown = blocks(ordered, tree).sort("organisation_id", *CELL, nulls_last=True)
        shown.write_parquet(work / "cells.parquet", row_group_size=_ROW_GROUP, statistics=True)
        rolled = rolled_up(shown, asked, tree, reference)
        if rolled.height:
            rolled.sort("organisation_id", "by").write_parquet(work / "rolled.parquet", row_group_size=_ROW_GROUP)
        if changed is not None:
            changed.write_parquet(work / "changed.parquet")
        (work / _ABOUT).write_text(json.dumps({**asdict(about), "at": about.at.isoformat()}, indent=1))
        target = folder / about.name
        shutil.rmtree(target, ignore_errors=True)
        work.rename(target)
        target.chmod(0o755)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _point_to(folder, about.name)
    _prune(folder)
    return GapMap(folder / about.name, about)


def _point_to(folder: Path, name: str) -> None:
    pointer = folder / f".{_CURRENT}.{os.getpid()}"
    pointer.write_text(name)
    pointer.replace(folder / _CURRENT)


def _prune(folder: Path) -> None:
    """Drop older updates of each build but the last two (a reader may have the one before open), and old builds."""
    names = sorted(path.parent.name for path in folder.glob(f"*/{_ABOUT}"))
    builds: dict[str, list[str]] = {}
    for name in names:
        builds.setdefault(name.rsplit("-", 1)[0], []).append(name)
    current = (folder / _CURRENT).read_text().strip()
    old = [name for group in list(builds.values())[:-_KEPT] for name in group]
    for name in [*old, *(name for group in builds.values() for name in group[:-2])]:
        if name != current:
            shutil.rmtree(folder / name, ignore_errors=True)
