"""Filters, facets and order of the platform's content search, over documents.

A filter names a field, also inside others (``competencies_v6.competencyThemeName``), and a value, values of which one
is enough, or bounds (``{">=": 4}``). Texts are compared without regard to case, as the platform does; an empty list of
values narrows nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from features.errors import KarmapathError

Document = Mapping[str, Any]
_D = TypeVar("_D", bound=Mapping[str, Any])
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "min": lambda a, b: a >= b,
    "max": lambda a, b: a <= b,
}
_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
    "value": str.__contains__,
}
_NOT = ("!=", "ne", "NE", "notEquals", "notIn")
_EVERY = ("and", "AND", "&")
_ALIASES = {"tags": "keywords"}
_ONE_KIND = frozenset({"content", "collection", "asset"})
"""Types of objects that the platform's search takes for one another: a course is stored as now one, now the other."""


def values_at(document: Document, path: str) -> list[Any]:
    """Return the values at a dotted path, lists taken apart.

    >>> values_at({"tags": [{"name": "a"}, {"name": "b"}]}, "tags.name")
    ['a', 'b']
    """
    found: list[Any] = [document]
    for key in path.split("."):
        found = [value for one in found if isinstance(one, Mapping) for value in _listed(one.get(key))]
    return found


def passes(document: Document, filters: Mapping[str, Any]) -> bool:
    """Whether the document passes every filter."""
    return all(_passes(values_at(document, field), wanted, field) for field, wanted in filters.items())


def has(document: Document, fields: Iterable[str]) -> bool:
    """Whether the document has every one of the fields."""
    return all(values_at(document, field) for field in fields)


def facet(documents: Iterable[Document], field: str) -> dict[str, Any]:
    """Return how many documents have each value of a field, most first."""
    counts: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for document in documents:
        own = {_scalar(value): str(value) for value in values_at(document, field) if not isinstance(value, Mapping)}
        counts.update(own.keys())
        spelt = own | spelt
    most_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {"name": field, "values": [{"name": spelt[folded], "count": count} for folded, count in most_first]}


def ordered(documents: Sequence[_D], sort_by: Mapping[str, str]) -> list[_D]:
    """Return the documents in order of the fields, the first first; those without a field stand last."""
    found = list(documents)
    for field, direction in reversed(list(sort_by.items())):
        has_it = [document for document in found if values_at(document, field)]
        lacks = [document for document in found if not values_at(document, field)]
        has_it.sort(key=lambda document: _sortable(values_at(document, field)[0]), reverse=direction == "desc")
        found = has_it + lacks
    return found


def understood(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters under the names, and of the types, that documents have.

    >>> understood({"tags": "wifi", "objectType": ["Collection"]})
    {'keywords': 'wifi', 'objectType': ['Collection', 'Content']}
    """
    found = {_ALIASES.get(field, field): wanted for field, wanted in filters.items()}
    kinds = _listed(found.get("objectType"))
    if any(_scalar(kind) in _ONE_KIND for kind in kinds if isinstance(kind, str)):
        found["objectType"] = [*kinds, *(() if "Content" in kinds else ("Content",))]
    return found


def boost(document: Document, filters: Mapping[str, Any], weights: Mapping[str, float]) -> float:
    """Return how much of what is wanted but not demanded a document has."""
    return sum(
        weight
        for field, weight in weights.items()
        if field in filters and _passes(values_at(document, field), filters[field], field)
    )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _passes(values: Sequence[Any], wanted: Any, field: str) -> bool:
    if isinstance(wanted, Mapping):
        return all(_bounded(values, operator, bound, field) for operator, bound in wanted.items())
    accepted = {_scalar(one) for one in _listed(wanted)}
    return not accepted or any(_scalar(value) in accepted for value in values)


def _bounded(values: Sequence[Any], operator: str, bound: Any, field: str) -> bool:
    if operator in _NOT:
        refused = {_scalar(one) for one in _listed(bound)}
        return not any(_scalar(value) in refused for value in values)
    if operator in _EVERY:
        held = {_scalar(value) for value in values}
        return all(_scalar(one) in held for one in _listed(bound))
    if operator in _TEXTS:
        wanted = [str(one).casefold() for one in _listed(bound)]
        return any(_TEXTS[operator](str(value).casefold(), one) for value in values for one in wanted)
    if operator not in _OPERATORS:
        known = ", ".join((*_OPERATORS, *_TEXTS, *_NOT, *_EVERY))
        raise KarmapathError(f"filter {field} with {operator[:40]!r}", f"one of {known}", "correct the filter")
    return any(_compared(operator, value, bound) for value in values)


def _compared(operator: str, value: Any, bound: Any) -> bool:
    """Compare as numbers where both are numbers, else as texts: times of one form compare as texts do."""
    try:
        return _OPERATORS[operator](float(value), float(bound))
    except (TypeError, ValueError):
        return _OPERATORS[operator](str(value), str(bound))


def _scalar(value: Any) -> Any:
    """Return what values are compared as: texts without case, numbers as they are written."""
    if isinstance(value, bool):
        return str(value).casefold()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip().casefold()


def _sortable(value: Any) -> tuple[int, float, str]:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    return (0, number, "") if math.isfinite(number) else (1, 0.0, str(value).strip().casefold())
