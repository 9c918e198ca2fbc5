"""Which bundle serves: a pointer file in the home folder, moved in one step that a reader never sees half done.

The registry's alias is the record of promotions; this file repeats it for servers, which do not need the registry.
"""

from __future__ import annotations

import os
from pathlib import Path

from features.errors import NotReadyError
from features.home import Home

_POINTER = "CHAMPION"


def pointer_file(home: Home) -> Path:
    """Return the file that names the champion; it may not exist yet."""
    return home.bundles / _POINTER


def point_to(home: Home, version: str) -> None:
    """Make the bundle of that version the one that servers load."""
    home.bundles.mkdir(parents=True, exist_ok=True)
    work = home.bundles / f".{_POINTER}.{os.getpid()}"
    work.write_text(version + "\n")
    work.replace(pointer_file(home))


def champion_folder(home: Home) -> Path:
    """Return the folder of the bundle that serves; ``NotReadyError`` if nothing was trained yet."""
    pointer = pointer_file(home)
    if not pointer.exists():
        raise NotReadyError(f"found no trained model in {home.folder}", "a champion", "run 'karmapath train' first")
    return home.bundles / pointer.read_text().strip()
