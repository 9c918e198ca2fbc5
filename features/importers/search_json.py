"""Content-search answers: courses and their competency tags, flattened into rows.

Understood are the answer of the platform's search (``result.content``), its ``content`` list alone, a bare list of
content objects, one object, and JSON lines. The traps of the real thing are taken care of here and in
``formats/search.toml``: tags as a list, as a JSON text, as parallel lists or absent; misspelt keys; a duration in
seconds as text, or as a clock; a rating that is null; names padded with spaces; HTML in texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from features.errors import KarmapathError
from features.importers.competency_names import CompetencyNames
from features.importers.json_sources import as_text, kind_of, read_json
from features.importers.sources import LINE

_COURSE_FIELDS = (
    "identifier", "name", "description", "purpose", "instructions", "objectives", "duration", "avgRating",
    "totalNoOfRating", "primaryCategory", "courseCategory", "difficultyLevel", "language", "keywords", "topics",
    "sectorName", "source", "status", "createdOn", "lastPublishedOn", "cost",
)  # fmt: skip
_SIGNS = {"name", "competencies_v5", "competencies_v6"}
"""A content object has an identifier and one of these."""
_TAG_FIELDS = ("area", "theme", "name", "description", "ref_id", "identifier", "v5_id")
_NEW_ID = "kcm-"

Record = Mapping[str, Any]


def is_search(document: Any) -> bool:
    """Whether a JSON document holds content objects."""
    found = _content(document)
    known = [record for record in found if _identifier(record) is not None and _SIGNS & record.keys()]
    return len(known) * 2 > len(found)


def read_search(path: Path) -> dict[str, pl.DataFrame]:
    """Return the rows ``content`` (a row a course) and ``tags`` (a row a tag); ``LINE`` is the object's number.

    Raises
    ------
    KarmapathError
        If the file is not JSON, or holds no content objects.
    """
    document = read_json(path)
    if not is_search(document):
        raise KarmapathError(
            f"{path} holds {kind_of(document)} without content objects",
            "a content-search answer: result.content with identifier and name",
            "check which file this is; nothing was imported",
        )
    records = _content(document)
    tags = [tag for number, record in enumerate(records, 1) for tag in _tags(number, record)]
    schema: Mapping[str, Any] = {LINE: pl.Int64, "course": pl.String} | dict.fromkeys(
        (*_TAG_FIELDS, "level"), pl.String
    )
    return {"content": _courses(records), "tags": pl.DataFrame(tags, schema=schema, orient="row")}


def resolve_tags(tags: pl.DataFrame, names: CompetencyNames) -> pl.DataFrame:
    """Return the tags with the competency that each stands for.

    ``competency`` is its id, ``known`` whether it was known before, ``ref_alias`` the reference id where it is another.

    An unknown competency gets the id that the tag gives it: the reference id of version 6, else one made of the
    integer id of version 5, else of its name.
    """
    distinct = tags.select(*_TAG_FIELDS).unique()
    found = [names.find_tag(row) for row in distinct.iter_rows(named=True)]
    made = [known or _new_id(row) for known, row in zip(found, distinct.iter_rows(named=True), strict=True)]
    ids = distinct.with_columns(
        pl.Series("competency", made, dtype=pl.String),
        pl.Series("known", [str(known is not None).lower() for known in found], dtype=pl.String),
    )
    other = pl.col("ref_id") != pl.col("competency")
    ids = ids.with_columns(pl.when(other).then("ref_id").alias("ref_alias"))
    return tags.join(ids, on=_TAG_FIELDS, how="left", nulls_equal=True, maintain_order="left")


def _content(document: Any) -> list[Record]:
    """Return the content objects of a document, wherever they stand."""
    if isinstance(document, dict):
        inner = document.get("result", document)
        listed = inner.get("content") if isinstance(inner, dict) else None
        document = listed if listed is not None else [inner]
    if not isinstance(document, list):
        return []
    return [record for record in document if isinstance(record, dict)]


def _identifier(record: Record) -> str | None:
    found = record.get("identifier") or record.get("contentId") or record.get("content_id")
    return str(found) if found else None


def _courses(records: Sequence[Record]) -> pl.DataFrame:
    bases = _bases(records)
    rows = []
    for record in records:
        cells = {name: as_text(record.get(name)) for name in _COURSE_FIELDS}
        cells["identifier"] = _identifier(record)
        cells["provider"] = _provider(record)
        cells["restricted"] = str(_is_restricted(record)).lower()
        cells["entitled"] = as_text(_secure(record).get("organisation") or None)
        cells["base"] = bases.get(str(_identifier(record)))
        if "contentPartner" in record:
            cells["topics"] = cells["topics"] or _comma_list(record.get("topic"))
            cells["duration"] = _minutes_as_clock(cells["duration"])
        rows.append(cells)
    made = ("provider", "restricted", "entitled", "base")
    frame = pl.DataFrame(rows, schema=dict.fromkeys((*_COURSE_FIELDS, *made), pl.String))
    return frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(LINE))


def _bases(records: Sequence[Record]) -> dict[str, str]:
    """Return translation to base course; the base is the one that carries the map of languages."""
    bases: dict[str, str] = {}
    for record in records:
        languages = _parsed(record.get("languageMapV1"))
        for entry in languages.values() if isinstance(languages, dict) else ():
            other = entry.get("id") if isinstance(entry, dict) else None
            base = _identifier(record)
            if other and base and other != base and base not in bases:
                bases.setdefault(str(other), base)
    return bases


def _provider(record: Record) -> str | None:
    partner = record.get("contentPartner")
    if isinstance(partner, dict) and partner.get("contentPartnerName"):
        return str(partner["contentPartnerName"])
    organisations = record.get("organisation")
    first = organisations[0] if isinstance(organisations, list) and organisations else organisations
    return as_text(first) or as_text(record.get("source"))


def _is_restricted(record: Record) -> bool:
    secure = _secure(record)
    entitled = secure.get("organisation") or secure.get("isVerifiedKarmayogi") == "Yes"
    return bool(entitled) or str(_identifier(record)).endswith("_rc")


def _secure(record: Record) -> Record:
    """Return the settings that say who may take a course."""
    secure = _parsed(record.get("secureSettings"))
    return secure if isinstance(secure, dict) else {}


def _comma_list(value: Any) -> str | None:
    return orjson.dumps([part.strip() for part in value.split(",")]).decode() if isinstance(value, str) else None


def _minutes_as_clock(minutes: str | None) -> str | None:
    if minutes is None or not re.fullmatch(r"\d+(\.\d+)?", minutes.strip()):
        return minutes
    seconds = round(float(minutes) * 60)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _tags(number: int, record: Record) -> Iterable[tuple[Any, ...]]:
    """Return the rows of a course's competency tags: those of version 6, else those of version 5."""
    for version in ("competencies_v6", "competencies_v5"):
        listed = _tag_objects(record.get(version))
        if listed:
            level = as_text(record.get("difficultyLevel"))
            return [(number, _identifier(record), *_tag_cells(tag), level) for tag in listed]
    return []


def _tag_objects(value: Any) -> list[Record]:
    """Return tags from a list, a JSON text of one, or an object of parallel lists.

    A text that is not JSON is one tag without a name, which is refused later.
    """
    value = _parsed(value)
    if isinstance(value, dict):
        lists = {key: cell for key, cell in value.items() if isinstance(cell, list)}
        length = max((len(cell) for cell in lists.values()), default=0)
        if not lists:
            return [value]
        return [{key: cell[n] for key, cell in lists.items() if n < len(cell)} for n in range(length)]
    if isinstance(value, list):
        return [tag if isinstance(tag, dict) else {} for tag in value]
    return [] if value is None or value == "" else [{}]


def _tag_cells(tag: Record) -> tuple[str | None, ...]:
    """Return a tag's cells in the order of ``_TAG_FIELDS``, whatever the version and spelling of its keys."""
    keys = {_spelt(key): value for key, value in tag.items()}

    def cell(*names: str) -> str | None:
        values = (as_text(keys.get(name)) for name in names)
        return next((value.strip() for value in values if value and value.strip()), None)

    return (
        cell("competencyareaname", "competencyarea"),
        cell("competencythemename", "competencytheme"),
        cell("competencysubthemename", "competencysubtheme"),
        cell("competencysubthemedescription"),
        cell("competencysubthemerefid"),
        cell("competencysubthemeidentifier"),
        cell("competencysubthemeid"),
    )


def _spelt(key: str) -> str:
    """Return a key in lower case with the platform's misspellings put right."""
    return re.sub(r"compete?c?ne?c?y|competancy", "competency", key.casefold())


def _parsed(value: Any) -> Any:
    """Return what a JSON text stands for (also a JSON text of a JSON text); other values as they are."""
    for _ in range(2):
        if not isinstance(value, str):
            break
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _new_id(tag: Mapping[str, str | None]) -> str | None:
    if tag["ref_id"] or tag["identifier"]:
        return tag["ref_id"] or tag["identifier"]
    if tag["v5_id"]:
        return f"{_NEW_ID}v5-{tag['v5_id']}"
    slug = re.sub(r"[\W_]+", "-", (tag["name"] or "").casefold()).strip("-")
    return f"{_NEW_ID}{slug}" if slug else None
