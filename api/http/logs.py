"""The log: one JSON document a line on standard error, and no personal data in any.

Lines say what happened to which route's pattern under which request id. An exception is told by its kind and where it
was raised, never by its message: messages quote what they choke on, and that may be somebody's record.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from features.times import IST

LEVELS = ("debug", "info", "warning", "error")
_FRAMES = 12


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        document: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, IST).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            document["error"] = record.exc_info[0].__name__
            document["raised"] = _places(record.exc_info[2])
        return json.dumps(document, ensure_ascii=False, default=str)


class Plain(logging.Formatter):
    """Writes a record for people, as sparing with exceptions as the other."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line = f"{datetime.fromtimestamp(record.created, IST):%H:%M:%S} {record.levelname:<7} {record.getMessage()}"
        if record.exc_info and record.exc_info[0] is not None:
            return f"{line}\n  {record.exc_info[0].__name__} at " + " < ".join(_places(record.exc_info[2]))
        return line


def log_config(level: str, *, as_json: bool = True, requests: bool = False) -> dict[str, Any]:
    """Return the configuration of the server's log; ``level`` is one of ``LEVELS``; ``requests``: a line for each."""
    formatter = f"{__name__}.{JsonLines.__name__ if as_json else Plain.__name__}"
    told = {"handlers": ["err"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"err": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "line"}},
        "loggers": {
            "uvicorn": {**told, "level": "WARNING"},
            "karmapath": {**told, "level": level.upper()},
            "karmapath.access": {**told, "level": "INFO" if requests else "WARNING"},
        },
        "root": {"handlers": ["err"], "level": "WARNING"},
    }


def _places(trace: TracebackType | None) -> list[str]:
    """Return where an exception was raised, the innermost place first, without any value."""
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
