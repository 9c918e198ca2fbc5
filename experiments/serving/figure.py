"""A figure beside what it must reach."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, what it must reach, and what else is worth knowing of it."""

    name: str
    seen: float
    target: float | None
    """``None``: for the record only."""
    unit: str = ""
    at_most: bool = True
    detail: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; ``None`` where there is none."""
        if self.target is None:
            return None
        return self.seen <= self.target if self.at_most else self.seen >= self.target

    def document(self) -> dict[str, Any]:
        """Return the figure as JSON."""
        return {**asdict(self), "met": self.met}

    def line(self) -> str:
        """Return the figure for people."""
        wanted = ""
        if self.target is not None:
            wanted = f"{'at most' if self.at_most else 'at least'} {self.target:g}{'' if self.met else '  NOT MET'}"
        detail = f"  ({self.detail})" if self.detail else ""
        return f"{self.name:<58}{self.seen:>10.4g} {self.unit:<9}{wanted}{detail}"
