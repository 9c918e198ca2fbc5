"""The exports that grow with the learners, made of one chunk of people and their lives."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from experiments.world.assessments import CUT_OFF
from experiments.world.calendar import Calendar
from experiments.world.catalogue import Catalogue
from experiments.world.catalogue_files import batch_id, resources
from experiments.world.duties import Duties
from experiments.world.life import Lives
from experiments.world.population import LANGUAGE_PROFILES, People
from experiments.world.schedule import MANDATED
from experiments.world.service import Service
from experiments.world.well_known import FOR_THE_NOMINATED

Columns = dict[str, NDArray[Any]]
_LAYOUT = "%Y-%m-%d %H:%M:%S"
EVERY = 199


def learner_ids(first: int, count: int) -> pl.Series:
    """Return pseudonymous ids: a number in the world, nothing else."""
    numbers = pl.Series("user_id", np.arange(first + 1, first + count + 1))
    return ("L" + numbers.cast(pl.String).str.zfill(7)).alias("user_id")


def user_detail(service: Service, people: People, calendar: Calendar, stamp: str) -> pl.DataFrame:
    """Return ``user_detail``: the job held today and no word about the person; personal columns stay empty."""
    everybody = np.arange(len(people))
    held = people.post_at(everybody, np.full(len(people), calendar.days, dtype=np.float32))
    posts = service.posts
    return pl.DataFrame(
        {
            "user_id": learner_ids(people.first, len(people)),
            "mdo_id": pl.Series([post.organisation for post in posts]).gather(held),
            "status": pl.Series(["Active"]).new_from_index(0, len(people)),
            "designation": pl.Series([post.designation for post in posts]).gather(held),
            "groups": pl.Series([f"Group {post.group}" for post in posts]).gather(held),
            "profile_status": np.where(people.verified, "VERIFIED", "NOT-VERIFIED"),
            "user_registration_date": _moments(people.joined + 0.4, calendar),
            "roles": pl.Series(["PUBLIC"]).new_from_index(0, len(people)),
            "is_verified_karmayogi": np.where(people.verified, "True", "False"),
            "cadre": pl.Series([post.cadre for post in posts]).gather(held),
            "data_last_generated_on": pl.Series([stamp]).new_from_index(0, len(people)),
        }
    )


def nominations(duties: Duties, people: People, stamp: str) -> pl.DataFrame:
    """Return rows of ``cb_plan`` for single officials: one learner in ``EVERY`` is nominated for a course."""
    catalogue, calendar, posts = duties.ground.catalogue, duties.calendar, duties.ground.service.posts
    families = [family for title in FOR_THE_NOMINATED if (family := catalogue.family_of(title)) is not None]
    chosen = [n for n in range(len(people)) if (people.first + n) % EVERY == EVERY - 1] if families else []
    now = np.full(len(chosen), calendar.days, dtype=np.float32)
    held = people.post_at(np.array(chosen, dtype=np.int64), now)
    ids = learner_ids(people.first, len(people))
    year = calendar.plan_years[-1]
    return pl.DataFrame(
        {
            "org_id": posts[post].organisation,
            "created_by": "demo-planner",
            "cb_plan_id": f"plan-nomination-{ids[n]}-{year}",
            "plan_name": f"Nominated officials, {year}-{(year + 1) % 100:02d}",
            "allotment_type": "CustomUser",
            "allotment_to": ids[n],
            "content_id": catalogue.base[families[n % len(families)]].id,
            "allocated_on": f"{calendar.moment(calendar.days - 45):%Y-%m-%d %H:%M:%S}",
            "due_by": f"{calendar.moment(calendar.days + 75):%Y-%m-%d %H:%M:%S}",
            "status": "Live",
            "isapar": "No",
            "data_last_generated_on": stamp,
        }
        for n, post in zip(chosen, held, strict=True)
    )


def learners(people: People) -> pl.DataFrame:
    """Return the languages each learner reads, best first."""
    profiles = pl.Series([json.dumps(languages) for languages in LANGUAGE_PROFILES])
    return pl.DataFrame(
        {"learner_id": learner_ids(people.first, len(people)), "languages": profiles.gather(people.languages)}
    )


def user_enrolments(catalogue: Catalogue, people: People, lives: Lives, calendar: Calendar, stamp: str) -> pl.DataFrame:
    """Return ``user_enrolments``, learner by learner, oldest first."""
    e = lives.enrolments
    count = len(e["learner"])
    completed = e["completed"].astype(bool)
    progress = np.floor(e["progress"] * 100.0).astype(np.int64)
    status = np.where(completed, "completed", np.where(progress > 0, "in-progress", "not-started"))
    finished = _moments(e["until"], calendar).set(pl.Series(~completed), None)
    lessons = np.array([resources(course) for course in catalogue.courses])[e["course"]]
    user = learner_ids(people.first, len(people)).gather(e["learner"])
    return pl.DataFrame(
        {
            "user_id": user,
            "batch_id": pl.Series([batch_id(n) for n in range(len(catalogue.courses))]).gather(e["course"]),
            "content_id": _course_ids(catalogue).gather(e["course"]),
            "enrolled_on": _moments(e["day"], calendar),
            "content_progress_percentage": progress,
            "resource_count_consumed": np.floor(lessons * e["progress"]).astype(np.int64),
            "user_consumption_status": status,
            "first_completed_on": finished,
            "first_certificate_generated_on": finished,
            "last_completed_on": finished,
            "last_certificate_generated_on": finished,
            "content_last_accessed_on": _moments(e["until"], calendar),
            "certificate_generated": np.where(completed, "Yes", "No"),
            "number_of_certificate": completed.astype(np.int64),
            "user_rating": pl.Series(e["rating"]).fill_nan(None).cast(pl.Int8),
            "live_cbp_plan_mandate": np.where(e["kind"] == MANDATED, "Yes", "No"),
            "data_last_generated_on": pl.Series([stamp]).new_from_index(0, count),
            "karma_points": np.where(completed, 5, 0),
        }
    )


def enrolments(catalogue: Catalogue, people: People, lives: Lives) -> pl.DataFrame:
    """Return the time spent on each enrolment that was begun, as a share of the course's length."""
    e = lives.enrolments
    begun = np.flatnonzero(e["spent"] > 0)
    hours = np.array([course.hours for course in catalogue.courses])[e["course"][begun]]
    return pl.DataFrame(
        {
            "learner_id": learner_ids(people.first, len(people)).gather(e["learner"][begun]),
            "course_id": _course_ids(catalogue).gather(e["course"][begun]),
            "status": np.where(e["completed"][begun], "completed", "in_progress"),
            "dwell_ratio": pl.Series(e["spent"][begun].astype(np.float64) / (hours * 3600.0)).round(4),
        }
    )


def assessment_detail(
    catalogue: Catalogue, people: People, lives: Lives, calendar: Calendar, stamp: str
) -> pl.DataFrame:
    """Return ``assessment_detail``: a row for each attempt."""
    a = lives.attempts
    courses = catalogue.courses
    minutes = np.where(a["proctored"], 60, 15)
    score = np.round(a["right"] * 100.0 / a["questions"], 1)
    return pl.DataFrame(
        {
            "user_id": learner_ids(people.first, len(people)).gather(a["learner"]),
            "content_id": pl.Series([course.id for course in courses]).gather(a["course"]),
            "assessment_id": pl.Series([f"{course.id}_assessment" for course in courses]).gather(a["course"]),
            "assessment_name": pl.Series([f"{course.title}: assessment" for course in courses]).gather(a["course"]),
            "assessment_type": np.where(a["proctored"], "Comprehensive Assessment", "Course Assessment"),
            "assessment_duration": minutes * 60,
            "time_spent_by_the_user": minutes * 45,
            "completion_date": _moments(a["day"], calendar),
            "score_achieved": score,
            "overall_score": np.full(len(score), 100),
            "cut_off_percentage": np.full(len(score), CUT_OFF),
            "total_question": a["questions"],
            "number_of_incorrect_responses": a["questions"] - a["right"],
            "number_of_retakes": a["attempt"],
            "data_last_generated_on": pl.Series([stamp]).new_from_index(0, len(score)),
        }
    )


def _course_ids(catalogue: Catalogue) -> pl.Series:
    return pl.Series([course.id for course in catalogue.courses])


def _moments(days: NDArray[Any], calendar: Calendar) -> pl.Series:
    """Return days of the window as the platform's text, to the second; none is later than the present day."""
    latest = calendar.days * 86400 - 60
    seconds = np.minimum(np.round(np.asarray(days, dtype=np.float64) * 86400.0), latest).astype(np.int64)
    moments = pl.Series(seconds * 1000).cast(pl.Duration("ms")) + pl.Series([calendar.start]).cast(pl.Datetime("ms"))
    return moments.dt.strftime(_LAYOUT)
