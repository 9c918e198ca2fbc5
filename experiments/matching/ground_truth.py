"""Ground truth for matching, read from folders of public data as they were published."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import KarmapathError
from features.levels import SCALES
from features.text import clean, tidy

_GDAD_SCALE = SCALES["awareness-expert"]


@dataclass(frozen=True)
class Pairs:
    """Texts and their translations, row by row."""

    name: str
    language: str
    english: tuple[str, ...]
    other: tuple[str, ...]

    def part(self, first: int, last: int) -> Pairs:
        """Return the pairs from ``first`` up to before ``last``."""
        return Pairs(self.name, self.language, self.english[first:last], self.other[first:last])


@dataclass(frozen=True)
class Linked:
    """Queries, candidates and which belong together."""

    name: str
    queries: tuple[str, ...]
    titles: tuple[str, ...]
    candidates: tuple[str, ...]
    candidate_names: tuple[str, ...]
    links: NDArray[np.float64]
    """Shape (n_queries, n_candidates): 0, 1, or the level where levels are known."""
    groups: tuple[str, ...]
    """What must be left out together."""


def read_pairs(folder: Path) -> list[Pairs]:
    """Read every file of pairs, named ``<source>_en-<language>.tsv``."""
    found = sorted(_needed(folder).glob("*_en-*.tsv"))
    if not found:
        raise KarmapathError(f"no file of pairs in {folder}", "files like igot_en-hi.tsv", "give the folder with data")
    return [_pairs(path) for path in found]


def _pairs(path: Path) -> Pairs:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    filled = [row for row in rows if len(row) >= 3]
    english, other = (tuple(clean(row[column]) for row in filled) for column in (1, 2))
    return Pairs(path.stem, path.stem.rpartition("-")[2], english, other)


def read_uk_gdad(folder: Path) -> Linked:
    """Read role grades, skills and the levels (1 to 5) that link them; unused and repeated rows are left out."""
    rows = (
        pl.read_csv(_needed(folder / "roles.csv"), infer_schema=False)
        .with_columns(pl.col("Skill Level").str.strip_chars().str.to_lowercase().alias("level"))
        .filter(pl.col("level").is_in(list(_GDAD_SCALE)))
        .unique(["Role", "Role Level", "Skill Name"], keep="first", maintain_order=True)
    )
    grades = rows.unique(["Role", "Role Level"], keep="first", maintain_order=True)
    skills = rows.unique("Skill Name", keep="first").sort("Skill Name")
    column = {name: number for number, name in enumerate(skills["Skill Name"])}
    row_of = {pair: number for number, pair in enumerate(grades.select("Role", "Role Level").iter_rows())}
    links = np.zeros((len(row_of), len(column)))
    for role, grade, skill, level in rows.select("Role", "Role Level", "Skill Name", "level").iter_rows():
        links[row_of[role, grade], column[skill]] = _GDAD_SCALE[level]
    titles = tuple(f"{role}: {grade}" for role, grade in row_of)
    described = grades.select("Role Level Description", "Role Description").iter_rows()
    queries = tuple(". ".join([title, *map(tidy, parts)]) for title, parts in zip(titles, described, strict=True))
    candidates = tuple(
        f"{name}. {tidy(text)}" for name, text in skills.select("Skill Name", "Skill Description").iter_rows()
    )
    return Linked("uk-gdad", queries, titles, candidates, tuple(column), links, tuple(grades["Role"]))


def read_ibm_courses(folder: Path) -> Linked:
    """Read courses and their labels."""
    labels = pl.read_csv(_needed(folder / "course_genre.csv"), encoding="utf8-lossy")
    texts = pl.read_csv(_needed(folder / "course_processed.csv"), infer_schema=False).select("COURSE_ID", "DESCRIPTION")
    rows = labels.join(texts, on="COURSE_ID", how="left", maintain_order="left")
    names = [name for name in labels.columns if name not in ("COURSE_ID", "TITLE")]
    titles = tuple(tidy(title) for title in rows["TITLE"])
    queries = tuple(f"{title}. {tidy(text)}" for title, text in zip(titles, rows["DESCRIPTION"], strict=True))
    spoken = tuple(_spaced(name) for name in names)
    links = rows.select(names).to_numpy().astype(np.float64)
    return Linked("ibm-courses", queries, titles, spoken, spoken, links, tuple(rows["COURSE_ID"]))


def read_coursera(folder: Path) -> Linked:
    """Read course titles and the skills that each course is said to teach."""
    rows = pl.read_csv(_needed(folder / "Coursera.csv"), infer_schema=False)
    listed = [(title, _skills(cell)) for title, cell in rows.select("course", "skills").iter_rows()]
    told = [(tidy(title), skills) for title, skills in listed if skills]
    names = sorted({skill for _, skills in told for skill in skills})
    column = {name: number for number, name in enumerate(names)}
    links = np.zeros((len(told), len(names)))
    for row, (_, skills) in enumerate(told):
        links[row, [column[skill] for skill in skills]] = 1
    titles = tuple(title for title, _ in told)
    return Linked("coursera-skills", titles, titles, tuple(names), tuple(names), links, titles)


def _skills(cell: str) -> list[str]:
    try:
        listed = ast.literal_eval(cell)
    except (SyntaxError, ValueError):
        return []
    return sorted({skill.strip() for skill in listed if skill.strip() and "·" not in skill})


def _spaced(name: str) -> str:
    """Return "Data Analysis" for "DataAnalysis"."""
    return "".join(f" {c}" if c.isupper() and i and name[i - 1].islower() else c for i, c in enumerate(name))


def _needed(path: Path) -> Path:
    if not path.exists():
        raise KarmapathError(f"nothing at {path}", "the folder of public ground truth", "give it with --data")
    return path
