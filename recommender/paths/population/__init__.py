"""Guided paths of a whole population: what is alike is found in columns and decided once."""

from __future__ import annotations

from recommender.paths.population.kinds import Kind, Kinds
from recommender.paths.population.people import People, Reader
from recommender.paths.population.planner import SOURCES, Planned, Planner
from recommender.paths.population.table import COLUMNS, table_of

__all__ = ["COLUMNS", "SOURCES", "Kind", "Kinds", "People", "Planned", "Planner", "Reader", "table_of"]
