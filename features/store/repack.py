"""Making packs anew: of learners who were read without one, by whoever writes next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, select, update

from features.store.read import found_of
from features.store.tables import learners

_NOTED = 10_000
_RENEWED = 100
"""Packs made in one transaction, at most: some thousandths of a second."""


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


_RENEW = (
    update(learners)
    .where(learners.c.learner_id == bindparam("whose"), learners.c.version == bindparam("at"))
    .values(packed=bindparam("pack"), packed_version=bindparam("at"))
)
