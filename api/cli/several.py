"""Options that take several values in a row: ``--k 10 20`` says the same as ``--k 10 --k 20``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from typer.core import TyperCommand


class SeveralValues(TyperCommand):
    """A command without arguments whose options that may be given again also take their values in one go."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Name the option anew before each further value."""
        again = {name for one in self.params if getattr(one, "multiple", False) for name in one.opts}
        return super().parse_args(ctx, list(named_anew(args, again)))


def named_anew(words: Iterable[str], again: set[str]) -> Iterator[str]:
    """Yield the words with the option's name before each value after its first; ``again`` are such options' names.

    >>> list(named_anew(["--k", "10", "20", "--json"], {"--k"}))
    ['--k', '10', '--k', '20', '--json']
    """
    option, values = "", 0
    for word in words:
        if word.startswith("--"):
            name, equals, _ = word.partition("=")
            option, values = (name if name in again else ""), len(equals)
        elif option:
            if values:
                yield option
            values += 1
        yield word
