"""What a described role needs: competencies with levels, learned from the roles that are already described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.encoder import Encoder
from features.reference import TableSource
from features.text import Abbreviations, clean, competency_texts, role_text, role_texts
from recommender.matching.encoded import EncodedTexts
from recommender.matching.level_model import LevelModel
from recommender.matching.link_model import LinkModel
from recommender.matching.logistic import Logistic
from recommender.matching.signals import signals

ASK = 0.5
"""Below this confidence a person should be asked."""

_FEWEST_ROLES = 10
_UNLEARNED = Logistic(np.array([3.8, 4.8, 1.6, 0.0, 0.6, 0.0]), -3.6)
"""Weights of ``SIGNALS`` where no role was described yet, fitted on a public framework of 201 role grades."""
_USUAL_LEVEL = 3


@dataclass(frozen=True, slots=True)
class SuggestedRequirement:
    """A competency that the role is likely to need; it becomes a requirement when a planner says so."""

    competency: str
    level: int
    """1 to 5."""
    confidence: float
    """Probability that roles like this need it, 0 to 1; below ``ASK`` ask a person."""


@dataclass(frozen=True)
class RoleMapper:
    """Reads the text of a role and says what it needs; safe to share between threads."""

    competency_ids: tuple[str, ...]
    competencies: EncodedTexts
    links: LinkModel | None
    """``None`` where too few roles are described to learn from."""
    levels: LevelModel | None
    abbreviations: Abbreviations | None = None

    @classmethod
    def fit(
        cls,
        source: TableSource,
        encoder: Encoder,
        framework: str | None = None,
        abbreviations: Abbreviations | None = None,
    ) -> RoleMapper:
        """Learn from the described roles of a snapshot or bundle; with ``framework``, of that one only.

        Grades of one role share the words before the colon of their names and are left out together.
        """
        rows = source.read("competencies").sort("competency_id")
        held = [row for row in rows.iter_rows(named=True) if framework in (None, row["framework_id"])]
        ids, texts = tuple(row["competency_id"] for row in held), competency_texts(source, abbreviations)
        competencies = EncodedTexts.of([texts[one] for one in ids], encoder, [clean(row["name"]) for row in held])
        matrix, described = _links(source, ids)
        names = dict(source.read("roles").select("role_id", "name").iter_rows())
        spoken = role_texts(source, abbreviations)
        roles = EncodedTexts.of([spoken[one] for one in described], encoder, [names[one] for one in described])
        if len(described) < _FEWEST_ROLES:
            return cls(ids, competencies, None, None, abbreviations)
        links = LinkModel.fit(
            roles, competencies, (matrix > 0).astype(float), [name.partition(":")[0] for name in roles.names]
        )
        pairs = np.argwhere(matrix > 0)
        levels = LevelModel.fit(roles, competencies, pairs, matrix[tuple(pairs.T)].astype(np.int64))
        return cls(ids, competencies, links, levels, abbreviations)

    def map(
        self, name: str, description: str | None = None, activities: Sequence[str] = (), top: int = 20
    ) -> tuple[SuggestedRequirement, ...]:
        """Return what the role is likely to need, surest first."""
        text = role_text(name, description, activities, self.abbreviations)
        if not text or not self.competency_ids:
            return ()
        role = EncodedTexts.of([text], self.competencies.encoder, [clean(name) or text])
        sure = self.links.score(role)[0] if self.links else _UNLEARNED(signals(role, self.competencies))[0]
        order = np.argsort(-sure, kind="stable")[:top]
        pairs = np.column_stack([np.zeros(len(order), dtype=np.int64), order])
        level = self.levels.predict(role, pairs) if self.levels else np.full(len(order), _USUAL_LEVEL)
        return tuple(
            SuggestedRequirement(self.competency_ids[column], int(step), round(float(sure[column]), 3))
            for column, step in zip(order, level, strict=True)
        )


def _links(source: TableSource, competencies: Sequence[str]) -> tuple[NDArray[np.float64], list[str]]:
    """Return the highest level of each competency in each described role, and the ids of those roles."""
    column = {one: number for number, one in enumerate(competencies)}
    needs = source.read("requirements")
    known = [row for row in needs.iter_rows(named=True) if row["competency_id"] in column]
    described = sorted({row["role_id"] for row in known})
    number = {role: row for row, role in enumerate(described)}
    matrix = np.zeros((len(described), len(competencies)))
    for row in known:
        place = number[row["role_id"]], column[row["competency_id"]]
        matrix[place] = max(matrix[place], row["level"])
    return matrix, described
