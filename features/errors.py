"""What went wrong, in words a person can act on.

Every error that a user can cause is a ``KarmapathError``: it says what was found, what was expected and what to do.
The command line prints it without a traceback; the HTTP service answers it as an RFC 9457 problem.
"""

from __future__ import annotations

import copyreg
from typing import Any


class KarmapathError(Exception):
    """Something the user can put right.

    >>> print(KarmapathError("no file at courses.csv", "a CSV or Parquet file", "check the path"))
    no file at courses.csv; expected a CSV or Parquet file; check the path
    """

    code = "invalid"
    """Short machine-readable name, the last part of the problem's type."""

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(f"{found}; expected {expected}; {remedy}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes it again, as it is, where another process is told of it."""
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


class NotFoundError(KarmapathError):
    """An id that nothing here has."""

    code = "not_found"


class ConflictError(KarmapathError):
    """Something that is well said by itself and does not go with what else is said, or known."""

    code = "conflict"


class NotReadyError(KarmapathError):
    """Something that must be done first has not been done (no data, no trained model)."""

    code = "not_ready"
