"""A dozen deliberately bad rows, as real exports have them, so that the table of rejects has something to show."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

BAD_ROWS: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "user_enrolments": (
        {"user_id": "L9999999", "content_id": "{course}", "enrolled_on": "2026-03-01 11:20:05"},  # unknown learner
        {"user_id": "L0000001", "content_id": "do_0000", "enrolled_on": "2026-03-01 11:20:05"},  # unknown course
        {"user_id": "L0000002", "content_id": "{course}", "enrolled_on": "2026-02-30 10:00:00"},  # no such day
        {"user_id": "L0000003", "content_id": "{course}", "enrolled_on": "2026-05-04 10:00:00",
         "content_progress_percentage": "140"},  # more than the whole
        {"user_id": "L0000004", "content_id": "{course}", "enrolled_on": "2026-05-04 10:00:00",
         "user_consumption_status": "finished"},  # no such status
        {"user_id": "", "content_id": "{course}", "enrolled_on": "2026-05-04 10:00:00"},  # no learner
    ),
    "user_detail": (
        {"user_id": "", "mdo_id": "M01D1", "designation": "Section Officer", "groups": "Group B"},  # no id
        {"user_id": "L0000001", "mdo_id": "M01D1", "designation": "Section Officer", "groups": "Group B"},  # twice
    ),
    "kcm_content_mapping": (
        {"course_id": "{course}", "competency_sub_theme_id": "COMSUBTHEME-999999"},  # unknown competency
    ),
    "assessment_detail": (
        {"user_id": "L9999999", "content_id": "{course}", "completion_date": "2026-03-01 11:20:05",
         "score_achieved": "70", "overall_score": "100", "cut_off_percentage": "60"},  # unknown learner
        {"user_id": "L0000002", "content_id": "{course}", "completion_date": "2026-03-01 11:20:05",
         "score_achieved": "170", "overall_score": "100", "cut_off_percentage": "60"},  # more than all points
    ),
    "cb_plan": (
        {"org_id": "M01D1", "cb_plan_id": "plan-old", "allotment_type": "AllUser", "allotment_to": "All Users",
         "content_id": "do_0000", "allocated_on": "2026-05-15 00:00:00", "due_by": "2027-03-31 00:00:00",
         "status": "Live"},  # unknown course
    ),
}  # fmt: skip
"""Table to its bad rows; the comment says what is wrong. ``{course}`` stands for a course that exists."""

COUNT = sum(len(rows) for rows in BAD_ROWS.values())

_USUAL = {"user_consumption_status": "in-progress", "content_progress_percentage": "50", "batch_id": "batch-x"}


def bad_rows(table: str, course: str) -> pl.DataFrame:
    """Return the bad rows of a table, which may be none; ``course`` is the id of a course that exists."""
    rows = [dict(row) for row in BAD_ROWS.get(table, ())]
    if table == "user_enrolments":
        rows = [_USUAL | row for row in rows]
    filled = [{name: text.replace("{course}", course) for name, text in row.items()} for row in rows]
    return pl.DataFrame(filled, infer_schema_length=None)
