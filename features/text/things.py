"""What text stands for a course, a role, a competency."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.encoder import Encoder
from features.reference import TableSource
from features.text.abbreviations import Abbreviations, builtin_abbreviations
from features.text.cleaning import clean
from features.text.scripts import script_of

MAX_DESCRIPTION = 1_200
"""Characters of a description that are read: with title and tags about what the encoder can take in."""

_LABELS = 12
_OWN_TAGS = ("tag", "confirmed")
_COURSE = r"(?:course|programme|program|module)"
_BOILERPLATE = re.compile(
    r"\b(?:know your (?:ministry|department|organi[sz]ation)"
    rf"|th(?:is|e) {_COURSE} (?:is designed to|aims to|will help you(?: to)?|provides you with)"
    rf"|(?:by|at) the end of th(?:is|e) {_COURSE},?(?: (?:you|participants|learners) (?:will|should) be able to)?"
    rf"|in this (?:{_COURSE}|role|role level),? you will"
    r"|at this (?:role )?level,? you (?:will|can)"
    r"|happy learning|enrol now|click here|welcome to the course)\b[:!. ]*",
    re.IGNORECASE,
)


def tidy(text: str | None, abbreviations: Abbreviations | None = None) -> str:
    """Return the text cleaned, without the phrases every course has, with abbreviations spelt out.

    >>> tidy("<b>In this course you will</b> learn how RTI works")
    'learn how RTI (Right to Information) works'
    """
    if not text:
        return ""
    spelt = (abbreviations or builtin_abbreviations()).expand(clean(text))
    return " ".join(_BOILERPLATE.sub(" ", spelt).split())


def course_texts(
    source: TableSource, abbreviations: Abbreviations | None = None, *, with_tags: bool = True
) -> list[str]:
    """Return one text a course, in the order of the course ids sorted.

    Title, description, then keywords, topics and, ``with_tags``, the names of the competencies that the provider tagged
    or a planner confirmed; inferred competencies are left out, so that a guess never feeds itself.
    """
    tags = _competency_names(source) if with_tags else {}
    rows = source.read("courses").sort("course_id").iter_rows(named=True)
    return [_course_text(row, tags.get(row["course_id"], []), abbreviations) for row in rows]


def course_languages(source: TableSource) -> list[str]:
    """Return the language of each course's text, in the order of the course ids sorted.

    It is told by the script where that decides; a text in Latin letters is in the first language the course names.
    """
    rows = source.read("courses").sort("course_id").iter_rows(named=True)
    return [text_language(f"{row['name']} {row['description'] or ''}", row["languages"]) for row in rows]


def text_language(text: str, languages: Sequence[str] | None = None) -> str:
    """Return the first of the named languages, else the text's script.

    >>> text_language("Budget basics"), text_language("बजट", ["hi"])
    ('latin', 'hi')
    """
    return languages[0] if languages else script_of(text)


def course_vectors(
    source: TableSource, encoder: Encoder, abbreviations: Abbreviations | None = None
) -> NDArray[np.float32]:
    """Return a vector a course, shape (n_courses, d), in the order of the course ids sorted."""
    return encoder.encode(course_texts(source, abbreviations), kind="passage")


def role_text(
    name: str, description: str | None, activities: Iterable[str] = (), abbreviations: Abbreviations | None = None
) -> str:
    """Return the text of a role: its name, its description and what is done in it."""
    return joined(tidy(part, abbreviations) for part in (name, description, *activities))


def role_texts(source: TableSource, abbreviations: Abbreviations | None = None) -> dict[str, str]:
    """Return the text of each role by id, in the order of the ids."""
    done: dict[str, list[str]] = defaultdict(list)
    for row in source.read("activities").sort("activity_id").iter_rows(named=True):
        done[row["role_id"]].append(row["name"])
    return {
        row["role_id"]: role_text(row["name"], row["description"], done[row["role_id"]], abbreviations)
        for row in source.read("roles").sort("role_id").iter_rows(named=True)
    }


def competency_text(
    name: str, description: str | None, theme: str | None = None, abbreviations: Abbreviations | None = None
) -> str:
    """Return the text of a competency: its name, the theme where that says more, and what it means."""
    above = theme if theme and theme.casefold() not in name.casefold() else None
    return joined(tidy(part, abbreviations) for part in (name, above, description))


def competency_texts(source: TableSource, abbreviations: Abbreviations | None = None) -> dict[str, str]:
    """Return the text of each competency by id, in the order of the ids."""
    return {
        row["competency_id"]: competency_text(row["name"], row["description"], row["theme"], abbreviations)
        for row in source.read("competencies").sort("competency_id").iter_rows(named=True)
    }


def joined(parts: Iterable[str]) -> str:
    """Join the parts that say something into one text, each once."""
    kept = dict.fromkeys(part.strip(" .") for part in parts)
    return ". ".join(part for part in kept if part)


def _course_text(row: Mapping[str, Any], tags: list[str], abbreviations: Abbreviations | None) -> str:
    labels = dict.fromkeys([*(row["keywords"] or ()), *(row["topics"] or ()), *tags])
    return joined(
        (
            tidy(row["name"], abbreviations) or clean(row["name"] or ""),
            tidy(row["description"], abbreviations)[:MAX_DESCRIPTION],
            ", ".join(tidy(label, abbreviations) for label in list(labels)[:_LABELS]),
        )
    )


def _competency_names(source: TableSource) -> dict[str, list[str]]:
    """Return the names of the competencies that each course's provider or planner says it teaches."""
    taught = (
        source.read("teaches")
        .filter(pl.col("source").is_null() | pl.col("source").is_in(_OWN_TAGS))
        .join(source.read("competencies").select("competency_id", "name"), on="competency_id")
        .sort("course_id", "competency_id")
    )
    names: dict[str, list[str]] = defaultdict(list)
    for row in taught.iter_rows(named=True):
        names[row["course_id"]].append(row["name"])
    return names
