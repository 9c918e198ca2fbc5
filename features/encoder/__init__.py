"""Text in, unit vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

TextKind = Literal["query", "passage"]

ME5_NAME = "me5-small@1571fc982750"
"""multilingual-e5-small with the pinned four-bit weights, whatever runs it."""
ME5_DIMENSION = 384


class Encoder(Protocol):
    """Turns texts into unit vectors; the same text always gives the same vector."""

    @property
    def name(self) -> str:
        """Name of model and version: vectors of different names are not comparable."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str], kind: TextKind = "passage") -> NDArray[np.float32]:
        """Return one unit row a text, shape (len(texts), dimension); an empty text gives a zero row."""
        ...
