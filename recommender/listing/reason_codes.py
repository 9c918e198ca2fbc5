"""Reasons as small numbers, for lists in columns. The numbers are a contract: none is ever given another meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Subject = Literal["competency", "course", "nothing"]


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """What a number stands for."""

    code: str
    """A key of the message catalogues."""
    subject: Subject
    """What ``Lists.subjects`` holds: a number in ``Catalogue.competencies`` or in the bundle's ``course_ids``."""
    model: str | None = None
    """The model that said most, for reasons that name one."""


CLOSES, CLOSES_CRITICAL, CLOSES_UNKNOWN, CLOSES_CRITICAL_UNKNOWN, GOES_WITH = 1, 2, 3, 4, 5
POPULARITY, TREND, LIGHTFM, ITEM_ITEM, TRANSITION, SERIES, CONTENT, NEED, NEIGHBOURS, ALS, SPECTRAL, TASTES, LATEST = (
    range(16, 29)
)

REASON_CODES: Mapping[int, ReasonCode] = {
    CLOSES: ReasonCode("closes_step", "competency"),
    CLOSES_CRITICAL: ReasonCode("closes_critical_step", "competency"),
    CLOSES_UNKNOWN: ReasonCode("closes_step_unknown", "competency"),
    CLOSES_CRITICAL_UNKNOWN: ReasonCode("closes_critical_step_unknown", "competency"),
    GOES_WITH: ReasonCode("goes_with", "course"),
    POPULARITY: ReasonCode("chosen_by_peers", "nothing", "popularity"),
    TREND: ReasonCode("suits_profile", "nothing", "trend"),
    LIGHTFM: ReasonCode("suits_profile", "nothing", "lightfm"),
    ITEM_ITEM: ReasonCode("taken_together", "nothing", "item_item"),
    TRANSITION: ReasonCode("taken_next", "nothing", "transition"),
    SERIES: ReasonCode("suits_profile", "nothing", "series"),
    CONTENT: ReasonCode("similar_subject", "nothing", "content"),
    NEED: ReasonCode("suits_role", "nothing", "need"),
    NEIGHBOURS: ReasonCode("suits_profile", "nothing", "neighbours"),
    SPECTRAL: ReasonCode("taken_together", "nothing", "spectral"),
    TASTES: ReasonCode("taken_together", "nothing", "tastes"),
    LATEST: ReasonCode("taken_next", "nothing", "latest"),
    ALS: ReasonCode("suits_profile", "nothing", "als"),
}
"""Every number that a reason may have."""

OF_MODEL: Mapping[str, int] = {code.model: number for number, code in REASON_CODES.items() if code.model}
"""The number of the reason that names a model."""
