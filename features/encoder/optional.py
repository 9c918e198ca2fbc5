"""Packages that only bulk encoding needs: imported when used, and missed with a remedy."""

from __future__ import annotations

import importlib
from typing import Any

from features.errors import NotReadyError


def optional_module(name: str) -> Any:
    """Import a module of the ``text`` extra; ``NotReadyError`` where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise NotReadyError(
            f"no package {package}", "the packages that embed text in bulk", "pip install 'karmapath[text]'"
        ) from error
