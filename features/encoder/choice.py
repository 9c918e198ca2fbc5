"""Which encoder is used: one setting, and a default that needs no setting."""

from __future__ import annotations

import importlib.util
import os

from features.encoder import Encoder
from features.encoder.cache import CachedEncoder, Progress
from features.encoder.light_encoder import LightEncoder
from features.encoder.sentence_encoder import SentenceEncoder
from features.home import Home

ENCODER_VARIABLE = "KARMAPATH_ENCODER"
"""``me5-small`` (default), ``light`` (the same without torch), or any sentence-transformers model by name or path."""


def default_encoder(home: Home, model: str | None = None, progress: Progress | None = None) -> CachedEncoder:
    """Return the encoder that ``model``, else ``KARMAPATH_ENCODER``, names, with its vectors cached in the home.

    Nothing heavy is loaded before a text is met that the cache does not hold.
    """
    return CachedEncoder(bare_encoder(home, model), home.cache, progress)


def bare_encoder(home: Home, model: str | None = None) -> Encoder:
    """Return the same encoder without a memory."""
    model = model or os.environ.get(ENCODER_VARIABLE) or "me5-small"
    if model == "light" or (model == "me5-small" and importlib.util.find_spec("sentence_transformers") is None):
        return LightEncoder(threads=None)
    if model == "me5-small":
        return SentenceEncoder.me5_small(home.cache)
    return SentenceEncoder.of(model)
