"""Whom a plan is for, as one key: a learner's plans are those of three keys, found by index."""

from __future__ import annotations


def plan_holder(scope: str, scope_value: str, organisation: str | None) -> str:
    """Return the key of a plan's holder.

    ``scope`` is a value of ``features.schema.PLAN_SCOPES``; a plan for a designation holds in its organisation only.

    >>> plan_holder("designation", "Section  Officer", "o1")
    'designation:o1:section officer'
    """
    if scope == "designation":
        return f"designation:{organisation or ''}:{' '.join(scope_value.casefold().split())}"
    return f"{scope}:{scope_value}"


def holders_of(learner: str, organisation: str | None, designation: str | None) -> tuple[str, ...]:
    """Return the keys under which a learner's plans stand.

    >>> holders_of("L1", "o1", None)
    ('learner:L1', 'organisation:o1')
    """
    keys = [plan_holder("learner", learner, None)]
    if organisation is not None:
        keys.append(plan_holder("organisation", organisation, None))
        if designation:
            keys.append(plan_holder("designation", designation, organisation))
    return tuple(keys)
