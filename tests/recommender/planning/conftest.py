"""The two offices, once."""

from __future__ import annotations

import pytest

from features.reference import Reference
from features.warehouse import Snapshot
from recommender.planning.workforce import Workforce, workforce
from tests.recommender.planning.offices import AT, offices


@pytest.fixture(scope="session")
def department(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, Reference]:
    """Snapshot and reference of the department."""
    return offices(tmp_path_factory.mktemp("department"))


@pytest.fixture(scope="session")
def people(department: tuple[Snapshot, Reference]) -> Workforce:
    """Everybody in it."""
    return workforce(department[0], department[1], AT)
