"""One option of each piece, so that all fit the hours and are worth the most together: a knapsack of several choices.

Partial plans are extended piece by piece; one that takes no fewer hours than another and is worth no more is dropped
(labels and dominance; Kellerer, Pferschy and Pisinger 2004, ch. 11). Worth is compared aim by aim: critical steps, all
steps, thrift; as every aim is a sum over pieces, what is dropped can be in no better plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_LABELS = 5_000
"""Partial plans that are kept at once; where there are more, the solver is the better way."""
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a piece as one learner sees it."""

    hours: float
    critical: float
    """Weight of the critical steps that it closes."""
    value: float
    """Weight of all the steps that it closes."""
    thrift: float


@dataclass(frozen=True, slots=True)
class _Label:
    hours: float
    worth: tuple[float, float, float]
    """Critical steps, all steps, thrift."""
    before: _Label | None
    taken: int


def join(pieces: Sequence[Sequence[Choice]], hours: float) -> tuple[int, ...] | None:
    """Return the number of the choice of each piece that are best together within the hours.

    ``None`` where no choices fit, or more partial plans than can be kept are worth a look.
    """
    least = [min(choice.hours for choice in choices) for choices in pieces]
    left = sum(least)
    if left > hours + _EQUAL:
        return None
    labels = [_Label(0.0, (0.0, 0.0, 0.0), None, -1)]
    for choices, fewest in zip(pieces, least, strict=True):
        left -= fewest
        labels = _unbeaten([label for label in _extended(labels, choices) if label.hours + left <= hours + _EQUAL])
        if not labels or len(labels) > MOST_LABELS:
            return None
    return _taken(max(labels, key=lambda label: label.worth))


def _extended(labels: Sequence[_Label], choices: Sequence[Choice]) -> list[_Label]:
    return [
        _Label(
            label.hours + choice.hours,
            (
                round(label.worth[0] + choice.critical, 9),
                round(label.worth[1] + choice.value, 9),
                label.worth[2] + choice.thrift,
            ),
            label,
            number,
        )
        for number, choice in enumerate(choices)
        for label in labels
    ]


def _unbeaten(labels: list[_Label]) -> list[_Label]:
    labels.sort(key=lambda label: (label.hours, *(-worth for worth in label.worth)))
    kept: list[_Label] = []
    for label in labels:
        if not kept or label.worth > kept[-1].worth:
            kept.append(label)
    return kept


def _taken(label: _Label) -> tuple[int, ...]:
    found: list[int] = []
    at: _Label | None = label
    while at is not None and at.before is not None:
        found.append(at.taken)
        at = at.before
    return tuple(reversed(found))
