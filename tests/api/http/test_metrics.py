from __future__ import annotations

import re
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given
from starlette.testclient import TestClient

from api.http.metrics import Metrics, overlap
from features.errors import NotReadyError
from features.store import Store


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


@pytest.mark.parametrize("seconds", [0.0, 0.0002, 0.00021, 5.0])
def test_lists_of_one_pass_are_counted_as_if_each_were_told_alone(seconds: float) -> None:
    told = Metrics()
    told.engine(seconds, 3)
    figures = dict(re.findall(r'karmapath_engine_seconds_(\w+(?:\{le="[^"]+"\})?) (\S+)', told.text().decode()))
    counts = {bound: float(count) for name, count in figures.items() for bound in re.findall('le="(.+)"', name)}
    assert counts == {bound: 3.0 * (seconds <= float(bound)) for bound in counts}
    assert (float(figures["count"]), float(figures["sum"])) == (3.0, pytest.approx(3 * seconds))


def test_lists_that_are_the_same_overlap_wholly_and_lists_apart_not_at_all() -> None:
    assert overlap([["a", "b"]] * 5) == pytest.approx(1)
    assert overlap([["a"], ["b"], ["c"]]) == 0
    assert overlap([["a", "b"]]) == 0


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=3, max_size=3, unique=True), min_size=2, max_size=12))
def test_overlap_is_the_mean_over_all_pairs(lists: list[list[str]]) -> None:
    pairs = [(a, b) for place, a in enumerate(lists) for b in lists[place + 1 :]]
    mean = sum(len(set(a) & set(b)) / 3 for a, b in pairs) / len(pairs)
    assert overlap(lists) == pytest.approx(mean)


def value(client: TestClient, name: str) -> float:
    """Return one figure as Prometheus reads it."""
    [line] = [line for line in client.get("/metrics").text.splitlines() if line.rpartition(" ")[0] == name]
    return float(line.rpartition(" ")[2])


def test_lists_made_without_the_record_are_counted_by_why(client: TestClient) -> None:
    web = {"department": "First", "designation": "Assistant Section Officer", "device_type": "web"}
    client.post("/api/recommendation/create", json={"user_id": "L3", **web})
    assert value(client, 'karmapath_fallbacks_total{reason="unknown_learner"}') == 0
    client.post("/api/recommendation/create", json={"user_id": "nobody", **web})
    assert value(client, 'karmapath_fallbacks_total{reason="unknown_learner"}') == 1
    service = client.app.state.service  # type: ignore[attr-defined]
    service.store = Store("postgresql://nobody:secret@127.0.0.1:1/none")
    client.post("/api/recommendation/create", json={"user_id": "L3", **web})
    assert value(client, 'karmapath_fallbacks_total{reason="no_store"}') == 1


def test_a_champion_that_cannot_be_loaded_shows(client: TestClient) -> None:
    assert value(client, "karmapath_model_stale") == 0
    champion = client.app.state.service.champion  # type: ignore[attr-defined]
    champion.problem = NotReadyError("half a bundle", "a whole one", "train again")
    assert value(client, "karmapath_model_stale") == 1


def test_the_documented_figures_are_those_there_are(client: TestClient) -> None:
    page = (Path(__file__).parents[3] / "docs/operating.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(karmapath_[a-z_]+)`", page))
    text = client.get("/metrics").text
    there = {
        name for name in re.findall(r"^# TYPE (karmapath_\w+) ", text, re.MULTILINE) if not name.endswith("_created")
    }
    assert told == there
