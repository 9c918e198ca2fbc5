"""Packages that come with an optional extra."""

from __future__ import annotations

import importlib
from typing import Any

from features.errors import NotReadyError


def required(package: str, extra: str) -> Any:
    """Import a package; ``NotReadyError`` says which extra brings it."""
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise NotReadyError(
            f"no package {error.name}", f"the extra {extra!r}", f"pip install 'karmapath[{extra}]'"
        ) from error
