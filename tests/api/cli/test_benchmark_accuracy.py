"""``karmapath benchmark accuracy``: the promised document from anyone's files, and errors that say what to do."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli.benchmark_command import app
from features.errors import KarmapathError


@pytest.fixture
def files(tmp_path):
    generator = np.random.default_rng(0)
    train, test = tmp_path / "train.txt", tmp_path / "test.txt"
    rows = [generator.permutation(12)[: generator.integers(4, 9)] for _ in range(40)]
    train.write_text("".join(f"u{n} " + " ".join(f"c{c}" for c in row[:-1]) + "\n" for n, row in enumerate(rows)))
    test.write_text("".join(f"u{n} c{row[-1]}\n" for n, row in enumerate(rows)))
    return ["accuracy", "--train", str(train), "--test", str(test)]


def run(arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=True)


def test_json_has_the_promised_shape(files):
    found = run([*files, "--k", "5", "2", "--peers", "popularity", "ease", "--json"])
    assert found.exit_code == 0, found.output
    document = json.loads(found.stdout)
    assert set(document["results"]) == {"karmapath", "popularity", "ease"}
    promised = {
        f"{name}@{k}" for name in ("recall", "ndcg", "hr", "mrr", "coverage", "gini", "novelty") for k in (2, 5)
    }
    for result in document["results"].values():
        assert promised | {"fit_seconds", "score_us", "peak_rss_mb"} <= set(result)
    assert set(document["paired"]) == {"popularity", "ease"}
    assert document["data"]["learners"] == 40


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--k", "-3"], "one course or more"),
        (["--k", "0"], "one course or more"),
        (["--peers", "magic"], "one of popularity"),
        (["--peers", "ease,magic"], "one of popularity"),
        (["--validation", "never"], "one of auto"),
        (["--courses", "/nowhere.csv"], "no file at"),
    ],
)
def test_what_cannot_be_asked_says_so(files, arguments, says):
    error = run([*files, *arguments]).exception
    assert isinstance(error, KarmapathError)
    assert says in str(error)


def test_a_test_file_that_training_holds_already_says_so(files):
    error = run([*files[:4], files[2]]).exception
    assert isinstance(error, KarmapathError)
    assert "the two files" in str(error)


def test_files_that_look_swapped_are_noted(files):
    found = run(["accuracy", "--train", files[4], "--test", files[2], "--peers", "none", "--json"])
    assert any("swapped" in note for note in json.loads(found.stdout)["data"]["notes"])
