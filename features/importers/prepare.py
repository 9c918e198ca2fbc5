"""Steps that make columns out of several columns of a file, where a mapping's rules cannot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import polars as pl

from features.importers import values
from features.importers.competency_names import CompetencyNames
from features.importers.headers import column, header_key
from features.importers.search_json import resolve_tags
from features.importers.values import slug_of

_PROCTORED = r"(?i)proctor|standalone|comprehensive"
"""Kinds of assessment taken under supervision, or apart from a course to certify."""

_FRAC_IDS = ("role_id", "activity_id", "position_id")


def assessments(raw: pl.DataFrame, _: CompetencyNames) -> pl.DataFrame:
    """Return an ``assessment_detail`` export with ``evidence_id``, ``kind``, ``score``, ``passed`` and ``attempt``.

    The score is a share of the points where the export says how many there were, else of a hundred. It is passed from
    the cut-off percentage on. The id is a hash of learner, assessment, attempt and time: the same row, the same id.
    A cell that is not a number stays as it is, to be refused with its row.
    """
    achieved, overall, cut_off = (
        column(raw, name) for name in ("score_achieved", "overall_score", "cut_off_percentage")
    )
    most = values.numbers(overall)
    share = (values.numbers(achieved) / most.set(most <= 0, None).fill_null(100.0)).round(6)
    retakes = column(raw, "number_of_retakes")
    kind = column(raw, "assessment_type").cast(pl.String).str.contains(_PROCTORED).fill_null(value=False)
    parts = ("user_id", "content_id", "assessment_id", "number_of_retakes", "completion_date")
    identity = raw.select(
        pl.concat_str([column(raw, part).cast(pl.String).fill_null("") for part in parts], separator="|")
    )
    return raw.with_columns(
        _or_cell(share, achieved).alias("score"),
        (share * 100 >= values.numbers(cut_off)).cast(pl.String).alias("passed"),
        _or_cell(values.numbers(retakes).fill_null(0.0) + 1, retakes).alias("attempt"),
        kind.replace_strict([True, False], ["proctored", "assessment"], return_dtype=pl.String).alias("kind"),
        pl.Series("evidence_id", [_digest(text) for text in identity.to_series()]),
    )


def frac(raw: pl.DataFrame, _: CompetencyNames) -> pl.DataFrame:
    """Return a FRAC table with ``role_id``, ``activity_id`` and ``position_id``: as given, else made of the names.

    Where there is a column ``designation``, a column ``position`` holds ids. Positions are told apart by organisation,
    activities by role.
    """
    names = ("role", "activity", "position", "designation", "organisation_id", "organisation")
    rows = pl.DataFrame({name: values.texts(column(raw, name)) for name in (*names, *_FRAC_IDS)})
    role = pl.coalesce("role_id", slug_of("role"))
    place = pl.coalesce("organisation_id", "organisation", pl.lit(""))
    titled = pl.when(pl.col("designation").is_not_null()).then("position")
    ids = rows.select(
        role_id=role,
        activity_id=pl.coalesce("activity_id", slug_of(role + "-" + pl.col("activity"))),
        position_id=pl.coalesce("position_id", titled, slug_of(place + "-" + pl.col("position"))),
    )
    made = {header_key(name) for name in _FRAC_IDS}
    return raw.select(name for name in raw.columns if header_key(name) not in made).hstack(ids)


def _or_cell(made: pl.Series, cell: pl.Series) -> pl.Series:
    """Return the number made of a cell as text; the cell itself where it is not a number."""
    unreadable = cell.is_not_null() & values.numbers(cell).is_null()
    return cell.cast(pl.String).zip_with(unreadable, made.cast(pl.String))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


PREPARE: Mapping[str, Callable[[pl.DataFrame, CompetencyNames], pl.DataFrame]] = {
    "assessments": assessments,
    "frac": frac,
    "tags": resolve_tags,
}
"""Every step by the name that mappings use."""
