"""Abbreviations of government work, spelt out so that both people's words and the office's meet.

The built-in list is ``abbreviations.tsv`` beside this file; an installation adds its own in a file of the same form
(two columns with a header: ``abbreviation``, ``meaning``), whose entries take the place of the built-in ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

from features.errors import KarmapathError

FILE_NAME = "abbreviations.tsv"
"""Name of the user's own list, in the home folder."""

_HEADER = ["abbreviation", "meaning"]
_SHORT = 2


@dataclass(frozen=True)
class Abbreviations:
    """A list of abbreviations and what they stand for; upper and lower case tell them apart from words."""

    meanings: Mapping[str, str]

    def expand(self, text: str) -> str:
        """Put the meaning after each abbreviation's first appearance.

        Two letters may be an ordinary word in a text all in capitals, and are left alone there.

        >>> builtin_abbreviations().expand("Filing an RTI reply")
        'Filing an RTI (Right to Information) reply'
        """
        shouting = text.isupper()
        told: set[str] = set()

        def spelt_out(match: re.Match[str]) -> str:
            short = match.group()
            meaning = self.meanings[short]
            if short in told or (shouting and len(short) <= _SHORT) or meaning.casefold() in lowered:
                return short
            told.add(short)
            return f"{short} ({meaning})"

        lowered = text.casefold()
        return self._pattern.sub(spelt_out, text)

    def meaning(self, word: str) -> str | None:
        """Return what a whole word stands for, whatever its case; ``None`` if it is not in the list."""
        return self._by_folded.get(word.casefold())

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.meanings, key=lambda short: (-len(short), short))
        return re.compile(rf"(?<![\w&])(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?![\w&])")

    @cached_property
    def _by_folded(self) -> Mapping[str, str]:
        return {short.casefold(): meaning for short, meaning in self.meanings.items()}


@cache
def builtin_abbreviations() -> Abbreviations:
    """Return the list that comes with the project."""
    return Abbreviations(_parse(files("features.text").joinpath(FILE_NAME).read_text(encoding="utf-8"), FILE_NAME))


def load_abbreviations(own: Path | None) -> Abbreviations:
    """Return the built-in list together with the installation's own file, where there is one.

    Raises
    ------
    KarmapathError
        If a line of the file does not have the two columns.
    """
    builtin = builtin_abbreviations()
    if own is None or not own.exists():
        return builtin
    return Abbreviations({**builtin.meanings, **_parse(own.read_text(encoding="utf-8-sig"), str(own))})


def _parse(content: str, name: str) -> dict[str, str]:
    lines = [line.split("\t") for line in content.splitlines() if line.strip()]
    for number, cells in enumerate(lines, start=1):
        if len(cells) != 2 or not all(cell.strip() for cell in cells) or (number == 1 and cells != _HEADER):
            raise KarmapathError(
                f"line {number} of {name}: {chr(9).join(cells)!r}",
                f"two columns divided by a tab, under the header {' and '.join(_HEADER)}",
                "write the abbreviation, a tab and its meaning",
            )
    return {short.strip(): meaning.strip() for short, meaning in lines[1:]}
