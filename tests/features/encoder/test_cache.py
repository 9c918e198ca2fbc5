from __future__ import annotations

import sqlite3
import threading

import numpy as np
import pytest

from features.encoder.cache import FILE_NAME, CachedEncoder


class Recorder:
    """Remembers which texts it was asked for; the vector of a text is its length and its first letter."""

    dimension = 2

    def __init__(self, name: str = "recorder@1") -> None:
        self.name = name
        self.asked: list[str] = []

    def encode(self, texts, kind="passage"):
        self.asked += texts
        return np.array([[len(text), ord(text[:1] or "\0")] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_only_what_changed_is_encoded(tmp_path):
    inner = Recorder()
    encoder = CachedEncoder(inner, tmp_path)
    first = encoder.encode(["bb", "a"])
    again = encoder.encode(["a", "ccc", "bb"])
    assert inner.asked == ["a", "bb", "ccc"]
    assert np.array_equal(again[[2, 0]], first)
    assert again.tolist() == [[1, 97], [3, 99], [2, 98]]


def test_a_text_that_stands_twice_is_encoded_once(tmp_path):
    inner = Recorder()
    assert CachedEncoder(inner, tmp_path).encode(["a", "a"]).tolist() == [[1, 97], [1, 97]]
    assert inner.asked == ["a"]


def test_kinds_and_encoders_are_kept_apart(tmp_path):
    inner, other = Recorder(), Recorder("recorder@2")
    CachedEncoder(inner, tmp_path).encode(["a"], "query")
    CachedEncoder(inner, tmp_path).encode(["a"], "passage")
    CachedEncoder(other, tmp_path).encode(["a"], "passage")
    assert (inner.asked, other.asked) == (["a", "a"], ["a"])


def test_interrupted_work_goes_on_where_it_stopped(tmp_path):
    class Breaking(Recorder):
        def encode(self, texts, kind="passage"):
            if self.asked:
                raise KeyboardInterrupt
            return super().encode(texts, kind)

    texts = [f"{number:04}" for number in range(600)]
    with pytest.raises(KeyboardInterrupt):
        CachedEncoder(Breaking(), tmp_path).encode(texts)
    inner = Recorder()
    CachedEncoder(inner, tmp_path).encode(texts)
    assert 0 < len(inner.asked) < 600


def test_several_threads_may_fill_the_same_cache(tmp_path):
    texts = [f"text {number}" for number in range(300)]
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(CachedEncoder(Recorder(), tmp_path).encode(texts)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(vectors, found[0]) for vectors in found)


def test_progress_is_told_up_to_the_end(tmp_path):
    told = []
    CachedEncoder(Recorder(), tmp_path, lambda done, of: told.append((done, of))).encode([str(n) for n in range(300)])
    assert told == [(256, 300), (300, 300)]


def test_no_texts_open_no_file(tmp_path):
    assert CachedEncoder(Recorder(), tmp_path / "none").encode([]).shape == (0, 2)
    assert not (tmp_path / "none").exists()


def test_half_a_surrogate_is_no_trouble(tmp_path):
    assert CachedEncoder(Recorder(), tmp_path).encode(["\ud800"]).shape == (1, 2)


def test_without_keeping_what_is_there_is_known_and_nothing_is_added(tmp_path):
    CachedEncoder(Recorder(), tmp_path).encode(["a"])
    inner = Recorder()
    reader = CachedEncoder(inner, tmp_path, keeps=False)
    assert reader.encode(["a", "bb"]).tolist() == [[1, 97], [2, 98]]
    reader.encode(["bb"])
    assert inner.asked == ["bb", "bb"]


def test_a_damaged_cache_does_not_stop_one_who_only_looks_things_up(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"not a database, but long enough to be taken for one" * 100)
    assert CachedEncoder(Recorder(), tmp_path, keeps=False).encode(["a"]).tolist() == [[1, 97]]
    with pytest.raises(sqlite3.DatabaseError):
        CachedEncoder(Recorder(), tmp_path).encode(["a"])
