"""How long old snapshots are kept: the newest few, and those that something still reads."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from features.draft import MANIFEST
from features.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Pruned:
    """What became of the snapshots of a warehouse."""

    kept: tuple[str, ...]
    """Hashes, the newest first."""
    removed: tuple[str, ...]
    freed: int
    """Bytes that no other snapshot shares."""


def prune(warehouse: Warehouse, keep: int, needed: Collection[str] = (), *, dry: bool = False) -> Pruned:
    """Remove all but the ``keep`` newest snapshots, the current one, and those that are ``needed``.

    Tables that did not change are one file in all snapshots that have them, so that removing one frees only what no
    other has. Whoever writes a snapshot meanwhile waits. ``dry``: nothing is removed.
    """
    if not warehouse.exists():
        return Pruned((), (), 0)
    with warehouse.alone():
        newest = sorted(
            (folder for folder in warehouse.folder.iterdir() if (folder / MANIFEST).is_file()),
            key=lambda folder: (-(folder / MANIFEST).stat().st_mtime_ns, folder.name),
        )
        held = {warehouse.current().hash, *needed, *(folder.name for folder in newest[: max(keep, 1)])}
        old = [folder for folder in newest if folder.name not in held]
        freed = _freed(old)
        for folder in () if dry else old:
            _remove(folder)
    kept = tuple(folder.name for folder in newest if folder.name in held)
    return Pruned(kept, tuple(folder.name for folder in old), freed)


def _freed(folders: list[Path]) -> int:
    """Return the bytes of files all of whose names lie in the folders."""
    names: dict[int, int] = {}
    sizes: dict[int, tuple[int, int]] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                state = path.stat()
                names[state.st_ino] = names.get(state.st_ino, 0) + 1
                sizes[state.st_ino] = state.st_size, state.st_nlink
    return sum(size for inode, (size, links) in sizes.items() if names[inode] >= links)


def _remove(folder: Path) -> None:
    """Remove a snapshot: its manifest first, so that half of one is none."""
    (folder / MANIFEST).unlink()
    shutil.rmtree(folder)
