"""What serving knows of texts: roles read as competencies, designations as positions, courses as cover.

Each is learned from the bundle that serves when somebody first asks for it, and kept until another bundle serves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar, cast

from api.http.serving_encoder import ServingEncoder
from features.home import Home
from features.reference import TableFolder
from features.text import Abbreviations, load_abbreviations
from recommender.engine import Engine
from recommender.matching.coverage import AskedCompetency, Coverage, OfferedCourse, analyse_coverage
from recommender.matching.designations import DesignationMatcher
from recommender.matching.role_mapping import RoleMapper

T = TypeVar("T")


class Matcher:
    """Holds what was learned for one bundle; safe to share between threads."""

    def __init__(self, home: Home, encoder: ServingEncoder) -> None:
        self._home = home
        self._encoder = encoder
        self._lock = threading.Lock()
        self._version = ""
        self._held: dict[str, Any] = {}

    @cached_property
    def abbreviations(self) -> Abbreviations:
        """The installation's list."""
        return load_abbreviations(self._home.abbreviations)

    def roles(self, engine: Engine) -> RoleMapper:
        """Return what reads the text of a role."""
        return self._of(engine, "roles", lambda: self._fit_roles(engine))

    def designations(self, engine: Engine) -> DesignationMatcher:
        """Return what reads a designation."""
        return self._of(
            engine,
            "designations",
            lambda: DesignationMatcher(engine.reference, self._encoder.forgetful, self.abbreviations),
        )

    def coverage(self, competencies: list[AskedCompetency], courses: list[OfferedCourse]) -> Coverage:
        """Return how well the courses cover the competencies."""
        return analyse_coverage(competencies, courses, self._encoder.forgetful, self.abbreviations)

    def _fit_roles(self, engine: Engine) -> RoleMapper:
        source = TableFolder(engine.bundle.folder / "reference")
        mapper = RoleMapper.fit(source, self._encoder.remembering, abbreviations=self.abbreviations)
        return replace(mapper, competencies=mapper.competencies.by(self._encoder.forgetful))

    def _of(self, engine: Engine, name: str, make: Callable[[], T]) -> T:
        with self._lock:  # whoever asks while it is made waits for it
            if self._version != engine.version:
                self._version, self._held = engine.version, {}
            if name not in self._held:
                self._held[name] = make()
            return cast("T", self._held[name])
