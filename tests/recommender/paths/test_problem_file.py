from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from features.errors import KarmapathError
from recommender.paths.problem_file import ProblemError, parse_problem, read_problem, unknown_fields

_GOOD: dict[str, Any] = {
    "version": 1,
    "hours": 5,
    "courses": [
        {"id": "c1", "hours": 1, "teaches": [{"competency": "k", "from": 0, "to": 2}], "requires": [["c2"]]},
        {"id": "c2", "hours": 2},
    ],
    "state": {"k": 1},
    "requirements": [{"competency": "k", "level": 3, "weight": 2.0, "critical": False}],
    "mandatory": ["c2"],
    "exclude": [],
}


def _with(pointer: str, value: Any) -> dict[str, Any]:
    document: Any = json.loads(json.dumps(_GOOD))
    *way, last = pointer.strip("/").split("/")
    place = document
    for key in way:
        place = place[int(key) if isinstance(place, list) else key]
    place[int(last) if isinstance(place, list) else last] = value
    return dict(document)


def test_a_requirement_is_the_steps_above_the_state() -> None:
    assert [(need.competency, need.level, need.weight) for need in parse_problem(_GOOD).needs] == [
        ("k", 2, 2.0),
        ("k", 3, 2.0),
    ]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/version", 2),
        ("/version", True),
        ("/hours", -1),
        ("/hours", "five"),
        ("/hours", True),
        ("/courses", {}),
        ("/courses/0/id", ""),
        ("/courses/1/id", "c1"),
        ("/courses/0/hours", None),
        ("/courses/0/cost", -5),
        ("/courses/0/teaches/0/from", 1.5),
        ("/courses/0/teaches/0/to", 6),
        ("/courses/0/requires/0/0", "c9"),
        ("/courses/0/requires/0", "c2"),
        ("/state/k", 9),
        ("/state", []),
        ("/requirements/0/level", -1),
        ("/requirements/0/weight", float("inf")),
        ("/requirements/0/critical", "no"),
        ("/mandatory/0", "c9"),
        ("/mandatory/0", 2),
        ("/exclude", "c1"),
    ],
)
def test_a_fault_is_refused_with_its_pointer(pointer: str, value: Any) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_problem(_with(pointer, value))
    assert caught.value.pointer == pointer


@pytest.mark.parametrize("field", ["version", "hours", "courses"])
def test_a_field_that_must_be_there_is_missed(field: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_problem({key: value for key, value in _GOOD.items() if key != field})
    assert caught.value.pointer == f"/{field}"


def test_a_level_to_below_from_is_refused() -> None:
    with pytest.raises(ProblemError, match="below"):
        parse_problem(_with("/courses/0/teaches/0", {"competency": "k", "from": 3, "to": 2}))


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_text('{"hours": NaN}')
    with pytest.raises(KarmapathError, match="NaN"):
        read_problem(file)
    file.write_text("[1]")
    with pytest.raises(ProblemError, match="object"):
        read_problem(file)


def test_unknown_fields_are_named() -> None:
    assert unknown_fields({**_GOOD, "exlude": []}) == ("/exlude",)
