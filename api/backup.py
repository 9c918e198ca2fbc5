"""A backup of one installation in one folder, and an installation made from it.

What cannot be computed again is in it: the store, the ledgers, the settings and tables an administrator wrote, and the
bundle that serves. The warehouse and MLflow's tracking are added on request. Every file's SHA-256 is in the manifest,
which is written last: a folder without one is no backup.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from getpass import getuser
from pathlib import Path
from typing import Any

from api.http.answers import stamp
from api.settings import SETTINGS_FILE, Settings
from features.errors import KarmapathError, NotReadyError
from features.home import Home
from features.store import AuditEntry, Store
from features.store.copies import copy_store, is_empty, restore_store
from features.times import now
from models.bundle import Bundle
from models.champion import champion_folder, point_to

FORMAT = 1
_MANIFEST = "backup.json"
_STORE = "store"
_HOME = "home"
_DATABASE = "mlflow.sqlite3"


class BackupError(KarmapathError):
    """A backup that cannot be made, is not whole, or would overwrite something."""

    code = "bad_backup"


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself."""

    made_at: str
    schema: str
    """Step of the store's schema."""
    bundle: str | None
    """Version of the champion; ``None``: there was none."""
    files: dict[str, str]
    """Path in the backup to SHA-256."""
    bytes: int
    format: int = FORMAT


def back_up(settings: Settings, out: Path, *, warehouse: bool = False, tracking: bool = False) -> Backup:
    """Write a backup to the folder ``out``, which must not be there; a server may run and write meanwhile.

    Raises
    ------
    BackupError
        If ``out`` is there.
    StoreError, CopyError
        If the store does not answer, or is not there.
    """
    if out.exists():
        raise BackupError(f"{out} is there already", "a folder that is not", "name another one")
    work = out.with_name(f".{out.name}.{os.getpid()}")
    work.mkdir(parents=True, mode=0o700)
    try:
        _note(settings, "backup")
        home, target = settings.folders, Home(work / _HOME)
        schema = copy_store(settings.database, work / _STORE)
        bundle = _copy_champion(home, target)
        _copy_settings(home, target)
        if warehouse:
            _copy_tree(home.warehouse, target.warehouse)
        if tracking:
            _copy_tracking(home.tracking, target.tracking)
        made = Backup(stamp(now()) or "", schema, bundle, _digests(work), _size(work))
        (work / _MANIFEST).write_text(json.dumps(asdict(made), indent=1, sort_keys=True) + "\n")
        work.rename(out)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return made


def read_backup(source: Path) -> Backup:
    """Return what a backup says of itself, after every file was held against its checksum.

    Raises
    ------
    BackupError
        If it is none, is of a newer release, or a file is missing, changed, or not in the manifest.
    """
    try:
        document: dict[str, Any] = json.loads((source / _MANIFEST).read_text())
        found = Backup(**document)
    except (OSError, ValueError, TypeError):
        raise BackupError(f"no backup at {source}", f"a folder with {_MANIFEST}", "check the path") from None
    if found.format > FORMAT:
        raise BackupError(f"a backup of format {found.format}", f"{FORMAT} at most", "use the release that made it")
    seen = _digests(source)
    wrong = sorted(name for name in seen.keys() | found.files.keys() if seen.get(name) != found.files.get(name))
    if wrong:
        raise BackupError(
            f"{len(wrong)} files that are not as they were, e.g. {wrong[0]}", "a whole backup", "use another one"
        )
    return found


def restore(source: Path, home: Home, store_url: str | None = None) -> Backup:
    """Make an installation in ``home`` from a backup; ``store_url`` overrides that of the backup's settings.

    Raises
    ------
    BackupError
        If the backup is not whole, or something is there already; nothing was changed then.
    """
    from api.settings import load_settings  # noqa: PLC0415 - read again, when the settings are back in their place

    found = read_backup(source)
    kept = Home(source / _HOME)
    names = [path.name for path in sorted(kept.folder.iterdir())] if kept.folder.exists() else []
    if there := [name for name in names if (home.folder / name).exists()]:
        raise BackupError(f"{', '.join(there)} in {home.folder}", "a home folder without them", "name another --home")
    url = store_url or load_settings(kept.folder).store_url or home.store_url
    if not is_empty(url):
        raise BackupError("a store that is there already", "none", "give another --store-url, or move this one away")
    home.folder.mkdir(parents=True, exist_ok=True)
    restore_store(source / _STORE, url)
    for name in names:
        _copy(kept.folder / name, home.folder / name)
    if found.bundle is not None:
        Bundle.load(home.bundles / found.bundle)
        point_to(home, found.bundle)
    _note(load_settings(home.folder, store_url=store_url), "restore")
    return found


def _copy_champion(home: Home, target: Home) -> str | None:
    try:
        folder = champion_folder(home)
    except NotReadyError:
        return None
    _copy_tree(folder, target.bundles / folder.name)
    point_to(target, folder.name)
    return folder.name


def _copy_settings(home: Home, target: Home) -> None:
    """Copy what people wrote, and the ledgers up to their last whole line."""
    target.folder.mkdir(exist_ok=True)
    for path in (home.folder / SETTINGS_FILE, home.evidence, home.abbreviations):
        if path.exists():
            shutil.copy2(path, target.folder / path.name)
    _copy_tree(home.ledgers, target.ledgers)
    for path in _files(target.ledgers):
        text = path.read_bytes()
        path.write_bytes(text[: text.rfind(b"\n") + 1])


def _copy_tracking(source: Path, target: Path) -> None:
    if not source.exists():
        return
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{_DATABASE}*"))
    if (source / _DATABASE).exists():
        with (
            closing(sqlite3.connect(f"file:{source / _DATABASE}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(target / _DATABASE)) as made,
        ):
            read.backup(made)


def _copy_tree(source: Path, target: Path) -> None:
    if source.exists():
        shutil.copytree(source, target)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in _files(folder):
        if path != folder / _MANIFEST:
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _note(settings: Settings, action: str) -> None:
    """Write down who made or put back a backup: it holds everybody's data."""
    if settings.audit != "store" or is_empty(settings.database):
        return
    store = Store(settings.database)
    try:
        store.migrate()
        store.audit.add([AuditEntry(now(), getuser(), "command", action, f"karmapath {action}", 0)])
    finally:
        store.close()
