"""An encoder that knows no meaning, for where no other is installed: its vectors have no dimensions.

All that is compared by meaning is alike to it, so what searches with it searches by words, letters and sounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.encoder import TextKind


class WordsOnly:
    """Vectors of length zero."""

    name = "words-only"
    dimension = 0

    def encode(self, texts: Sequence[str], kind: TextKind = "passage") -> NDArray[np.float32]:
        """Return nothing for each text, shape (len(texts), 0)."""
        return np.zeros((len(texts), 0), dtype=np.float32)
