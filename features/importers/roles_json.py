"""Role mappings as the platform's planning service writes them, flattened into rows.

A role mapping is a designation in an organisation with its responsibilities, activities and competencies; the
designation becomes a position that holds one role. Understood are a list of mappings, an object with such a list
under ``data``, ``items``, ``results`` or ``role_mappings``, and one mapping alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import KarmapathError
from features.importers.json_sources import as_text, kind_of, read_json
from features.importers.sources import LINE

_LISTS = ("data", "items", "results", "role_mappings", "result")
_UNFINISHED = ("PENDING", "IN_PROGRESS", "FAILED")

Record = Mapping[str, Any]


def is_roles(document: Any) -> bool:
    """Whether a JSON document holds role mappings."""
    found = _mappings(document)
    return sum("designation_name" in mapping for mapping in found) * 2 > len(found)


def read_roles(path: Path) -> dict[str, pl.DataFrame]:
    """Return the rows ``roles``, ``activities`` and ``needs``; ``LINE`` is the mapping's number.

    Mappings whose making has not ended well are left out.

    Raises
    ------
    KarmapathError
        If the file is not JSON, or holds no role mappings.
    """
    document = read_json(path)
    if not is_roles(document):
        raise KarmapathError(
            f"{path} holds {kind_of(document)} without role mappings",
            "objects with designation_name, activities and competencies",
            "check which file this is; nothing was imported",
        )
    numbered = [(n, m) for n, m in enumerate(_mappings(document), 1) if m.get("status") not in _UNFINISHED]
    roles = [(n, *_role(m)) for n, m in numbered]
    activities = [(n, _role(m)[0], text) for n, m in numbered for text in _texts(m.get("activities"))]
    needs = [(n, _role(m)[0], *_need(c)) for n, m in numbered for c in m.get("competencies") or ()]
    return {
        "roles": _frame(roles, ("role", "designation", "organisation", "wing", "description")),
        "activities": _frame(activities, ("role", "activity")),
        "needs": _frame(needs, ("role", "competency", "level", "source")),
    }


def _mappings(document: Any) -> list[Record]:
    if isinstance(document, dict):
        listed = next((document[name] for name in _LISTS if isinstance(document.get(name), list)), None)
        document = listed if listed is not None else [document]
    if not isinstance(document, list):
        return []
    return [mapping for mapping in document if isinstance(mapping, dict)]


def _role(mapping: Record) -> tuple[str | None, ...]:
    """Return role key, designation, organisation, wing and description of a mapping."""
    designation = as_text(mapping.get("igot_designation_name")) or as_text(mapping.get("designation_name"))
    organisation = as_text(mapping.get("department_id")) or as_text(mapping.get("state_center_id"))
    wing = as_text(mapping.get("wing_division_section"))
    key = " ".join(part for part in (organisation, designation, wing) if part)
    return key, designation, organisation, wing, ". ".join(_texts(mapping.get("role_responsibilities"))) or None


def _need(competency: Any) -> tuple[str | None, str | None, str]:
    """Return name or id, level, and who says the level: where the mapping says none, it is only suggested."""
    if not isinstance(competency, dict):
        return as_text(competency), None, "suggested"
    name, theme = as_text(competency.get("sub_theme")), as_text(competency.get("theme"))
    level = as_text(competency.get("proficiency_level"))
    in_theme = f"{theme} / {name}" if name and theme else name or theme
    word = as_text(competency.get("competency_id")) or in_theme
    return word, level, "import" if level else "suggested"


def _texts(value: Any) -> list[str]:
    """Return the texts of a list, or the lines of a text, without bullets."""
    parts: Sequence[Any] = value if isinstance(value, list) else str(value or "").splitlines()
    clean = (re.sub(r"^[\s\-*•\d.)]+", "", str(part)).strip() for part in parts)
    return [part for part in clean if part]


def _frame(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={LINE: pl.Int64} | dict.fromkeys(names, pl.String), orient="row")
