"""Hashes in Redis, replaced whole: a reader sees the old lists or the new ones, never some of each.

New fields are written under names of their own, which nobody reads and which expire by themselves; then one transaction
puts all of them in place. Whatever happens before it, the old lists stay.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from features.errors import KarmapathError, NotReadyError

DATABASE = 12
"""Where the platform keeps them, unless the address names another."""
_CHUNK = 500
_HOUR_SECONDS = 3600
_WAIT_SECONDS = 10.0


class RedisError(KarmapathError):
    """Redis cannot be reached, or does not take what is written."""

    code = "redis_unavailable"


def replace_hashes(url: str, hashes: Mapping[str, Mapping[str, str]]) -> None:
    """Put the hashes in the place of those of the same names; one without fields is removed.

    Parameters
    ----------
    url
        ``redis://user:password@host:port/database``, ``rediss://`` or ``unix://``; without a database, 12.

    Raises
    ------
    RedisError
        If Redis does not answer, refuses, or the address is none; the old hashes are as they were.
    """
    redis = _package()
    token = uuid4().hex
    try:
        client = redis.Redis.from_url(
            with_database(url), socket_timeout=_WAIT_SECONDS, socket_connect_timeout=_WAIT_SECONDS
        )
        with contextlib.closing(client):
            try:
                _replace(client, hashes, token)
            except BaseException:
                with contextlib.suppress(redis.RedisError):  # they expire by themselves, too
                    client.delete(*(_new(name, token) for name in hashes))
                raise
    except (redis.RedisError, OSError, ValueError) as error:
        raise RedisError(
            f"Redis at {without_password(url)} said: {str(error) or type(error).__name__}",
            "a Redis that answers and takes writes; nothing was replaced",
            "check that it runs, its address (redis://host:port/12) and its memory, then publish again",
        ) from None


def _package() -> Any:
    try:
        import redis  # noqa: PLC0415 - only who publishes needs it
    except ImportError as error:
        raise NotReadyError(
            "no package redis", "the package that speaks with Redis", "pip install 'karmapath[redis]'"
        ) from error
    return redis


def _replace(client: Any, hashes: Mapping[str, Mapping[str, str]], token: str) -> None:
    for name, fields in hashes.items():
        for part in _parts(fields):
            with client.pipeline(transaction=True) as pipeline:
                pipeline.hset(_new(name, token), mapping=part)
                pipeline.expire(_new(name, token), _HOUR_SECONDS)
                pipeline.execute()
    with client.pipeline(transaction=True) as pipeline:
        for name, fields in hashes.items():
            if fields:
                pipeline.persist(_new(name, token))
                pipeline.rename(_new(name, token), name)
            else:
                pipeline.delete(name)
        pipeline.execute()


def with_database(url: str) -> str:
    """Return the address with the platform's database where it names none.

    >>> with_database("redis://localhost:6379"), with_database("redis://localhost/3")
    ('redis://localhost:6379/12', 'redis://localhost/3')
    """
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss") or parts.path.strip("/") or "db=" in parts.query:
        return url
    return urlunsplit(parts._replace(path=f"/{DATABASE}"))


def without_password(url: str) -> str:
    """Return the address as it may be told.

    >>> without_password("redis://:secret@localhost:6379/12")
    'redis://localhost:6379/12'
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def _new(name: str, token: str) -> str:
    return f"karmapath:writing:{name}:{token}"


def _parts(fields: Mapping[str, str]) -> Iterator[dict[str, str]]:
    rows = iter(fields.items())
    while part := dict(islice(rows, _CHUNK)):
        yield part
