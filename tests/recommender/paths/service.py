"""A small service: a clerk who needs noting and accounts, courses in two languages, another department's subject."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from features.records import Enrolment, Evidence, Learner, LearnerRecord, PlannedCourse
from features.reference import Competency, Course, Organisation, Position, Reference, Requirement, Role, Teaches

NOW = datetime(2026, 11, 1)


def course(one: str, hours: float, *teaches: tuple[str, int, int], **more: Any) -> Course:
    plain = Course(
        id=one, name=f"Course {one}", description=None, category="Course", status="live", hours=hours,
        languages=("en",), base=None, equivalence=None, provider=None, organisation=None, cost=0.0, external=False,
        restricted=False, rating=None, published_on=None, retired_on=None,
        teaches=tuple(Teaches(k, low, high, 1.0) for k, low, high in teaches), requires=(),
    )  # fmt: skip
    return replace(plain, **more)


COURSES = (
    course("note1", 2, ("noting", 0, 2)),
    course("note1-hi", 2, ("noting", 0, 2), languages=("hi",), base="note1"),
    course("note2", 3, ("noting", 2, 3), requires=(("note1",),)),
    course("note2-hi", 3, ("noting", 2, 3), languages=("hi",), base="note2", requires=(("note1",),)),
    course("acc", 4, ("accounts", 0, 2), languages=("en", "hi")),
    course("rail", 5, ("rails", 0, 3), organisation="railways", languages=("en", "hi")),
    course("fees", 6, ("law", 0, 2), external=True, cost=5000.0),
    course("closed", 1, ("accounts", 0, 2), restricted=True),
    course("old", 1, ("accounts", 0, 2), status="retired"),
    course("vague", 1, languages=("en", "hi")),
)


def _need(role: str, competency: str, level: int) -> Requirement:
    return Requirement(role, None, competency, level, 1.0, critical=False)


CLERK = (Requirement("clerk", "a1", "noting", 3, 2.0, critical=True), _need("clerk", "accounts", 2))


def reference(*more: Course) -> Reference:
    return Reference(
        organisations={
            "m": Organisation("m", "Ministry", None, None),
            "posts": Organisation("posts", "Posts", "m", None),
            "railways": Organisation("railways", "Railways", None, None),
        },
        competencies={
            k: Competency(k, k.title(), "f", "domain" if k == "rails" else "functional", "Office", None)
            for k in ("noting", "accounts", "rails", "law")
        },
        roles={
            "clerk": Role("clerk", "Clerk", None, {"a1": "Writes notes"}, CLERK),
            "driver": Role("driver", "Driver", None, {}, (_need("driver", "rails", 3),)),
            "lawyer": Role("lawyer", "Lawyer", None, {}, (_need("lawyer", "law", 2),)),
        },
        positions={"p": Position("p", "posts", "Clerk", None, ("clerk",))},
        courses={c.id: c for c in (*COURSES, *more)},
    )


def record(*done: str, languages: tuple[str, ...] = ("en",), **more: Any) -> LearnerRecord:
    enrolments = tuple(Enrolment(one, "completed", dwell_ratio=1.0, completed_on=NOW) for one in done)
    return LearnerRecord(Learner("l", "posts", "p", languages=languages), enrolments, **more)


def proctored(competency: str, level: int, *, passed: bool = True, copies: int = 3) -> tuple[Evidence, ...]:
    names = (f"{competency}{level}{n}" for n in range(copies))
    return tuple(Evidence(name, "proctored", NOW, competency, None, level, passed) for name in names)


def planned(one: str, due: datetime | None = None) -> PlannedCourse:
    return PlannedCourse("plan", one, mandatory=True, due_on=due)
