"""What the model promises of people's behaviour, seen in the exports and the truth of a tiny world."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from experiments.world.bad_rows import BAD_ROWS
from experiments.world.truth import Truth
from features.errors import NotFoundError

BAD = len(BAD_ROWS["user_enrolments"])


@pytest.fixture(scope="module")
def enrolments(world: Path) -> pl.DataFrame:
    rows = pl.read_csv(world / "user_enrolments.csv", infer_schema_length=0).head(-BAD)
    dwell = pl.read_csv(world / "enrolments.csv").select(
        pl.col("learner_id").alias("user_id"), pl.col("course_id").alias("content_id"), "dwell_ratio"
    )
    return rows.with_columns(
        pl.col("enrolled_on", "first_completed_on").str.to_datetime(),
        mandated=pl.col("live_cbp_plan_mandate") == "Yes",
        completed=pl.col("user_consumption_status") == "completed",
    ).join(dwell, on=["user_id", "content_id"], how="left", maintain_order="left")


def test_nobody_enrols_twice_in_a_course_or_in_its_translation(enrolments: pl.DataFrame, truth: Truth) -> None:
    families = pl.read_parquet(truth.folder / "truth_courses.parquet").select("course_id", "family")
    taken = enrolments.join(families, left_on="content_id", right_on="course_id")
    assert not taken.select("user_id", "family").is_duplicated().any()


def test_a_good_third_is_mandated(enrolments: pl.DataFrame) -> None:
    assert 0.25 < enrolments["mandated"].mean() < 0.5  # type: ignore[operator]


def test_most_but_not_all_is_completed(enrolments: pl.DataFrame) -> None:
    assert 0.7 < enrolments["completed"].mean() < 0.95  # type: ignore[operator]


def test_the_learning_week_stands_out(enrolments: pl.DataFrame) -> None:
    chosen = enrolments.filter(~pl.col("mandated") & pl.col("completed"))
    days = chosen["first_completed_on"].dt.date()
    in_week = days.is_between(datetime(2026, 4, 2).date(), datetime(2026, 4, 10).date()).sum() / 9
    assert in_week > 8 * chosen.height / 1095


def test_skimmers_are_few_and_fast(enrolments: pl.DataFrame) -> None:
    completed = enrolments.filter("completed")
    skimmed = completed.filter(pl.col("dwell_ratio") < 0.1)
    assert 0.03 < skimmed.height / completed.height < 0.2
    elapsed = (skimmed["first_completed_on"] - skimmed["enrolled_on"]).dt.total_seconds()
    assert elapsed.max() <= 21  # type: ignore[operator]
    others = completed.filter(pl.col("dwell_ratio") >= 0.1)
    assert others["dwell_ratio"].min() >= 0.2  # type: ignore[operator]


def test_popularity_is_skewed(enrolments: pl.DataFrame, truth: Truth) -> None:
    counted = enrolments["content_id"].value_counts()["count"].to_numpy()
    counts = np.sort(np.concatenate([counted, np.zeros(len(truth.course_ids) - len(counted))]))
    gini = 1 - 2 * (counts.cumsum() / counts.sum()).mean() + 1 / len(counts)
    assert 0.4 < gini < 0.75


def test_the_next_course_of_a_competency_leads_higher(enrolments: pl.DataFrame, world: Path) -> None:
    levels = pl.read_csv(world / "teaches.csv").unique("course_id", keep="first", maintain_order=True)
    chosen = enrolments.filter(~pl.col("mandated")).join(
        levels, left_on="content_id", right_on="course_id", maintain_order="left"
    )
    following = chosen.with_columns(
        pl.col("competency_id").shift(-1).over("user_id").alias("next"),
        pl.col("to_level").shift(-1).over("user_id").alias("leads"),
    ).filter(pl.col("next") == pl.col("competency_id"))
    assert following.height > 100
    assert (following["leads"] > following["to_level"]).sum() > 3 * (following["leads"] < following["to_level"]).sum()


def test_raters_are_lenient(enrolments: pl.DataFrame) -> None:
    stars = enrolments["user_rating"].drop_nulls().cast(pl.Int8)
    assert set(stars) <= {1, 2, 3, 4, 5}
    assert 4.0 < stars.mean() < 4.8  # type: ignore[operator]


def test_what_people_choose_interests_them_and_what_they_are_told_to_take_does_not(
    enrolments: pl.DataFrame, truth: Truth
) -> None:
    learners = truth.learner_ids().to_list()
    interest = truth.interest(learners)
    row = {name: number for number, name in enumerate(learners)}
    column = {name: number for number, name in enumerate(truth.course_ids)}
    pairs = enrolments.select("user_id", "content_id").rows()
    liked = np.array([interest[row[user], column[course]] for user, course in pairs])
    mandated = enrolments["mandated"].to_numpy()
    assert liked[~mandated].mean() > 0.6
    assert abs(liked[mandated].mean()) < 0.4


def test_interest_is_standardised_and_the_same_for_translations(truth: Truth) -> None:
    interest = truth.interest(truth.learner_ids().head(20).to_list())
    courses = pl.read_parquet(truth.folder / "truth_courses.parquet")
    bases = interest[:, courses["is_base"].to_numpy()]
    assert np.allclose(bases.mean(axis=1), 0, atol=1e-4)
    assert np.allclose(bases.std(axis=1), 1, atol=1e-3)
    translation = int(courses["is_base"].arg_true()[-1]) + 1
    base = courses["family"].to_list().index(courses["family"][translation])
    assert np.array_equal(interest[:, translation], interest[:, base])


def test_choice_probabilities_sum_to_one(truth: Truth) -> None:
    chances = truth.choice_probability(truth.learner_ids().head(5).to_list())
    assert np.allclose(chances.sum(axis=1), 1.0)


def test_levels_stay_in_range_rise_with_learning_and_fade_without(truth: Truth) -> None:
    learners = truth.learner_ids().to_list()
    start = datetime.fromisoformat(truth.facts["start"])
    first, last = truth.levels(learners, start), truth.levels(learners, datetime(2026, 10, 31))
    later = truth.levels(learners, datetime(2026, 10, 31) + timedelta(days=3650))
    assert first.min() >= 0
    assert last.max() <= 5
    assert last.mean() > first.mean() + 0.02
    assert first.mean() < later.mean() < last.mean()


def test_a_learner_nobody_knows_is_an_error(truth: Truth) -> None:
    with pytest.raises(NotFoundError, match="learner 'L9999999'"):
        truth.interest(["L9999999"])


def test_a_folder_without_truth_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no truth in"):
        Truth.open(tmp_path)


def test_careers_move_on_and_follow_each_other(truth: Truth) -> None:
    careers = truth.careers()
    posts = careers.group_by("learner_id").len()["len"]
    assert posts.min() == 1
    assert posts.max() in (2, 3)
    assert careers.select(pl.col("since").is_sorted().over("learner_id")).to_series().all()


def test_passing_a_proctored_assessment_goes_with_true_level(world: Path) -> None:
    """Not a correlation by luck: the chance of a right answer is a function of the true level."""
    from experiments.world.assessments import sit_quizzes
    from experiments.world.behaviour import Behaviour

    n = 2000
    ids, days = np.zeros(n, dtype=np.int64), np.zeros(n)
    no, yes = np.zeros(n, dtype=bool), np.ones(n, dtype=bool)

    def pass_rate(above: float) -> float:
        level = np.full(n, above, dtype=np.float32)
        sat = sit_quizzes(ids, ids, days, level, no, yes, Behaviour(), np.random.default_rng(1))
        return float((sat.right / sat.questions >= 0.6).mean())

    assert pass_rate(-2.0) < 0.1
    assert 0.7 < pass_rate(-0.5) < 1.0
    assert pass_rate(1.0) > 0.97
