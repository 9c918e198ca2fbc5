"""What went wrong, told to another process."""

from __future__ import annotations

import pickle

import pytest

from features.errors import KarmapathError, NotReadyError
from recommender.paths.problem_file import ProblemError


@pytest.mark.parametrize("error", [NotReadyError("no model", "one", "train"), ProblemError("/hours", "-1", "hours")])
def test_an_error_is_the_same_in_another_process(error: KarmapathError) -> None:
    made = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(made) is type(error)
    assert (str(made), vars(made)) == (str(error), vars(error))
