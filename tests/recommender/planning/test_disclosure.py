"""What is shown of small groups cannot be undone, whatever is added to or taken from it."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from features.reference import Organisation
from recommender.planning.disclosure import LEAST, blocks
from recommender.planning.shortfall import KEYS, SUMS
from recommender.planning.tree import Tree

PARENTS = {"m": None, "d1": "m", "d2": "m", "o1": "d1", "o2": "d1", "o3": "d2"}
TREE = Tree.of({one: Organisation(one, one, up, None) for one, up in PARENTS.items()})

ATOMS = st.dictionaries(
    st.tuples(
        st.sampled_from(sorted(PARENTS)), st.sampled_from(["p", "q", "r"]), st.sampled_from(["A", "B"]),
        st.sampled_from(["x", "y"]),
    ),
    st.integers(1, 30),
    min_size=1,
    max_size=14,
)  # fmt: skip


def cells(atoms: dict[tuple[str, str, str, str], int]) -> pl.DataFrame:
    """Each atom carries a sum of its own power of two, so that a block's sum tells whom it holds."""
    rows = [
        ("k", *atom, 3, 1.0, False, float(n), 0.0, float(2**place), 0.0, 0.0, 0.0)
        for place, (atom, n) in enumerate(sorted(atoms.items()))
    ]
    columns = ["competency_id", *KEYS, "level", "weight", "critical", *SUMS]
    return pl.DataFrame(rows, schema=columns, orient="row")


def members(short: float) -> frozenset[int]:
    return frozenset(place for place in range(60) if int(short) >> place & 1)


@given(ATOMS)
@settings(max_examples=200, deadline=None)
def test_blocks_are_disjoint_and_of_ten_people_at_least(atoms: dict[tuple[str, str, str, str], int]) -> None:
    shown = blocks(cells(atoms), TREE)
    counts = [n for _, n in sorted(atoms.items())]
    seen: set[int] = set()
    for n, short in shown.select("n", "short").iter_rows():
        inside = members(short)
        assert n == sum(counts[place] for place in inside) >= LEAST
        assert seen.isdisjoint(inside)
        seen |= inside


@given(ATOMS)
@settings(max_examples=200, deadline=None)
def test_nobody_is_left_out_where_a_body_has_ten(atoms: dict[tuple[str, str, str, str], int]) -> None:
    shown = blocks(cells(atoms), TREE)
    assert shown["n"].sum() == (sum(atoms.values()) if sum(atoms.values()) >= LEAST else 0)


@given(ATOMS)
@settings(max_examples=150, deadline=None)
def test_no_small_cell_is_a_combination_of_what_is_shown(atoms: dict[tuple[str, str, str, str], int]) -> None:
    """Every row that any view can show is a vector over the people's atoms; no small cell lies in their span."""
    ordered = sorted(atoms)
    shown = blocks(cells(atoms), TREE)
    rows = []
    for organisation in PARENTS:
        within = shown.filter(pl.col("organisation_id").is_in(list(TREE.within(organisation))))
        for by in ([], ["position_id"], ["group"], ["cadre"], ["organisation_id"], ["position_id", "group"]):
            parts = within.partition_by(by) if by and within.height else [within]
            rows += [[float(p in inside) for p in range(len(ordered))] for part in parts
                     for inside in [frozenset().union(*(members(s) for s in part["short"]))] if inside]  # fmt: skip
    if not rows:
        return
    span = np.array(rows)
    for target in small_cells(atoms, ordered):
        away = span.T @ np.linalg.lstsq(span.T, target, rcond=None)[0] - target
        assert np.abs(away).max() > 1e-6


def small_cells(
    atoms: dict[tuple[str, str, str, str], int], ordered: list[tuple[str, str, str, str]]
) -> list[np.ndarray]:
    """Return the indicator of every cell of a body, or of a part of it, that has fewer than ten people."""
    found = []
    for organisation in PARENTS:
        inside = set(TREE.within(organisation))
        for column, values in ((1, "pqr"), (2, "AB"), (3, "xy")):
            for value in values:
                own = np.array([float(a[0] in inside and a[column] == value) for a in ordered])
                people = sum(atoms[a] for a, there in zip(ordered, own, strict=True) if there)
                if 0 < people < LEAST:
                    found.append(own)
    return found


def test_a_small_post_takes_the_smallest_other_one_with_it() -> None:
    shown = blocks(cells({("o1", "p", "A", "x"): 40, ("o1", "q", "A", "x"): 12, ("o1", "r", "A", "x"): 3}), TREE)
    assert sorted(shown.select("position_id", "n").rows(), key=str) == [("p", 40.0), (None, 15.0)]


def test_a_small_body_joins_its_sister_at_the_body_above() -> None:
    shown = blocks(cells({("o1", "p", "A", "x"): 4, ("o2", "p", "A", "x"): 30, ("o3", "p", "A", "x"): 20}), TREE)
    assert sorted(shown.select("organisation_id", "n").rows()) == [("d1", 34.0), ("o3", 20.0)]


def test_too_few_people_in_all_are_shown_nowhere() -> None:
    assert blocks(cells({("o1", "p", "A", "x"): 4, ("o2", "p", "A", "x"): 5}), TREE).height == 0
