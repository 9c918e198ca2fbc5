"""The encoder of a server: courses' vectors from the home's cache, everybody's own words kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.encoder import Encoder, TextKind
from features.encoder.cache import CachedEncoder
from features.encoder.light_encoder import LightEncoder
from features.home import Home


class ServingEncoder:
    """Passages come from the cache, where training left them; queries leave nothing behind."""

    def __init__(self, home: Home) -> None:
        self._light: Encoder = LightEncoder()
        self._cached = CachedEncoder(self._light, home.cache)
        self._recalled = CachedEncoder(self._light, home.cache, keeps=False)

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._light.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._light.dimension

    @property
    def forgetful(self) -> Encoder:
        """The same encoder, which knows what is in the cache and puts nothing there: for texts from outside."""
        return self._recalled

    @property
    def remembering(self) -> Encoder:
        """The same encoder with a memory for questions too: for texts of the bundle."""
        return self._cached

    def encode(self, texts: Sequence[str], kind: TextKind = "passage") -> NDArray[np.float32]:
        """Return one unit row a text."""
        return (self._cached if kind == "passage" else self._recalled).encode(texts, kind)
