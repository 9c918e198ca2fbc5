"""Where a planner stands: an organisation, what is above and below it, and the addresses of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from features.reference import Organisation, Reference

MENU: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("see", ("overview", "gaps", "coverage")),
    ("plan", ("plans", "compliance")),
    ("people", ("posts", "succession", "recognition")),
    ("supply", ("providers",)),
    ("frame", ("roles", "decisions")),
)
"""The sections of an organisation's pages, in groups."""
SECTIONS = tuple(section for _, sections in MENU for section in sections)
"""All of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation and the pages about it."""

    organisation: Organisation
    reference: Reference
    language: str
    top: str | None = None
    """The organisation above which the reader may not look; ``None``: everything."""

    @property
    def id(self) -> str:
        """The organisation's id."""
        return self.organisation.id

    @property
    def name(self) -> str:
        """The organisation's name."""
        return self.organisation.name

    @property
    def above(self) -> tuple[Place, ...]:
        """What is above, the highest first, as far as the reader may look."""
        line = self.reference.lineage(self.id)[1:]
        if self.top is not None:
            line = line[: line.index(self.top) + 1] if self.top in line else ()
        return tuple(self.of(one) for one in reversed(line))

    @property
    def below(self) -> tuple[Place, ...]:
        """What is directly below, by name."""
        found = [
            one
            for one in self.reference.organisations.values()
            if one.parent == self.id and one.id != self.id and self.id in self.reference.lineage(one.id)
        ]
        return tuple(self.of(one.id) for one in sorted(found, key=lambda one: one.name))

    @property
    def within(self) -> tuple[str, ...]:
        """The ids of the organisation and all below it."""
        return tuple(one for one in self.reference.organisations if self.id in self.reference.lineage(one))

    def of(self, organisation: str) -> Place:
        """Return another place, seen by the same reader."""
        return Place(self.reference.organisations[organisation], self.reference, self.language, self.top)

    def address(self, *parts: str, **asked: object) -> str:
        """Return the address of a page about the organisation, in the reader's language.

        ``overview`` is the page of the organisation itself; what is ``None`` or empty in ``asked`` is left out.
        """
        path = [part for part in parts if part != "overview"]
        query = {name: value for name, value in asked.items() if value not in (None, "")}
        where = "/".join(quote(part, safe="") for part in ("planning", self.id, *path))
        return f"/{where}?{urlencode({**query, 'lang': self.language}, doseq=True)}"
