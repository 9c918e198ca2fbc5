"""Options that may be given again also take their values in a row."""

from __future__ import annotations

import pytest

from api.cli.several import named_anew


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("--k 10 20 --json", "--k 10 --k 20 --json"),
        ("--k=10 20", "--k=10 --k 20"),
        ("--k 10 --k 20", "--k 10 --k 20"),
        ("--train a --k 5", "--train a --k 5"),
        ("--k -1 3", "--k -1 --k 3"),
        ("--json stray", "--json stray"),
    ],
)
def test_each_further_value_gets_the_name_of_its_option(given, read):
    assert list(named_anew(given.split(), {"--k"})) == read.split()
