"""Numbers from outside: a text or a truth value that could be read as one is a mistake of the sender."""

from __future__ import annotations

from pydantic import BeforeValidator


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number")  # noqa: TRY004 - pydantic tells a ValueError as a mistake of the sender
    return value


NUMERIC = BeforeValidator(_number)
"""Lets numbers through only; stands last in an annotation, so that its bounds stay in the schema."""
