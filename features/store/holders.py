"""Whom a plan is for, as one key: a learner's plans are those of a few keys, found by index."""

from __future__ import annotations

from collections.abc import Sequence


def plan_holder(scope: str, scope_value: str, organisation: str | None) -> str:
    """Return the key of a plan's holder.

    ``scope`` is a value of ``features.schema.PLAN_SCOPES``; a plan for a designation holds in its organisation only.

    >>> plan_holder("designation", "Section  Officer", "o1")
    'designation:o1:section officer'
    """
    if scope == "designation":
        return f"designation:{organisation or ''}:{' '.join(scope_value.casefold().split())}"
    return f"{scope}:{scope_value}"


def holders_of(learner: str, lineage: Sequence[str], designation: str | None) -> tuple[str, ...]:
    """Return the keys under which a learner's plans stand: a plan of an organisation holds for all below it.

    >>> holders_of("L1", ["o1", "ministry"], None)
    ('learner:L1', 'organisation:o1', 'organisation:ministry')
    """
    return plan_holder("learner", learner, None), *post_holders(lineage, designation)


def post_holders(lineage: Sequence[str], designation: str | None) -> tuple[str, ...]:
    """Return the keys of the plans that everybody with that post has."""
    shared = [plan_holder("organisation", organisation, None) for organisation in lineage]
    if designation:
        shared += [plan_holder("designation", designation, organisation) for organisation in lineage]
    return tuple(shared)


def split_lineage(lineage: str | None, organisation: str | None) -> Sequence[str]:
    """Return the ids of an organisation's lineage; one that the store does not know stands alone."""
    if lineage is not None:
        return lineage.split("\n")
    return [] if organisation is None else [organisation]
