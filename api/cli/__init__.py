"""The command line: one file a command, each imported only when it runs."""

from __future__ import annotations

from api.cli.app import app, main

__all__ = ["app", "main"]
