from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given
from starlette.testclient import TestClient

from api.http.metrics import overlap


def test_figures_name_routes_models_and_events_and_no_learner(client: TestClient) -> None:
    model = client.get("/v1/learners/L3/recommendations").json()["model"]
    client.post("/v1/events", json=[{"kind": "profile", "learner": "L3"}, {}])
    client.get("/v1/learners/nobody/gaps")
    text = client.get("/metrics").text
    assert 'route="/v1/learners/{learner}/recommendations",status="200"' in text
    assert 'route="/v1/learners/{learner}/gaps",status="404"' in text
    assert f'karmapath_lists_total{{model="{model}",surface="v1"}} 1.0' in text
    assert 'karmapath_events_total{status="accepted"} 1.0' in text
    assert 'karmapath_events_total{status="refused"} 1.0' in text
    assert "L3" not in text
    assert "nobody" not in text


def test_lists_that_are_the_same_overlap_wholly_and_lists_apart_not_at_all() -> None:
    assert overlap([["a", "b"]] * 5) == pytest.approx(1)
    assert overlap([["a"], ["b"], ["c"]]) == 0
    assert overlap([["a", "b"]]) == 0


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=3, max_size=3, unique=True), min_size=2, max_size=12))
def test_overlap_is_the_mean_over_all_pairs(lists: list[list[str]]) -> None:
    pairs = [(a, b) for place, a in enumerate(lists) for b in lists[place + 1 :]]
    mean = sum(len(set(a) & set(b)) / 3 for a, b in pairs) / len(pairs)
    assert overlap(lists) == pytest.approx(mean)
