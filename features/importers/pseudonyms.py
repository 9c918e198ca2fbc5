"""Pseudonyms for learner ids: a keyed hash whose key stays in the home folder.

Same id and key, same pseudonym, so later imports join; without the key nobody can test a guess. By default ids are
kept as the platform has them, because its portal asks with them; a deployment that turns pseudonyms on must put its
requests through the same hash. A home that has the key uses it from then on.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import polars as pl

from features.home import Home
from features.importers.tabulate import Pseudonym

_KEY_FILE = "pseudonym.key"
_KEY_BYTES = 32


def has_key(home: Home) -> bool:
    """Whether the home folder turns learner ids into pseudonyms."""
    return (home.folder / _KEY_FILE).exists()


def keyed_hash(home: Home) -> Pseudonym:
    """Return the home folder's hash of learner ids; the key is made at first use, readable by its owner only."""
    key = _key(home.folder / _KEY_FILE)

    def pseudonyms(ids: pl.Series) -> pl.Series:
        distinct = ids.drop_nulls().unique()
        hashed = [pseudonym(learner, key) for learner in distinct]
        return ids.replace_strict(distinct, pl.Series(hashed, dtype=pl.String), default=None, return_dtype=pl.String)

    return pseudonyms


def pseudonym(learner: str, key: bytes) -> str:
    """Return the pseudonym of one id: 32 hex digits of its HMAC-SHA-256."""
    return hmac.new(key, learner.encode(), hashlib.sha256).hexdigest()[:32]


def _key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text().strip())
    key = secrets.token_bytes(_KEY_BYTES)
    with os.fdopen(file, "w") as handle:
        handle.write(key.hex())
    return key
