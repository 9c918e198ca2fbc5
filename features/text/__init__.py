"""The text of things: what stands for a course, a role, a competency, cleaned and spelt out."""

from __future__ import annotations

from features.text.abbreviations import Abbreviations, builtin_abbreviations, load_abbreviations
from features.text.centring import centre_by_language
from features.text.cleaning import clean
from features.text.scripts import script_of
from features.text.things import (
    competency_text,
    competency_texts,
    course_languages,
    course_texts,
    course_vectors,
    role_text,
    role_texts,
    text_language,
    tidy,
)

__all__ = [
    "Abbreviations",
    "builtin_abbreviations",
    "centre_by_language",
    "clean",
    "competency_text",
    "competency_texts",
    "course_languages",
    "course_texts",
    "course_vectors",
    "load_abbreviations",
    "role_text",
    "role_texts",
    "script_of",
    "text_language",
    "tidy",
]
