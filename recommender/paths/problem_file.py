"""The problem format: JSON in, ``Problem`` out, and the plan back to JSON.

Version 1::

    {"version": 1, "hours": 20,
     "courses": [{"id": "c1", "hours": 2.5, "cost": 0, "teaches": [{"competency": "k1", "from": 0, "to": 2}],
                  "requires": [["c7", "c9"], ["c2"]]}],
     "state": {"k1": 1},
     "requirements": [{"competency": "k1", "level": 3, "weight": 2.0, "critical": false}],
     "mandatory": ["c2"], "exclude": []}

A requirement is the steps state + 1 .. level of its competency, each worth the weight; a step ``s`` is closed when
all lower steps above the state are closed and a chosen course teaches the competency with ``from < s <= to``.
``requires`` is an AND of ORs over chosen courses; courses that only lead to each other in a circle are never taken.

The aims in their order: mandatory courses (hard), weight of critical steps, weight of all steps, fewest hours.
``value`` is the weight of all steps closed, critical ones included. Optional fields: ``completed`` (courses that
satisfy what requires them), ``cost`` (budget for fees), ``equivalents`` (sets of courses of which at most one is
chosen; each stands for the others), ``pools`` (``{"courses": [...], "hours": n}``: at least so many hours from
these), and a course's ``interest`` (decides between plans that are equal in everything else).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from features.errors import KarmapathError, NotFoundError
from features.schema import MAX_LEVEL
from recommender.paths.problem import VERSION, Candidate, Duty, Need, Problem, Teach
from recommender.paths.schedule import ordered
from recommender.paths.solution import Solution

_FIELDS = frozenset(
    {"version", "hours", "courses", "state", "requirements", "mandatory", "exclude", "completed", "cost", "equivalents"}
    | {"pools"}
)
_COURSE_FIELDS = frozenset({"id", "hours", "cost", "teaches", "requires", "interest", "name"})


class ProblemError(KarmapathError):
    """A fault in a problem, with the JSON pointer (RFC 6901) of the place."""

    code = "bad_problem"

    def __init__(self, pointer: str, found: str, expected: str) -> None:
        self.pointer = pointer
        super().__init__(f"at {pointer or '/'}: {found}", expected, "correct the problem and run it again")


def read_problem(path: Path) -> Mapping[str, Any]:
    """Read the JSON document; ``KarmapathError`` where the file is absent or is not JSON."""
    if not path.is_file():
        raise NotFoundError(f"no file at {path}", "a path problem in JSON", "check the path")
    try:
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ProblemError("", f"{path.name} is not JSON ({error})", "one JSON object") from error
    return _object(document, "")


def parse_problem(document: Mapping[str, Any]) -> Problem:
    """Check the document and return the problem; ``ProblemError`` at the first fault."""
    if _at(document, "version", "") != VERSION or isinstance(document["version"], bool):
        raise ProblemError("/version", f"version {document['version']!r}", f"version {VERSION}")
    courses = tuple(
        _course(_object(raw, f"/courses/{n}"), f"/courses/{n}") for n, raw in _items(document, "courses", "")
    )
    known = _unique_ids(courses)
    _check_requires(document, known)
    state = {name: _level(level, f"/state/{_escape(name)}") for name, level in _state(document).items()}
    sets = _id_sets(document, "equivalents", known)
    excluded = set(_ids(document, "exclude", known))
    usable = tuple(_in_set(course, sets) for course in courses if course.id not in excluded)
    return Problem(
        courses=usable,
        needs=tuple(_needs(document, state)),
        hours=_number(_at(document, "hours", ""), "/hours"),
        duties=(*_mandatory(document, known, sets), *_pools(document, known, sets)),
        cost=None if document.get("cost") is None else _number(document["cost"], "/cost"),
        held=frozenset(_ids(document, "completed", known)),
        base=state,
    )


def unknown_fields(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the pointers of fields that the format does not know: they are left aside."""
    top = [f"/{_escape(key)}" for key in document if key not in _FIELDS]
    for number, raw in enumerate(document.get("courses", [])):
        top += [f"/courses/{number}/{_escape(key)}" for key in raw if key not in _COURSE_FIELDS]
    return tuple(top)


def answer(problem: Problem, solution: Solution) -> dict[str, Any]:
    """Return the plan as the JSON document of the format."""
    order = ordered(problem, solution.chosen)
    document: dict[str, Any] = {
        "version": VERSION,
        "status": solution.status,
        "value": round(solution.value, 9),
        "bound": round(solution.bound, 9),
        "critical_value": round(solution.critical_value, 9),
        "hours": round(solution.hours, 9),
        "cost": round(sum(problem.by_id[one].cost for one in solution.chosen), 9),
        "plan": [
            {
                "course": course,
                "position": position,
                "hours": problem.by_id[course].hours,
                "closes": [{"competency": competency, "level": level} for competency, level in closes],
            }
            for position, (course, closes) in enumerate(order, 1)
        ],
        "conflict": [],
    }
    if solution.conflict is not None:
        document["conflict"] = list(solution.conflict.duties)
        document["conflict_detail"] = {
            "kind": solution.conflict.kind,
            "hours_short": round(solution.conflict.hours_short, 9),
            "way_out": solution.conflict.way_out,
            "drop": solution.conflict.drop,
        }
    return document


def _course(raw: Mapping[str, Any], pointer: str) -> Candidate:
    return Candidate(
        id=_text(_at(raw, "id", pointer), f"{pointer}/id"),
        hours=_number(_at(raw, "hours", pointer), f"{pointer}/hours"),
        teaches=tuple(
            _teach(_object(one, f"{pointer}/teaches/{n}"), f"{pointer}/teaches/{n}")
            for n, one in _items(raw, "teaches", pointer)
        ),
        requires=tuple(_group(group, f"{pointer}/requires/{n}") for n, group in _items(raw, "requires", pointer)),
        cost=_number(raw.get("cost", 0), f"{pointer}/cost"),
        interest=_number(raw.get("interest", 0), f"{pointer}/interest"),
    )  # fmt: skip


def _group(value: Any, pointer: str) -> tuple[str, ...]:
    return tuple(_text(one, f"{pointer}/{n}") for n, one in enumerate(_list(value, pointer)))


def _teach(raw: Mapping[str, Any], pointer: str) -> Teach:
    start = _level(_at(raw, "from", pointer), f"{pointer}/from")
    end = _level(_at(raw, "to", pointer), f"{pointer}/to")
    if end < start:
        raise ProblemError(
            f"{pointer}/to", f"to {end} below from {start}", "a level at or above the one it starts from"
        )
    return Teach(_text(_at(raw, "competency", pointer), f"{pointer}/competency"), start, end)


def _needs(document: Mapping[str, Any], state: Mapping[str, int]) -> Iterator[Need]:
    for number, item in _items(document, "requirements", ""):
        pointer = f"/requirements/{number}"
        raw = _object(item, pointer)
        competency = _text(_at(raw, "competency", pointer), f"{pointer}/competency")
        level = _level(_at(raw, "level", pointer), f"{pointer}/level")
        weight = _number(raw.get("weight", 1.0), f"{pointer}/weight")
        critical = raw.get("critical", False)
        if not isinstance(critical, bool):
            raise ProblemError(f"{pointer}/critical", f"{critical!r}", "true or false")
        for step in range(state.get(competency, 0) + 1, level + 1):
            yield Need(competency, step, weight, critical)


def _mandatory(document: Mapping[str, Any], known: Mapping[str, int], sets: list[tuple[str, ...]]) -> Iterator[Duty]:
    for one in dict.fromkeys(_ids(document, "mandatory", known)):
        yield Duty(one, (one, *(other for other in _equivalents(one, sets) if other != one)))


def _pools(document: Mapping[str, Any], known: Mapping[str, int], sets: list[tuple[str, ...]]) -> Iterator[Duty]:
    for number, item in _items(document, "pools", ""):
        pointer = f"/pools/{number}"
        raw = _object(item, pointer)
        courses = tuple(
            _known(one, known, f"{pointer}/courses/{m}")
            for m, one in enumerate(_list(_at(raw, "courses", pointer), f"{pointer}/courses"))
        )
        courses = tuple(dict.fromkeys(other for one in courses for other in _equivalents(one, sets)))
        yield Duty(pointer, courses, hours=_number(_at(raw, "hours", pointer), f"{pointer}/hours"), count=0)


def _in_set(course: Candidate, sets: list[tuple[str, ...]]) -> Candidate:
    """Return the course with the name of its set, and with all equivalents in its prerequisites."""
    name = next((f"set:{n}" for n, group in enumerate(sets) if course.id in group), None)
    requires = tuple(
        tuple(dict.fromkeys(other for one in group for other in _equivalents(one, sets))) for group in course.requires
    )
    return replace(course, requires=requires, equivalence=name)


def _equivalents(one: str, sets: list[tuple[str, ...]]) -> tuple[str, ...]:
    return next((group for group in sets if one in group), (one,))


def _unique_ids(courses: tuple[Candidate, ...]) -> dict[str, int]:
    known: dict[str, int] = {}
    for number, course in enumerate(courses):
        if course.id in known:
            raise ProblemError(
                f"/courses/{number}/id", f"{course.id!r}, the id of /courses/{known[course.id]}", "an id of its own"
            )
        known[course.id] = number
    return known


def _check_requires(document: Mapping[str, Any], known: Mapping[str, int]) -> None:
    for number, raw in enumerate(document["courses"]):
        for n, group in enumerate(raw.get("requires", [])):
            for m, one in enumerate(group):
                _known(one, known, f"/courses/{number}/requires/{n}/{m}")


def _id_sets(document: Mapping[str, Any], key: str, known: Mapping[str, int]) -> list[tuple[str, ...]]:
    sets: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for number, group in _items(document, key, ""):
        ids = []
        for m, one in enumerate(_list(group, f"/{key}/{number}")):
            pointer = f"/{key}/{number}/{m}"
            ids.append(_known(one, known, pointer))
            if one in seen:
                raise ProblemError(pointer, f"{one!r} a second time", "each course in one set")
            seen.add(one)
        sets.append(tuple(ids))
    return sets


def _ids(document: Mapping[str, Any], key: str, known: Mapping[str, int]) -> list[str]:
    return [_known(one, known, f"/{key}/{number}") for number, one in _items(document, key, "")]


def _known(value: Any, known: Mapping[str, int], pointer: str) -> str:
    one = _text(value, pointer)
    if one not in known:
        raise ProblemError(pointer, f"{one!r}, which is not among the courses", "the id of a course")
    return one


def _state(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object(document.get("state", {}), "/state")


def _at(raw: Mapping[str, Any], key: str, pointer: str) -> Any:
    if key not in raw:
        raise ProblemError(f"{pointer}/{key}", "nothing", f"a value for {key!r}")
    return raw[key]


def _items(raw: Mapping[str, Any], key: str, pointer: str) -> Iterator[tuple[int, Any]]:
    if key == "courses":
        _at(raw, key, pointer)
    return iter(enumerate(_list(raw.get(key, []), f"{pointer}/{key}")))


def _object(value: Any, pointer: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ProblemError(pointer, _shown(value), "a JSON object")
    return value


def _list(value: Any, pointer: str) -> list[Any]:
    if not isinstance(value, list):
        raise ProblemError(pointer, _shown(value), "a JSON array")
    return value


def _text(value: Any, pointer: str) -> str:
    if not isinstance(value, str) or not value:
        raise ProblemError(pointer, _shown(value), "a text that is not empty")
    return value


def _number(value: Any, pointer: str) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    if not good:
        raise ProblemError(pointer, _shown(value), "a number, 0 or more")
    return float(value)


def _level(value: Any, pointer: str) -> int:
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
    if not whole or not 0 <= value <= MAX_LEVEL:
        raise ProblemError(pointer, _shown(value), f"a whole level from 0 to {MAX_LEVEL}")
    return int(value)


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _refuse_constant(name: str) -> Any:
    raise ProblemError("", name, "numbers that JSON knows")
