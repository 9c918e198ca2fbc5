from __future__ import annotations

import pytest

from features.encoder.cache import CachedEncoder
from features.encoder.light_encoder import LightEncoder


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> CachedEncoder:
    """The encoder that needs no torch, loaded once for all tests, each text encoded once."""
    return CachedEncoder(LightEncoder(), tmp_path_factory.mktemp("vectors"))
