from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from features.store import EdgeVerdict, Store
from features.warehouse import Warehouse

DAY = datetime(2026, 4, 1, 10)
YES = EdgeVerdict("course_teaches", "c1", "drafting", "confirmed", "A", DAY, from_level=0, level=2)
NO = replace(YES, verdict="rejected", said_by="B", from_level=None, level=None, comment="it is about canteens")
OTHER = EdgeVerdict("designation_means", "section officer", "p1", "confirmed", "A", DAY, organisation="d1")


def said(store: Store, *verdicts: EdgeVerdict) -> list[int]:
    return store.edges.add(verdicts)


def test_of_two_verdicts_on_one_edge_the_later_counts_and_both_are_kept(store: Store) -> None:
    first, second, third = said(store, YES, NO, OTHER)
    assert store.edges.newest() == [replace(NO, number=second), replace(OTHER, number=third)]
    assert store.edges.newest("course_teaches", "c1") == [replace(NO, number=second)]
    history, total = store.edges.history(kind="course_teaches")
    assert (history, total) == ([replace(NO, number=second), replace(YES, number=first)], 2)
    assert store.edges.history(limit=1, offset=1) == ([replace(NO, number=second)], 3)


def test_what_was_withdrawn_counts_no_more(store: Store) -> None:
    said(store, YES, replace(YES, verdict="withdrawn"))
    assert store.edges.newest() == []


def test_a_designation_may_mean_one_thing_here_and_another_there(store: Store) -> None:
    said(store, OTHER, replace(OTHER, organisation="d2", verdict="rejected"))
    assert [one.verdict for one in store.edges.newest()] == ["confirmed", "rejected"]


def test_verdicts_outlive_an_import(store: Store, tmp_path) -> None:
    said(store, YES)
    store.load(Warehouse(tmp_path).commit({"organisations": pl.DataFrame({"organisation_id": ["o"], "name": ["O"]})}))
    assert len(store.edges.newest()) == 1
