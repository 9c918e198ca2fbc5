from __future__ import annotations

from pathlib import Path

import pytest

from features.encoder.sentence_encoder import SentenceEncoder


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the model is built once for all tests."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def sentence_encoder(model_cache: Path) -> SentenceEncoder:
    """The default encoder, loaded once for all tests."""
    pytest.importorskip("sentence_transformers", reason="bulk encoding is not installed: pip install 'karmapath[text]'")
    return SentenceEncoder.me5_small(model_cache)
