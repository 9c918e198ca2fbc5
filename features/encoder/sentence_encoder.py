"""Text vectors in bulk, by any sentence-transformers model; nothing is ever downloaded.

The package costs seconds and half a gigabyte to import, so it is loaded with the first text, not before.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.encoder import ME5_DIMENSION, ME5_NAME, TextKind
from features.encoder.e5_folder import e5_folder
from features.encoder.optional import optional_module
from features.encoder.texts import encode_filled
from features.errors import NotReadyError

_BATCH = 32


@dataclass(frozen=True)
class SentenceEncoder:
    """A sentence-transformers model.

    Uses bfloat16 where the processor computes it natively (three times the speed, cosine above .999 with float32).
    """

    name: str
    """Name of model and version: vectors of different names are not comparable."""
    locate: Callable[[], str]
    """Says where the model is when it is needed: a folder, or a name in the local model cache."""
    known_dimension: int | None = None

    @classmethod
    def me5_small(cls, cache: Path) -> SentenceEncoder:
        """Return the default multilingual model, whose folder is made in ``cache`` when first needed."""
        return cls(ME5_NAME, lambda: str(e5_folder(cache)), ME5_DIMENSION)

    @classmethod
    def of(cls, model: str) -> SentenceEncoder:
        """Return a model by local path, or by the name under which this machine already holds it."""
        folder = Path(model).expanduser()
        if not folder.is_dir():
            return cls(model, lambda: model)
        return cls(f"{folder.name}@{_fingerprint(folder)}", lambda: str(folder))

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        if self.known_dimension is not None:
            return self.known_dimension
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], kind: TextKind = "passage") -> NDArray[np.float32]:
        """Return one unit row a text, shape (len(texts), dimension); an empty text gives a zero row."""
        return encode_filled(texts, self.dimension, lambda filled: self._encode(filled, kind))

    def _encode(self, texts: list[str], kind: TextKind) -> NDArray[np.float32]:
        encode = self._model.encode_query if kind == "query" else self._model.encode_document
        # Batches are filled in order of length, so that short texts are not padded to long ones.
        vectors = encode(texts, batch_size=_BATCH, show_progress_bar=False, convert_to_tensor=True)
        return np.asarray(vectors.float().cpu().numpy(), dtype=np.float32)

    @cached_property
    def _model(self) -> Any:
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
        transformer = optional_module("sentence_transformers").SentenceTransformer
        optional_module("transformers.utils.logging").disable_progress_bar()
        try:
            return transformer(
                self.locate(), device="cpu", local_files_only=True, model_kwargs={"dtype": _number_type()}
            )
        except OSError as error:
            raise NotReadyError(
                f"no sentence-transformers model {self.name!r} on this machine",
                "a folder with a model, or the name of one downloaded before",
                "give the path of the model's folder, or leave the setting out for the built-in model",
            ) from error


def _number_type() -> Any:
    torch = optional_module("torch")
    capabilities = torch.cpu.get_capabilities()
    native = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("sve_bf16")
    return torch.bfloat16 if native else torch.float32


def _fingerprint(folder: Path) -> str:
    """Hash what tells two models apart: every small file, and the size and both ends of every big one."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(json.dumps([path.relative_to(folder).as_posix(), path.stat().st_size]).encode())
        with path.open("rb") as file:
            digest.update(file.read(1 << 20))
            file.seek(max(0, path.stat().st_size - (1 << 20)))
            digest.update(file.read())
    return digest.hexdigest()[:12]
