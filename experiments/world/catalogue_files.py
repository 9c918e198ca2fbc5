"""The catalogue as the platform shows it: the ``content`` table and the content-search document.

Quirks of the real platform that importers must bear are here on purpose: padded names, durations as text, tags as a
list, as a JSON string or absent, and ratings that are null.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from experiments.world.calendar import Calendar
from experiments.world.catalogue import Catalogue, WorldCourse
from experiments.world.descriptions import language_names
from experiments.world.service import Service

STEPS = {1: "Beginner", 2: "Beginner", 3: "Intermediate", 4: "Advanced", 5: "Advanced"}
"""Difficulty by the level that a course leads to."""


class CourseFigures:
    """What enrolments add up to for each course: completions and ratings."""

    def __init__(self, courses: int) -> None:
        self.completions: NDArray[np.int64] = np.zeros(courses, dtype=np.int64)
        self.stars: NDArray[np.float64] = np.zeros(courses)
        self.ratings: NDArray[np.int64] = np.zeros(courses, dtype=np.int64)

    def add(self, course: NDArray[Any], completed: NDArray[Any], rating: NDArray[Any]) -> None:
        """Count in the enrolments of one chunk."""
        size = len(self.completions)
        rated = ~np.isnan(rating)
        self.completions += np.bincount(course[completed], minlength=size)
        self.ratings += np.bincount(course[rated], minlength=size)
        self.stars += np.bincount(course[rated], weights=rating[rated].astype(np.float64), minlength=size)

    def rating(self, course: int) -> float | None:
        """Return the mean rating to one decimal, ``None`` without ratings."""
        count = int(self.ratings[course])
        return round(float(self.stars[course]) / count, 1) if count else None


def content(catalogue: Catalogue, figures: CourseFigures, calendar: Calendar, stamp: str) -> pl.DataFrame:
    """Return the table ``content``."""
    names = language_names()
    return pl.DataFrame(
        [
            {
                "content_id": course.id,
                "content_provider_id": _provider_id(course),
                "content_provider_name": course.provider,
                "content_name": _padded(course.title, number),
                "content_type": course.category,
                "batch_id": batch_id(number),
                "batch_name": "Open batch",
                "content_duration": _clock(course.hours),
                "content_rating": figures.rating(number),
                "last_published_on": f"{calendar.moment(course.published):%Y-%m-%d} 09:00:00",
                "content_retired_on": None
                if course.retired is None
                else f"{calendar.moment(course.retired):%Y-%m-%d} 00:00:00",
                "content_status": "Live" if course.retired is None else "Retired",
                "resource_count": resources(course),
                "total_certificates_issued": int(figures.completions[number]),
                "language": names[course.language],
                "content_sub_type": course.category,
                "scorm_flag": "No",
                "data_last_generated_on": stamp,
            }
            for number, course in enumerate(catalogue.courses)
        ],
        infer_schema_length=None,
    )


def content_search(
    service: Service, catalogue: Catalogue, figures: CourseFigures, calendar: Calendar, stamp: str
) -> str:
    """Return the answer of the content search for the whole catalogue, as JSON text."""
    objects = [
        _content_object(service, catalogue, figures, calendar, number) for number in range(len(catalogue.courses))
    ]
    answer = {
        "id": "api.search-service.search",
        "ver": "3.0",
        "ts": stamp.replace(" ", "T") + "+05:30",
        "params": {"status": "successful", "err": None, "errmsg": None},
        "responseCode": "OK",
        "result": {"count": len(objects), "content": objects, "facets": []},
    }
    return json.dumps(answer, ensure_ascii=False, indent=1)


def batch_id(number: int) -> str:
    """Return the id of a course's only, open batch."""
    return f"01140{number:012d}"


def resources(course: WorldCourse) -> int:
    """Return the number of resources (lessons) of a course: about one for each quarter of an hour."""
    return max(1, round(course.hours * 4))


def _content_object(
    service: Service, catalogue: Catalogue, figures: CourseFigures, calendar: Calendar, number: int
) -> dict[str, Any]:
    course = catalogue.courses[number]
    translations = _language_map(catalogue, number)
    found: dict[str, Any] = {
        "identifier": course.id,
        "name": _padded(course.title, number),
        "description": course.description,
        "keywords": list(course.keywords),
        "primaryCategory": course.category,
        "courseCategory": "Multilingual Course" if translations else course.category,
        "contentType": "Course",
        "status": "Live" if course.retired is None else "Retired",
        "duration": str(round(course.hours * 3600)),
        "leafNodesCount": resources(course),
        "avgRating": figures.rating(number),
        "totalNoOfRating": int(figures.ratings[number]),
        "language": [language_names()[course.language]],
        "difficultyLevel": STEPS[course.to_level],
        "organisation": [course.provider],
        "source": course.provider,
        "channel": _provider_id(course),
        "lastPublishedOn": f"{calendar.moment(course.published):%Y-%m-%d}T09:00:00.000+0000",
    }
    if translations:
        found["languageMapV1"] = translations
    if course.restricted:
        found["secureSettings"] = {"isVerifiedKarmayogi": "Yes"}
    if number % 50 != 49:
        tags = [_tag(service, k) for k in course.competencies]
        found["competencies_v6"] = json.dumps(tags) if number % 7 == 6 else tags
    return found


def _language_map(catalogue: Catalogue, number: int) -> dict[str, dict[str, str]]:
    """Return the translations of a base course, by language name in lower case, as the platform writes them."""
    family = catalogue.courses[number].family
    if catalogue.bases[family] != number:
        return {}
    names = language_names()
    return {
        name.lower(): {"id": catalogue.courses[found].id, "name": catalogue.courses[found].title}
        for language, name in names.items()
        if (found := catalogue.in_language.get((family, language), number)) != number
    }


def _tag(service: Service, number: int) -> dict[str, str]:
    competency = service.competencies[number]
    return {
        "competencyAreaRefId": competency.area_id,
        "competencyAreaName": competency.area,
        "competencyThemeRefId": competency.theme_id,
        "competencyThemeName": competency.theme,
        "competencyThemeType": "theme",
        "competencySubThemeRefId": competency.id,
        "competencySubThemeName": competency.name,
        "competencySubThemeDescription": competency.description,
    }


def _provider_id(course: WorldCourse) -> str:
    return "provider-" + "-".join(course.provider.lower().split())


def _padded(title: str, number: int) -> str:
    return f"  {title} " if number % 40 == 39 else title


def _clock(hours: float) -> str:
    seconds = round(hours * 3600)
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
