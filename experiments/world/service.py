"""The invented civil service: organisations in a tree, competencies, roles with activities, positions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from experiments.world.authored import rows

GROUPS = ("A", "B", "C")


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation."""

    id: str
    name: str
    parent: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class WorldCompetency:
    """A competency with the names of the Karmayogi Competency Model and this project's own description."""

    id: str
    """Reference id in the platform's form, e.g. ``COMSUBTHEME-000025``."""
    area: str
    theme: str
    name: str
    field: str
    """The subject that interests are about."""
    hindi: str
    keywords: tuple[str, ...]
    description: str
    area_id: str
    theme_id: str


@dataclass(frozen=True, slots=True)
class Need:
    """A competency and level that an activity of a role needs."""

    role: str
    activity: str
    text: str
    competency: int
    level: int
    weight: float
    critical: bool


@dataclass(frozen=True, slots=True)
class Post:
    """A position: a designation in an organisation."""

    id: str
    organisation: str
    designation: str
    group: str
    cadre: str
    headcount: float
    """Relative number of people who hold it."""
    wing: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Service:
    """Everything that stands before anybody learns."""

    bodies: tuple[Body, ...]
    competencies: tuple[WorldCompetency, ...]
    roles: dict[str, tuple[str, str]]
    """Role id to name and description."""
    needs: tuple[Need, ...]
    posts: tuple[Post, ...]

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Subjects, in order of first use."""
        return tuple(dict.fromkeys(c.field for c in self.competencies))

    @cached_property
    def field_of(self) -> NDArray[np.int64]:
        """Shape (n_competencies,): the subject's number of each competency."""
        number = {name: n for n, name in enumerate(self.fields)}
        return np.array([number[c.field] for c in self.competencies], dtype=np.int64)

    @cached_property
    def required(self) -> NDArray[np.float32]:
        """Shape (n_posts, n_competencies + 1): level needed, 0 where none; the last column is a placeholder."""
        return self._per_post()[0]

    @cached_property
    def weights(self) -> NDArray[np.float32]:
        """Shape (n_posts, n_competencies + 1): importance of each need."""
        return self._per_post()[1]

    @cached_property
    def fields_of_posts(self) -> NDArray[np.float32]:
        """Shape (n_posts, n_fields): how much each post is about each subject; a row's largest value is 1."""
        share = np.zeros((len(self.posts), len(self.fields)), dtype=np.float32)
        for competency, field in enumerate(self.field_of):
            share[:, field] += self.required[:, competency] * self.weights[:, competency]
        return np.asarray(share / share.max(axis=1, keepdims=True))

    def ministry_of(self, organisation: str) -> str:
        """Return the ministry above an organisation (or itself)."""
        parents = {body.id: body for body in self.bodies}
        body = parents[organisation]
        while body.kind not in ("ministry", "government") and body.parent is not None:
            body = parents[body.parent]
        return body.id

    def _per_post(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        required = np.zeros((len(self.posts), len(self.competencies) + 1), dtype=np.float32)
        weights = np.zeros_like(required)
        for number, post in enumerate(self.posts):
            for need in self.needs:
                if need.role in post.roles:
                    at = (number, need.competency)
                    required[at] = max(required[at], need.level)
                    weights[at] = max(weights[at], need.weight)
        return required, weights


def read_service() -> Service:
    """Read the civil service that people wrote down."""
    competencies = _competencies()
    number = {row["competency"]: n for n, row in enumerate(rows("competencies"))}
    needs = tuple(
        Need(
            r["role"], r["activity"], r["text"], number[r["competency"]], int(r["level"]), float(r["weight"]),
            r["critical"] == "yes",
        )
        for r in rows("needs")
    )  # fmt: skip
    posts = tuple(
        Post(
            r["position"], r["organisation"], r["designation"], r["group"], r["cadre"], float(r["headcount"]),
            r["wing"], tuple(r["roles"].split(";")),
        )
        for r in rows("positions")
    )  # fmt: skip
    bodies = tuple(Body(r["organisation"], r["name"], r["parent"] or None, r["kind"]) for r in rows("organisations"))
    roles = {r["role"]: (r["name"], r["description"]) for r in rows("roles")}
    return Service(bodies, competencies, roles, needs, posts)


_AREA_IDS = {"Behavioural": "COMAREA-000001", "Domain": "COMAREA-000002", "Functional": "COMAREA-000003"}


def _competencies() -> tuple[WorldCompetency, ...]:
    """Number themes and sub-themes in the platform's form; ids outside the behavioural area are this world's own."""
    themes: dict[tuple[str, str], str] = {}
    found = []
    for n, r in enumerate(rows("competencies"), start=1):
        own = 0 if r["area"] == "Behavioural" else 900_000
        theme = themes.setdefault((r["area"], r["theme"]), f"COMTHEME-{own + len(themes) + 1:06d}")
        found.append(
            WorldCompetency(
                f"COMSUBTHEME-{own + n:06d}", r["area"], r["theme"], r["name"], r["field"], r["hindi"],
                tuple(r["keywords"].split(";")), r["description"], _AREA_IDS[r["area"]], theme,
            )
        )  # fmt: skip
    return tuple(found)
