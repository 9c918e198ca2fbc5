"""A course as the platform's cards render it; no field that they read is null."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from features.reference import Course

LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English", "hi": "Hindi", "as": "Assamese", "bn": "Bengali", "gu": "Gujarati", "kn": "Kannada",
    "ml": "Malayalam", "mr": "Marathi", "ne": "Nepali", "or": "Odia", "pa": "Punjabi", "ta": "Tamil", "te": "Telugu",
    "ur": "Urdu", "sa": "Sanskrit", "mai": "Maithili", "unr": "Munda", "sat": "Santali", "juy": "Juang", "hoc": "Ho",
}  # fmt: skip
"""The platform's names of languages by ISO 639 code; any other is "Other"."""

_NOBODY = "Karmayogi Bharat"
"""What cards show where a course has no provider."""


def content(course: Course, due_on: datetime | None = None) -> dict[str, Any]:
    """Return the content object of a course; ``due_on`` is when a plan wants it done."""
    provider = course.provider or _NOBODY
    document: dict[str, Any] = {
        "identifier": course.id,
        "name": course.name.strip(),
        "description": course.description or "",
        "primaryCategory": course.category,
        "courseCategory": course.category,
        "contentType": "Course",
        "mimeType": "application/vnd.ekstep.content-collection",
        "status": "Live",
        "duration": str(round(course.hours * 3600)),
        "avgRating": course.rating or 0,
        "language": [LANGUAGE_NAMES.get(code, "Other") for code in course.languages],
        "organisation": [provider],
        "sourceName": provider,
        "posterImage": "",
        "appIcon": "",
        "creatorLogo": "",
        "additionalTags": [],
    }
    return document if due_on is None else {**document, "cbPlanEndDate": f"{due_on:%Y-%m-%d}"}
