"""Reads a Containerfile and a .dockerignore as far as this project's say something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Instruction(NamedTuple):
    """A line of a Containerfile, with what it goes on with."""

    name: str
    value: str


@dataclass(frozen=True)
class Stage:
    """What follows one FROM."""

    base: str
    instructions: tuple[Instruction, ...]

    def values(self, name: str) -> list[str]:
        """Return the values of every instruction of that name, in order."""
        return [value for found, value in self.instructions if found == name]


def instructions(text: str) -> list[Instruction]:
    """Return the instructions of a Containerfile, each on one line."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Instruction(*line.split(maxsplit=1)) for line in whole.splitlines()]


def arguments(text: str) -> dict[str, str]:
    """Return every build argument with its default."""
    return dict(value.split("=", 1) for name, value in instructions(text) if name == "ARG" and "=" in value)


def stages(text: str) -> list[Stage]:
    """Return the stages of a Containerfile, arguments in the names of their bases put in."""
    defaults = arguments(text)
    found: list[tuple[str, list[Instruction]]] = []
    for each in instructions(text):
        if each.name == "FROM":
            found.append((re.sub(r"\$\{(\w+)\}", lambda name: defaults[name[1]], each.value), []))
        elif found:
            found[-1][1].append(each)
    return [Stage(base, tuple(inside)) for base, inside in found]


def is_sent(path: str, ignored: str) -> bool:
    """Return whether a file of the tree goes to the builder: the last line that fits it decides."""
    sent = True
    for line in ignored.splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#") and _fits(path, pattern.removeprefix("!")):
            sent = pattern.startswith("!")
    return sent


def _fits(path: str, pattern: str) -> bool:
    """Return whether the pattern names the file or a folder it is in."""
    inside = re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
    return re.fullmatch(f"{inside}(/.*)?", path) is not None
