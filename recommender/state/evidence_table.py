"""The evidence table: what each kind of evidence says about a level, as data.

The defaults stand in ``evidence_default.toml`` with their source; ``karmapath tune evidence`` refits them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from features.errors import KarmapathError
from features.schema import EVIDENCE_KINDS, MAX_LEVEL


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """How strongly one kind of evidence speaks."""

    passed: float
    """Likelihood ratio of "shown", at the item's level against just below it; at least 1."""
    failed: float
    """Likelihood ratio of "not shown"; above 0, at most 1."""
    months: float
    """Half-life of its weight in months."""
    most: int
    """How many items of the kind count together where they do not come from a course."""


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """The parameters of the competency state; see ``evidence_default.toml`` for what each one means."""

    version: str
    source: str
    prior: tuple[float, ...]
    kinds: Mapping[str, EvidenceKind]
    spread: float
    attempt: float
    pass_mark: float
    skim: float
    full: float
    unknown_dwell: float
    use_slows: float

    @classmethod
    def load(cls, path: Path) -> EvidenceTable:
        """Read a table from TOML; ``KarmapathError`` where a value is missing or out of range."""
        if not path.exists():
            raise KarmapathError(f"no file at {path}", "an evidence table in TOML", "check the path")
        return cls.parse(path.read_text(encoding="utf-8"), str(path))

    @classmethod
    def parse(cls, text: str, name: str) -> EvidenceTable:
        """Read a table from TOML text; ``name`` says where it came from in errors."""
        try:
            return _table(tomllib.loads(text))
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise KarmapathError(
                f"{name} is not an evidence table: {error}", "the keys of the default table", "compare the two"
            ) from error

    def to_toml(self) -> str:
        """Return the table as TOML that ``load`` reads."""
        numbers = ("spread", "attempt", "pass_mark", "skim", "full", "unknown_dwell", "use_slows")
        lines = [f'version = "{self.version}"', f'source = "{self.source}"']
        lines += [f"prior = [{', '.join(f'{share:.6g}' for share in self.prior)}]"]
        lines += [f"{name} = {getattr(self, name):.6g}" for name in numbers]
        for name, kind in self.kinds.items():
            lines += ["", f"[kinds.{name}]", f"pass = {kind.passed:.6g}", f"fail = {kind.failed:.6g}"]
            lines += [f"months = {kind.months:.6g}", f"most = {kind.most}"]
        return "\n".join(lines) + "\n"


def _table(raw: Mapping[str, Any]) -> EvidenceTable:
    prior = tuple(float(share) for share in raw["prior"])
    if len(prior) != MAX_LEVEL + 1 or min(prior) <= 0:
        raise ValueError(f"prior needs {MAX_LEVEL + 1} shares above 0")
    missing = [kind for kind in EVIDENCE_KINDS if kind not in raw["kinds"]]
    if missing:
        raise ValueError(f"no kind {missing[0]!r}")
    return EvidenceTable(
        version=str(raw["version"]),
        source=str(raw["source"]),
        prior=tuple(share / sum(prior) for share in prior),
        kinds={name: _kind(name, values) for name, values in raw["kinds"].items()},
        spread=_share(raw, "spread"),
        attempt=_share(raw, "attempt"),
        pass_mark=_share(raw, "pass_mark"),
        skim=_share(raw, "skim"),
        full=_share(raw, "full"),
        unknown_dwell=_share(raw, "unknown_dwell"),
        use_slows=float(raw["use_slows"]),
    )


def _kind(name: str, raw: Mapping[str, Any]) -> EvidenceKind:
    kind = EvidenceKind(float(raw["pass"]), float(raw["fail"]), float(raw["months"]), int(raw["most"]))
    if kind.passed < 1 or not 0 < kind.failed <= 1 or kind.months <= 0 or kind.most < 1:
        raise ValueError(f"{name} needs pass >= 1, 0 < fail <= 1, months > 0 and most >= 1")
    return kind


def _share(raw: Mapping[str, Any], key: str) -> float:
    value = float(raw[key])
    if not 0 <= value <= 1:
        raise ValueError(f"{key} is {value}, not between 0 and 1")
    return value


DEFAULT_EVIDENCE = EvidenceTable.parse(
    resources.files(__package__).joinpath("evidence_default.toml").read_text(encoding="utf-8"), "evidence_default.toml"
)
"""The table that ships with the project."""
