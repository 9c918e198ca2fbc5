"""The columns of the platform's warehouse exports, and of the tables that add what the platform does not export."""

from __future__ import annotations

from collections.abc import Mapping

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "user_detail": (
        "user_id", "mdo_id", "status", "no_of_karma_points", "full_name", "designation", "email", "phone_number",
        "pincode", "groups", "tag", "profile_status", "user_registration_date", "roles", "gender", "category",
        "marked_as_not_my_user", "is_verified_karmayogi", "created_by_id", "external_system", "external_system_id",
        "weekly_claps_day_before_yesterday", "total_event_learning_hours", "total_content_learning_hours",
        "total_learning_hours", "employee_id", "cadre", "civil_service_type", "civil_services", "cadre_batch",
        "is_from_organised_service_of_govt", "data_last_generated_on",
    ),
    "content": (
        "content_id", "content_provider_id", "content_provider_name", "content_name", "content_type", "batch_id",
        "batch_name", "batch_start_date", "batch_end_date", "content_duration", "content_rating",
        "last_published_on", "content_retired_on", "content_status", "resource_count", "total_certificates_issued",
        "content_substatus", "language", "content_sub_type", "scorm_flag", "data_last_generated_on",
    ),
    "user_enrolments": (
        "user_id", "batch_id", "content_id", "enrolled_on", "content_progress_percentage", "resource_count_consumed",
        "user_consumption_status", "first_completed_on", "first_certificate_generated_on", "last_completed_on",
        "last_certificate_generated_on", "content_last_accessed_on", "certificate_generated", "number_of_certificate",
        "user_rating", "certificate_id", "live_cbp_plan_mandate", "data_last_generated_on", "karma_points",
    ),
    "org_hierarchy": (
        "mdo_id", "mdo_name", "ministry", "ministry_id", "department", "department_id", "is_cca", "mdo_created_on",
        "data_last_generated_on",
    ),
    "kcm_content_mapping": (
        "course_id", "competency_area_id", "competency_theme_id", "competency_sub_theme_id", "data_last_generated_on",
    ),
    "kcm_dictionary": (
        "competency_area_id", "competency_area", "competency_area_description", "competency_theme_id",
        "competency_theme", "competency_theme_description", "competency_sub_theme_id", "competency_sub_theme",
        "competency_sub_theme_description", "competency_theme_type", "data_last_generated_on",
    ),
    "cb_plan": (
        "org_id", "created_by", "cb_plan_id", "plan_name", "allotment_type", "allotment_to", "content_id",
        "allocated_on", "due_by", "status", "isapar", "data_last_generated_on",
    ),
    "assessment_detail": (
        "user_id", "content_id", "assessment_id", "assessment_name", "assessment_type", "assessment_duration",
        "time_spent_by_the_user", "completion_date", "score_achieved", "overall_score", "cut_off_percentage",
        "total_question", "number_of_incorrect_responses", "number_of_retakes", "data_last_generated_on",
    ),
    # What the platform does not export: a FRAC table, and tables with the warehouse's own names and columns.
    "frac": (
        "position_id", "organisation_id", "designation", "group", "wing", "role_id", "role", "role_description",
        "activity_id", "activity", "competency_id", "competency", "level", "weight", "critical",
    ),
    "teaches": ("course_id", "competency_id", "from_level", "to_level"),
    "courses": ("course_id", "name", "base_course_id", "organisation_id", "cost"),
    "prerequisites": ("course_id", "group", "requires_course_id"),
    "learners": ("learner_id", "languages"),
    "enrolments": ("learner_id", "course_id", "status", "dwell_ratio"),
    "rules": ("rule_id", "version", "title", "citation", "kind", "scope", "parameters", "valid_from", "valid_to"),
}  # fmt: skip
"""Table to its columns, in order."""

GROWING = ("user_detail", "user_enrolments", "assessment_detail", "learners", "enrolments")
"""Tables that grow with the number of learners."""
