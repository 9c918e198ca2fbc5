"""A bundle: all that serving needs, in one folder of plain files.

``manifest.json``, one ``.npy`` a learned array, one Parquet file a reference table, nothing pickled. Arrays are
mapped into memory, not read, so a bundle loads at once and several processes share it. The version is a hash of the
content: the same training gives the same version and the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import NotReadyError
from features.profiles import CourseVocabulary, LearnerVocabulary
from features.reference import Reference, TableFolder
from features.schema import TABLES
from models.base import Arrays, TrainingData
from models.hybrid import Hybrid
from models.plan import MODELS, SITUATIONS

FORMAT = 4
_LEAST_MODELS = 11
"""Models that every bundle of the format knows; what it does not know weighs nothing."""
_MANIFEST = "manifest.json"
_ARRAYS = "arrays"
_REFERENCE = "reference"


@dataclass(frozen=True)
class Bundle:
    """What training left behind."""

    folder: Path
    version: str
    """First 16 hex digits of the SHA-256 over all files."""
    manifest: Mapping[str, Any]
    course_ids: tuple[str, ...]
    learner_vocabulary: LearnerVocabulary
    course_vocabulary: CourseVocabulary
    hybrid: Hybrid
    course_vectors: NDArray[np.float32] | None

    @classmethod
    def load(cls, folder: Path, reference: Reference | None = None) -> Self:
        """Open the bundle in ``folder``; ``NotReadyError`` if there is none or it is of another format.

        ``reference`` is the bundle's, where it has been read already (``reference_of``).
        """
        path = folder / _MANIFEST
        if not path.exists():
            raise NotReadyError(f"no bundle in {folder}", f"a folder with {_MANIFEST}", "run 'karmapath train'")
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest.get("format") != FORMAT:
            raise NotReadyError(
                f"a bundle of format {manifest.get('format')} in {folder}", f"format {FORMAT}", "run 'karmapath train'"
            )
        arrays: Arrays = {
            name: np.load(folder / file, mmap_mode="r", allow_pickle=False) for name, file in manifest["arrays"].items()
        }
        vectors = arrays.pop("course_vectors", None)
        bundle = cls(
            folder=folder,
            version=manifest["version"],
            manifest=manifest,
            course_ids=tuple(manifest["course_ids"]),
            learner_vocabulary=LearnerVocabulary(tuple(manifest["learner_features"])),
            course_vocabulary=CourseVocabulary(tuple(manifest["course_features"])),
            hybrid=_hybrid(arrays, folder),
            course_vectors=None if vectors is None else np.asarray(vectors, dtype=np.float32),
        )
        if reference is not None:
            bundle.__dict__["reference"] = reference
        return bundle

    @cached_property
    def course_index(self) -> dict[str, int]:
        """Column number of each course id."""
        return {course: number for number, course in enumerate(self.course_ids)}

    @cached_property
    def reference(self) -> Reference:
        """The reference data of the snapshot that the bundle was trained on; read when first asked for."""
        return reference_of(self.folder)


def reference_of(folder: Path) -> Reference:
    """Read the reference data of the bundle in ``folder``."""
    return Reference.load(TableFolder(folder / _REFERENCE))


def _hybrid(arrays: Arrays, folder: Path) -> Hybrid:
    """Return the hybrid; ``NotReadyError`` if the arrays are those of another release's models."""
    shape = arrays["plan/weights"].shape if "plan/weights" in arrays else ()
    if len(shape) != 2 or shape[0] != len(SITUATIONS) or not _LEAST_MODELS <= shape[1] <= len(MODELS):
        raise NotReadyError(
            f"a bundle of another release in {folder}", f"the models {', '.join(MODELS)}", "run 'karmapath train'"
        )
    try:
        return Hybrid.from_arrays(arrays)
    except KeyError as missing:
        raise NotReadyError(
            f"a bundle of another release in {folder}: it has no {missing}",
            "one of this release",
            "run 'karmapath train'",
        ) from missing


def write_bundle(
    folder: Path,
    hybrid: Hybrid,
    data: TrainingData,
    reference_tables: Mapping[str, pl.DataFrame],
    manifest_extra: Mapping[str, Any] | None = None,
) -> Bundle:
    """Write a bundle to ``folder / version`` and open it.

    ``manifest_extra`` (JSON) joins the manifest and so the version: keep clocks and paths out of it. A bundle that is
    already there is left as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        arrays = {**hybrid.arrays(), **({} if data.course_vectors is None else {"course_vectors": data.course_vectors})}
        files = _write_arrays(work, arrays)
        _write_tables(work, reference_tables)
        manifest = {
            **(manifest_extra or {}),
            "format": FORMAT,
            "course_ids": list(data.course_ids),
            "learner_features": list(data.learner_vocabulary.names),
            "course_features": list(data.course_vocabulary.names),
            "arrays": files,
        }
        version = _digest(work, manifest)
        text = json.dumps({"version": version, **manifest}, ensure_ascii=False, sort_keys=True, indent=1)
        (work / _MANIFEST).write_text(text, encoding="utf-8")
        if not (folder / version / _MANIFEST).exists():
            work.chmod(0o755)
            work.rename(folder / version)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Bundle.load(folder / version)


def _write_arrays(work: Path, arrays: Arrays) -> dict[str, str]:
    (work / _ARRAYS).mkdir()
    files = {name: f"{_ARRAYS}/{name.replace('/', '--')}.npy" for name in sorted(arrays)}
    for name, file in files.items():
        np.save(work / file, np.ascontiguousarray(arrays[name]), allow_pickle=False)
    return files


def _write_tables(work: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    (work / _REFERENCE).mkdir()
    for name in sorted(tables):
        TABLES[name].conform(tables[name]).write_parquet(work / _REFERENCE / f"{name}.parquet", compression="zstd")


def _digest(work: Path, manifest: Mapping[str, Any]) -> str:
    total = hashlib.sha256(json.dumps(manifest, sort_keys=True, ensure_ascii=False).encode())
    for path in sorted(work.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                total.update(path.relative_to(work).as_posix().encode())
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:16]
