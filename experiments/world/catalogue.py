"""The catalogue: authored courses, their translations, further editions, prerequisites, prices and dates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from experiments.world.authored import rows
from experiments.world.descriptions import describe
from experiments.world.service import Service
from experiments.world.well_known import PERMANENT
from features.errors import KarmapathError

MIN_COURSES = 150
TAUGHT = 3
"""Most competencies that one course teaches."""
AUTHORED_SHARE = 0.5634
"""Share of the catalogue that is authored in English; the rest are translations."""
EDITIONS = (
    "A Refresher", "Case Studies", "For Field Offices", "Workshop Edition", "In One Hour", "For State Officials",
    "Questions and Answers", "For Trainers",
)  # fmt: skip
ASSESSED = ("Comprehensive Assessment Program", "Standalone Assessment")


@dataclass(frozen=True, slots=True)
class WorldCourse:
    """A course of the catalogue; ``family`` is shared by a course and its translations."""

    id: str
    family: int
    language: str
    title: str
    description: str
    keywords: tuple[str, ...]
    category: str
    competencies: tuple[int, ...]
    """Numbers of the competencies it teaches, the main one first."""
    from_level: int
    to_level: int
    hours: float
    fee: float
    provider: str
    published: int
    """Day, counted from the window's first."""
    retired: int | None
    restricted: bool
    """Only for verified learners of group A."""

    @property
    def external(self) -> bool:
        """Whether it is taken with a partner, for a fee."""
        return self.fee > 0


@dataclass(frozen=True)
class Catalogue:
    """All courses, and the families (a course with its translations) that choices are made among."""

    courses: tuple[WorldCourse, ...]
    bases: tuple[int, ...]
    """Course number of each family's base."""
    requires: tuple[tuple[int, ...], ...]
    """For each family, the families of which one must come before; empty where none must."""

    @cached_property
    def base(self) -> tuple[WorldCourse, ...]:
        """The base course of each family."""
        return tuple(self.courses[number] for number in self.bases)

    @cached_property
    def in_language(self) -> dict[tuple[int, str], int]:
        """Course number by family and language."""
        return {(course.family, course.language): n for n, course in enumerate(self.courses)}

    def family_of(self, title: str) -> int | None:
        """Return the family whose base has that title."""
        return next((course.family for course in self.base if course.title == title), None)


def make_catalogue(service: Service, courses: int, days: int, seed: int) -> Catalogue:
    """Make a catalogue of exactly ``courses`` courses; the same arguments make the same one.

    Raises
    ------
    KarmapathError
        If ``courses`` is below ``MIN_COURSES``.
    """
    if courses < MIN_COURSES:
        raise KarmapathError(f"{courses} courses", f"at least {MIN_COURSES}", "ask for more courses")
    rng = np.random.default_rng([seed, 1])
    authored = _authored(service)
    wanted = min(round(courses * AUTHORED_SHARE), courses)
    bases = [_dated(course, n, days, rng) for n, course in enumerate(_with_editions(authored, wanted))]
    translations = _translations(service, bases)[: courses - len(bases)]
    if len(bases) + len(translations) < courses:
        extra = _with_editions(authored, courses - len(translations))[len(bases) :]
        bases += [_dated(course, len(bases) + n, days, rng) for n, course in enumerate(extra)]
    made = [*bases, *translations]
    named = tuple(replace(course, id=_identifier(course, n)) for n, course in enumerate(made))
    return Catalogue(named, tuple(range(len(bases))), _requires(bases))


def _authored(service: Service) -> list[WorldCourse]:
    """Read the authored courses: those that play a part by name, then whole ladders, the most needed first."""
    number = {row["competency"]: n for n, row in enumerate(rows("competencies"))}
    provider = {row["field"]: row["provider"] for row in rows("providers")}
    people = np.array([post.headcount for post in service.posts])
    needed = (people[:, None] * service.weights).sum(axis=0)
    ranked = []
    for order, r in enumerate(rows("courses")):
        taught = tuple(number[name] for name in r["competencies"].split(";"))
        main = service.competencies[taught[0]]
        course = WorldCourse(
            id="", family=0, language="en", title=r["title"], description="",
            keywords=_keywords(service, taught), category=r["category"], competencies=taught,
            from_level=int(r["from_level"]), to_level=int(r["to_level"]), hours=float(r["hours"]),
            fee=float(r["fee"]), provider=provider[main.field], published=0, retired=None, restricted=False,
        )  # fmt: skip
        described = replace(course, description=describe(course, service, "en"))
        by_name = course.title in PERMANENT or course.title.startswith("Prarambh")
        ranked.append((not by_name, -float(needed[taught[0]]), order, described))
    return [course for *_, course in sorted(ranked, key=lambda entry: entry[:3])]


def _keywords(service: Service, taught: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for number in taught for word in service.competencies[number].keywords))


def _with_editions(authored: list[WorldCourse], count: int) -> list[WorldCourse]:
    """Return the first ``count`` authored courses; beyond them, further editions of the plain courses."""
    found = authored[:count]
    plain = [course for course in authored if course.category == "Course" and not course.fee]
    round_number = 0
    while len(found) < count:
        edition = EDITIONS[round_number % len(EDITIONS)]
        again = "" if round_number < len(EDITIONS) else f", Series {round_number // len(EDITIONS) + 1}"
        found += [replace(course, title=f"{course.title}: {edition}{again}") for course in plain[: count - len(found)]]
        round_number += 1
    return found


def _dated(course: WorldCourse, family: int, days: int, rng: np.random.Generator) -> WorldCourse:
    """Give a base course its family, its days of publication and retirement, and who may take it."""
    draws = rng.random(4)
    published = -400 + int(draws[0] * 380) if draws[1] < 0.62 else int(draws[0] * days * 0.92)
    special = course.category != "Course" or course.from_level == 0
    published = min(published, -30) if special else published
    plain = course.category == "Course" and course.from_level <= 2 and not course.title.startswith("Prarambh")
    retires = draws[2] < 0.12 and plain and course.title not in PERMANENT
    retired = min(max(published, 0) + 240 + int(draws[3] * 500), days - 5) if retires else None
    senior = course.from_level >= 3 and not course.fee and draws[2] > 0.55
    return replace(course, family=family, published=published, retired=retired, restricted=senior)


def _translations(service: Service, bases: list[WorldCourse]) -> list[WorldCourse]:
    """Return translations: the hand-written ones first, then Hindi ones named after the subject and the level."""
    by_title = {course.title: course for course in bases}
    written = [
        _translated(by_title[r["title"]], service, r["language"], r["translation"])
        for r in rows("translations")
        if r["title"] in by_title
    ]
    hindi = {course.family for course in written if course.language == "hi"}
    taken: set[tuple[int, int]] = set()
    for course in sorted(bases, key=lambda c: (c.from_level, c.to_level, c.family)):
        key = (course.competencies[0], course.to_level)
        if course.family in hindi or key in taken or course.category != "Course" or course.fee:
            continue
        taken.add(key)
        title = f"{service.competencies[course.competencies[0]].hindi}: {_HINDI_STEP[course.to_level]}"
        written.append(_translated(course, service, "hi", title))
    return written


_HINDI_STEP = {
    1: "परिचय", 2: "बुनियादी पाठ्यक्रम", 3: "व्यावहारिक पाठ्यक्रम", 4: "उन्नत पाठ्यक्रम", 5: "वरिष्ठ अधिकारियों के लिए",
}  # fmt: skip


def _translated(base: WorldCourse, service: Service, language: str, title: str) -> WorldCourse:
    hindi = tuple(service.competencies[number].hindi for number in base.competencies) if language == "hi" else ()
    course = replace(base, language=language, title=title, keywords=hindi + base.keywords)
    return replace(course, description=describe(course, service, language))


def _identifier(course: WorldCourse, number: int) -> str:
    if course.external:
        return f"ext_{9_100_000_000 + number}"
    return f"do_11400{number:012d}{'_rc' if course.restricted else ''}"


def _requires(bases: list[WorldCourse]) -> tuple[tuple[int, ...], ...]:
    """Return what must come before each base: a course that leads to its level in its main competency.

    Levels strictly rise along a prerequisite, so there can be no circle. Assessments require nothing.
    """
    found = []
    for course in bases:
        main = course.competencies[0]
        before = [
            other.family
            for other in bases
            if other.competencies[0] == main
            and other.from_level < course.from_level <= other.to_level < course.to_level
            and other.category not in ASSESSED
            and not other.fee
            and other.retired is None
        ]
        found.append(tuple(before[:4]) if course.from_level > 0 and course.category not in ASSESSED else ())
    return tuple(found)


def level_matrix(catalogue: Catalogue, placeholder: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return for each family the competencies it teaches, padded with ``placeholder``, and (from, to) levels.

    Shapes (n_families, ``TAUGHT``) and (n_families, 2).
    """
    taught = np.full((len(catalogue.base), TAUGHT), placeholder, dtype=np.int64)
    levels = np.zeros((len(catalogue.base), 2), dtype=np.float32)
    for n, course in enumerate(catalogue.base):
        taught[n, : len(course.competencies)] = course.competencies[:TAUGHT]
        levels[n] = course.from_level, course.to_level
    return taught, levels
