"""Every course of the catalogue as the platform's search shows it: what a card renders, its tags, its labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.http.answers import stamp
from api.http.igot.content import LANGUAGE_NAMES, content
from features.reference import Competency, Course, Reference, TableFolder, TableSource, Teaches
from recommender.engine import Engine
from recommender.matching.versions import versions

_SURE = 0.5
"""Tags of less confidence are not shown as tags."""
_AREAS = {"behavioural": ("Behavioural", "COMAREA-000001"), "functional": ("Functional", "COMAREA-000003")}
_DOMAIN = ("Domain", "COMAREA-000002")
_LABELS = {"keywords": "keywords", "topics": "topics", "difficulty": "difficultyLevel", "ratings": "totalNoOfRating"}
"""Columns of the table ``courses`` and what search calls them."""

Document = dict[str, Any]


class Contents:
    """The documents of the bundle that serves; another bundle gets others."""

    def __init__(self) -> None:
        self._held: tuple[str, Mapping[str, Document]] = "", {}

    def of(self, engine: Engine) -> Mapping[str, Document]:
        """Return the documents by course id; they are shared, and not to be changed."""
        version, documents = self._held
        if version != engine.version:
            documents = documents_of(engine.reference, TableFolder(engine.bundle.folder / "reference"))
            self._held = engine.version, documents
        return documents


def documents_of(reference: Reference, source: TableSource) -> dict[str, Document]:
    """Return the document of every course; no field of it is null."""
    rows = {row["course_id"]: row for row in source.read("courses").iter_rows(named=True)}
    translated = versions(reference)
    return {
        course.id: {
            **content(course),
            **_without_nulls(_more(course, rows.get(course.id, {}), reference, translated.get(course.id, {}))),
        }
        for course in reference.courses.values()
    }


def _more(course: Course, row: Mapping[str, Any], reference: Reference, languages: Mapping[str, str]) -> Document:
    known = [(taught, reference.competencies[taught.competency]) for taught in _sure(course, reference)]
    published = stamp(course.published_on)
    return {
        "objectType": "Content",
        **{name: row.get(column) for column, name in _LABELS.items()},
        "source": course.provider,
        "channel": course.organisation,
        "createdFor": [course.organisation] if course.organisation else None,
        "createdOn": published,
        "lastPublishedOn": published,
        "lastUpdatedOn": published,
        "competencies_v3": [_v3(taught, competency) for taught, competency in known],
        "competencies_v5": [_v5(competency) for _, competency in known],
        "competencies_v6": [_v6(competency) for _, competency in known],
        "languageMapV1": _language_map(languages) if len(languages) > 1 else None,
        "secureSettings": _secure(course) if course.restricted else None,
    }


def _sure(course: Course, reference: Reference) -> list[Teaches]:
    return [one for one in course.teaches if one.confidence >= _SURE and one.competency in reference.competencies]


def _v3(taught: Teaches, competency: Competency) -> Document:
    return {
        "id": competency.id,
        "name": competency.name,
        "competencyType": _area(competency)[0],
        "selectedLevelLevel": f"Level {taught.to_level}",
    }


def _v5(competency: Competency) -> Document:
    return {
        "competencyArea": _area(competency)[0],
        "competencyTheme": competency.theme or competency.name,
        "competencySubTheme": competency.name,
        "competencySubThemeDescription": competency.description or "",
    }


def _v6(competency: Competency) -> Document:
    area, area_id = _area(competency)
    return {
        "competencyAreaName": area,
        "competencyAreaRefId": area_id,
        "competencyThemeName": competency.theme or competency.name,
        "competencyThemeType": "theme",
        "competencySubThemeName": competency.name,
        "competencySubThemeRefId": competency.id,
        "competencySubThemeDescription": competency.description or "",
    }


def _area(competency: Competency) -> tuple[str, str]:
    return _AREAS.get(competency.area or "", _DOMAIN)


def _language_map(languages: Mapping[str, str]) -> Document:
    return {LANGUAGE_NAMES.get(code, code).lower(): {"id": course} for code, course in sorted(languages.items())}


def _secure(course: Course) -> Document:
    return {"isVerifiedKarmayogi": "Yes", "organisation": list(course.entitled)}


def _without_nulls(document: Document) -> Document:
    return {name: value for name, value in document.items() if value is not None and value != []}
