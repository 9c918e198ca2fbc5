"""Matching two tables of texts, each a TSV file: what ``karmapath match`` does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.encoder import Encoder
from features.errors import KarmapathError
from features.text import Abbreviations, clean, script_of, tidy
from features.text.romanised import devanagari_guesses
from recommender.matching.encoded import EncodedTexts
from recommender.matching.link_model import LinkModel
from recommender.matching.logistic import sigmoid
from recommender.matching.pairing import balance_for, column_scales, pair_scores

_END_OF_HEAD = re.compile(r"[.।|] |\n")
_LONGEST_HEAD = 100
_TINY = 1e-12
_IN_DEVANAGARI = frozenset({"hi", "mr", "ne", "kok", "mai", "brx", "doi", "sa"})
FEWEST_LINKS = 20
"""With fewer known queries nothing can be learned that would carry over."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows of a file: an id, a text, and the language where the file says it."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    languages: tuple[str | None, ...]

    def encoded(self, encoder: Encoder, abbreviations: Abbreviations | None = None) -> EncodedTexts:
        """Return the texts made ready for matching."""
        told = zip(self.texts, self.languages, strict=True)
        texts = [_readable(text, language, abbreviations) for text, language in told]
        return EncodedTexts.of(texts, encoder, [_head(text) for text in texts], self.languages)


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate for a query."""

    candidate: str
    score: float


@dataclass(frozen=True, slots=True)
class Links:
    """Links already made: distinct query texts, and for each the candidates it was linked to."""

    texts: tuple[str, ...]
    matrix: NDArray[np.float64]
    unknown: tuple[str, ...]
    """Lines whose candidate is not among the candidates, told as ``line: candidate``."""


def read_texts(path: Path) -> TextTable:
    """Read a TSV file with the columns ``id``, ``text`` and, if it likes, ``language``.

    Raises
    ------
    KarmapathError
        If the file is not there, is not UTF-8, lacks a column, or gives an id twice or not at all.
    """
    ids: dict[str, int] = {}
    texts: list[str] = []
    languages: list[str | None] = []
    for line, row in _rows(path, ("id", "text")):
        name = row["id"].strip()
        if not name or name in ids:
            found = f"id {name!r} again, first on line {ids[name]}" if name else "no id"
            raise KarmapathError(f"line {line} of {path}: {found}", "an id of its own in every row", "correct the ids")
        ids[name] = line
        texts.append(row["text"])
        languages.append((row.get("language") or "").strip() or None)
    return TextTable(tuple(ids), tuple(texts), tuple(languages))


def read_links(path: Path, candidates: TextTable) -> Links:
    """Read a TSV file with the columns ``query_text`` and ``candidate`` (a candidate's id).

    Raises
    ------
    KarmapathError
        If the file is not there, is not UTF-8 or lacks a column.
    """
    column = {name: number for number, name in enumerate(candidates.ids)}
    linked: dict[str, list[int]] = {}
    unknown: list[str] = []
    for line, row in _rows(path, ("query_text", "candidate")):
        name = row["candidate"].strip()
        if name in column:
            linked.setdefault(row["query_text"], []).append(column[name])
        else:
            unknown.append(f"{line}: {name}")
    matrix = np.zeros((len(linked), len(column)))
    for number, columns in enumerate(linked.values()):
        matrix[number, columns] = 1
    return Links(tuple(linked), matrix, tuple(unknown))


def match_texts(
    queries: TextTable,
    candidates: TextTable,
    encoder: Encoder,
    top: int,
    links: Links | None = None,
    abbreviations: Abbreviations | None = None,
) -> list[tuple[Match, ...]]:
    """Return the ``top`` best candidates of each query, best first; an empty query has none."""
    asked, held = queries.encoded(encoder, abbreviations), candidates.encoded(encoder, abbreviations)
    if links is not None and len(links.texts) >= FEWEST_LINKS:
        known = TextTable(links.texts, links.texts, (None,) * len(links.texts)).encoded(encoder, abbreviations)
        scores = _without_hubs(LinkModel.fit(known, held, links.matrix).score(asked))
    else:
        scores = pair_scores(asked, held)
    return [_best(row, candidates.ids, top) if text else () for row, text in zip(scores, asked.texts, strict=True)]


def _without_hubs(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities with candidates that many queries claim moved down, as far as the lists are mirrors."""
    if 0 in chances.shape:
        return chances
    odds = np.log(chances + _TINY) - np.log1p(_TINY - chances)
    return sigmoid(odds + column_scales(odds, balance_for(odds)))


def _head(text: str) -> str:
    """Return what names the text: its beginning up to the first full stop, if that is short."""
    first = _END_OF_HEAD.split(text, maxsplit=1)[0]
    return first if len(first) <= _LONGEST_HEAD else text


def _readable(text: str, language: str | None, abbreviations: Abbreviations | None = None) -> str:
    """Return the text tidied; Hindi in Latin letters, where the file says it is Hindi, in its own script."""
    tidied = tidy(text, abbreviations) or clean(text)
    romanised = language in _IN_DEVANAGARI and script_of(tidied) == "latin"
    return devanagari_guesses(tidied)[0] if romanised else tidied


def _best(scores: NDArray[np.float64], ids: Sequence[str], top: int) -> tuple[Match, ...]:
    order = np.argsort(-scores, kind="stable")[:top]
    return tuple(Match(ids[column], round(float(scores[column]), 6)) for column in order)


def _rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, cells by column) of a tab-separated file; a missing last cell is empty."""
    header, *lines = _lines(path, needed)
    names = [name.strip() for name in header.split("\t")]
    missing = [name for name in needed if name not in names]
    if missing:
        raise KarmapathError(
            f"{path} has the columns {', '.join(names) or 'none'}",
            f"a tab-separated file with the columns {', '.join(needed)}",
            f"add a header with {missing[0]}",
        )
    for number, line in enumerate(lines, start=2):
        if line.strip():
            cells = line.split("\t")
            yield number, dict(zip(names, cells + [""] * (len(names) - len(cells)), strict=False))


def _lines(path: Path, needed: Sequence[str]) -> list[str]:
    expected = f"a tab-separated file with the columns {', '.join(needed)}"
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise KarmapathError(f"no file at {path}", expected, "check the path") from error
    except UnicodeDecodeError as error:
        raise KarmapathError(f"{path} is not UTF-8 (byte {error.start})", expected, "save it as UTF-8") from error
    except OSError as error:
        raise KarmapathError(f"{path} cannot be read ({error.strerror})", expected, "check the path") from error
    return content.replace("\r\n", "\n").split("\n")
