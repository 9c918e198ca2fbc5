"""Making packs anew: of learners who were read without one, by whoever writes next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Engine, bindparam, or_, select, update

from features.store.connections import writing
from features.store.packs import FORM
from features.store.read import found_of
from features.store.tables import learners

_NOTED = 10_000
_RENEWED = 100
"""Packs made in one transaction beside other writing, at most: some thousandths of a second."""
_AT_ONCE = 500


class Unpacked:
    """Learners who were read without a pack; safe to share between threads."""

    def __init__(self) -> None:
        self._ids: deque[str] = deque(maxlen=_NOTED)

    def note(self, learner_id: str) -> None:
        """Keep in mind that a pack is wanted."""
        self._ids.append(learner_id)

    def take(self) -> Sequence[str]:
        """Return some of them; they are noted no longer."""
        return sorted(set(self._taken()))

    def _taken(self) -> Iterator[str]:
        for _ in range(_RENEWED):
            try:
                yield self._ids.popleft()
            except IndexError:
                return


def renew(connection: Connection, ids: Sequence[str]) -> None:
    """Pack learners anew in the caller's transaction; those whom somebody else is changing are left as they are.

    They are locked before they are read: so nobody changes, erases or loads them in between, and the pack is of the
    version that it is written with.
    """
    if not ids:
        return
    some = select(learners.c.learner_id).where(learners.c.learner_id.in_(ids))
    held = connection.execute(some.with_for_update(skip_locked=True)).scalars().all()
    packs = [{"whose": one.id, "at": one.version, "pack": one.packed()} for one in found_of(connection, held)]
    if packs:
        connection.execute(_RENEW, packs)


def renew_all(engine: Engine) -> int:
    """Pack everybody who has no good pack, some hundreds at a time, and return how many.

    For a store that was filled before there were packs; else they come with the next load, or one by one as learners
    are read.
    """
    last, count = "", 0
    old = or_(
        learners.c.packed_version.is_distinct_from(learners.c.version),
        ~learners.c.packed.startswith(f"[{FORM},", autoescape=True),
    )
    query = select(learners.c.learner_id).where(learners.c.learner_id > bindparam("last"), old)
    query = query.order_by(learners.c.learner_id).limit(_AT_ONCE)
    while True:
        with writing(engine) as connection:
            ids = connection.execute(query, {"last": last}).scalars().all()
            renew(connection, ids)
        if not ids:
            return count
        last, count = ids[-1], count + len(ids)


_RENEW = (
    update(learners)
    .where(learners.c.learner_id == bindparam("whose"), learners.c.version == bindparam("at"))
    .values(packed=bindparam("pack"), packed_version=bindparam("at"))
)
