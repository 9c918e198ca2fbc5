"""How commands speak: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from typing import Any

import orjson
from rich.console import Console

log = Console(stderr=True, highlight=False, soft_wrap=True)
"""Progress, notes and warnings."""

_WIDE = 140
_out = Console(highlight=False, soft_wrap=True, markup=False, width=None if sys.stdout.isatty() else _WIDE)


def print_json(document: Any) -> None:
    """Print one JSON document on standard output."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    print(orjson.dumps(document, option=options).decode())  # noqa: T201


def say(text: object) -> None:
    """Print a result for a person on standard output."""
    _out.print(text)
