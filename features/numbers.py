"""Numbers and days from outside: what could only be read as one is a mistake of the sender."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number")  # noqa: TRY004 - pydantic tells a ValueError as a mistake of the sender
    return value


NUMERIC = BeforeValidator(_number)
"""Lets numbers through only; stands last in an annotation, so that its bounds stay in the schema."""


def _day(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return value
    raise ValueError("a day, as 2026-04-01")


Day = Annotated[date, BeforeValidator(_day)]
"""A day as ISO 8601 writes it; a number is none, whatever time it may count to."""
