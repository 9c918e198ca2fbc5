"""Scales of proficiency, each mapped onto levels 0 to 5 by a table; a value off the scale is an error, never clipped.

Level 0 is "not shown", 1 to 5 run from beginner to expert. Scales with fewer steps spread over 1 to 5 so that their
first step is a beginner's and their last an expert's, except Operational / Tactical / Strategic, whose steps name
the reach of the work and end at 5 only for those who set direction for others.

>>> level_of("Practitioner", "awareness-expert")
4
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from features.errors import KarmapathError
from features.schema import MAX_LEVEL, MIN_LEVEL


def _numbers(first: int, levels: tuple[int, ...]) -> dict[str, int]:
    """Return the words for a numeric step: ``3``, ``3.0``, ``Level 3`` and ``L3``."""
    steps = enumerate(levels, start=first)
    return {word: level for n, level in steps for word in (f"{n}", f"{n}.0", f"level {n}", f"l{n}")}


_WORDS = {
    "not shown": 0, "awareness": 1, "novice": 1, "beginner": 1, "basic": 1, "working": 2, "foundation": 2,
    "operational": 2, "intermediate": 3, "tactical": 3, "practitioner": 4, "advanced": 4, "expert": 5, "strategic": 5,
}  # fmt: skip

SCALES: Mapping[str, Mapping[str, int]] = {
    "0-5": _numbers(0, tuple(range(MIN_LEVEL, MAX_LEVEL + 1))),
    "1-4": _numbers(1, (1, 2, 4, 5)),
    "1-3": _numbers(1, (1, 3, 5)),
    "operational-strategic": {"operational": 2, "tactical": 3, "strategic": 5},
    "awareness-expert": {"awareness": 1, "working": 2, "practitioner": 4, "expert": 5},
    "beginner-advanced": {"beginner": 1, "basic": 1, "intermediate": 3, "advanced": 4, "expert": 5},
    "any": _numbers(0, tuple(range(MIN_LEVEL, MAX_LEVEL + 1))) | _WORDS,
    "beginner-expert": {"novice": 1, "beginner": 1, "foundation": 2, "intermediate": 3, "advanced": 4, "expert": 5},
}
"""Every scale by name: its words in lower case, and the level each stands for."""

COURSE_LEVELS: Mapping[str, tuple[int, int]] = {
    "beginner": (0, 2), "basic": (0, 2), "foundation": (0, 2), "awareness": (0, 1), "mixed": (1, 3),
    "intermediate": (2, 3), "working": (1, 2), "practitioner": (2, 4), "advanced": (3, 4), "expert": (4, 5),
    "operational": (0, 2), "tactical": (2, 3), "strategic": (3, 5),
}  # fmt: skip
"""From which level to which a course leads, by the word its provider uses for its difficulty."""


def scale(name: str) -> Mapping[str, int]:
    """Return the scale of that name; ``KarmapathError`` if there is none."""
    if name not in SCALES:
        raise KarmapathError(f"level scale {name!r}", f"one of {', '.join(SCALES)}", "use one of these names")
    return SCALES[name]


def level_of(word: str, name: str) -> int:
    """Return the level that ``word`` stands for on the scale ``name``; ``KarmapathError`` if it is off the scale."""
    words = scale(name)
    found = words.get(" ".join(word.casefold().split()))
    if found is None:
        raise KarmapathError(f"level {word!r}", describe(name), "correct the value, or name the scale it is on")
    return found


def levels(values: pl.Series, name: str) -> pl.Series:
    """Return the levels of many words as Int8; null where the value is empty or off the scale."""
    words = scale(name)
    clean = values.cast(pl.String).str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()
    return clean.replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.Int8)


def describe(name: str) -> str:
    """Return the scale's words for a message, e.g. ``awareness, working, practitioner or expert``."""
    words = [word for word in scale(name) if not re.fullmatch(r"l(evel )?\d|\d\.0", word)]
    return f"{', '.join(words[:-1])} or {words[-1]}"
