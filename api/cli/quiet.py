"""Keep what native libraries print out of standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def native_output_to_stderr() -> Iterator[None]:
    """Send what C code writes to standard output to standard error while the block runs.

    HiGHS prints a line of its own now and then; a command that promises one JSON document cannot have it there.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
