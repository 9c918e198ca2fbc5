"""The tree of organisations as columns: depth and ancestors, whatever circles the data holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from features.reference import Organisation


@dataclass(frozen=True)
class Tree:
    """Each organisation with all above it, the root first."""

    lines: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, organisations: Mapping[str, Organisation], more: Iterable[str] = ()) -> Tree:
        """Return the tree; ids in ``more`` that it does not know become roots."""
        parents = {o.id: o.parent for o in organisations.values()}
        parents |= {one: None for one in more if one not in parents}
        return cls({one: _line(one, parents) for one in parents})

    @property
    def depth(self) -> int:
        """The number of levels."""
        return max((len(line) for line in self.lines.values()), default=0)

    def within(self, organisation: str) -> tuple[str, ...]:
        """Return the organisation and all below it, sorted."""
        return tuple(sorted(one for one, line in self.lines.items() if organisation in line))

    def children(self, organisation: str) -> tuple[str, ...]:
        """Return the organisations directly below, sorted."""
        return tuple(sorted(one for one, line in self.lines.items() if line[-2:-1] == (organisation,)))

    def sisters(self, organisation: str) -> tuple[str, ...]:
        """Return the other organisations directly below the same one; other roots for a root."""
        line = self.lines.get(organisation, (organisation,))
        above = line[:-1]
        return tuple(sorted(one for one, other in self.lines.items() if other[:-1] == above and one != organisation))

    def branch(self, organisation: str, of: str) -> str | None:
        """Return the child of ``of`` under which the organisation stands, ``None`` for ``of`` itself."""
        line = self.lines[organisation]
        place = line.index(of)
        return line[place + 1] if place + 1 < len(line) else None

    def frame(self) -> pl.DataFrame:
        """Return ``organisation_id``, ``depth`` from 0 and the ancestors ``up_0`` (root), ``up_1``, ... of each."""
        levels = {
            f"up_{n}": [line[n] if n < len(line) else None for line in self.lines.values()] for n in range(self.depth)
        }
        schema = {"organisation_id": pl.String, "depth": pl.Int32} | dict.fromkeys(levels, pl.String)
        depths = [len(line) - 1 for line in self.lines.values()]
        return pl.DataFrame({"organisation_id": list(self.lines), "depth": depths} | levels, schema=schema)


def _line(organisation: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    line: list[str] = []
    at: str | None = organisation
    while at is not None and at in parents and at not in line:
        line.append(at)
        at = parents[at]
    return tuple(reversed(line))
