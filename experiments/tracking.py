"""Runs, registered bundles and the champion alias in MLflow; and the pointer file that servers follow.

By default MLflow keeps its database and artifacts in the home folder; ``MLFLOW_TRACKING_URI`` names a server instead.
Telemetry and job execution are switched off. The registry's alias ``champion`` is the record of what serves; the file
``bundles/CHAMPION`` repeats it for servers, which do not need MLflow.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import KarmapathError, NotReadyError
from features.home import Home
from models.champion import point_to

MODEL_NAME = "karmapath"
EXPERIMENT = "karmapath"
CHAMPION = "champion"
PREVIOUS = "previous"

SERVER_URI = os.environ.get("MLFLOW_TRACKING_URI")
"""The server the user named. Read once, at the start: MLflow overwrites the variable whenever it is turned to a URI."""

DEFAULT_LIMIT = 10
PROFILE_COLUMNS = {
    "organisation": "organisation_id", "position": "position_id", "designation": "designation",
    "group": "group", "cadre": "cadre",
}  # fmt: skip
"""Field of a learner's profile to the column that the loadable model reads it from."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered version of the model: MLflow's number and the bundle it stands for."""

    number: int
    bundle: str
    run: str


class Tracking:
    """One installation's MLflow."""

    def __init__(self, home: Home) -> None:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("DO_NOT_TRACK", "true")
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # no commit is named where there is no git
        os.environ.setdefault("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        import mlflow  # noqa: PLC0415 - takes two seconds, so only what tracks pays for it

        logging.getLogger("mlflow").setLevel(logging.WARNING)
        logging.getLogger("alembic").setLevel(logging.WARNING)

        self._mlflow = mlflow
        self._home = home
        self.uri = SERVER_URI or self._local_uri()
        self._client = mlflow.MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    def _turn_to(self) -> None:
        """Point MLflow, whose runs and models are one to a process, at this installation."""
        self._mlflow.set_tracking_uri(self.uri)
        self._mlflow.set_registry_uri(self.uri)

    def _local_uri(self) -> str:
        self._home.tracking.mkdir(parents=True, exist_ok=True)
        database = self._home.tracking / "mlflow.sqlite3"
        if not database.exists():
            self._make(database)
        return f"sqlite:///{database}"

    def _make(self, database: Path) -> None:
        """Make MLflow's database beside its place and put it there whole: one that is half made cannot be opened."""
        with tempfile.TemporaryDirectory(prefix=".making-", dir=database.parent) as work:
            made = Path(work) / database.name
            client = self._mlflow.MlflowClient(tracking_uri=f"sqlite:///{made}", registry_uri=f"sqlite:///{made}")
            client.search_experiments()
            client.search_registered_models()
            with suppress(FileExistsError):  # another process was faster: its database stays
                os.link(made, database)

    def _experiment(self) -> str:
        found = self._client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        local = self.uri.startswith("sqlite")
        location = (self._home.tracking / "artifacts").as_uri() if local else None
        return str(self._client.create_experiment(EXPERIMENT, artifact_location=location))

    @contextmanager
    def run(self, name: str, tags: Mapping[str, str]) -> Iterator[str]:
        """Open a run and yield its id; an exception marks the run as failed."""
        self._turn_to()
        with self._mlflow.start_run(experiment_id=self._experiment(), run_name=name, tags=dict(tags)) as run:
            yield run.info.run_id

    def log(self, params: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
        """Log into the open run; a metric's ``@`` becomes ``_at_``, which is what MLflow allows."""
        if params:
            self._mlflow.log_params(dict(params))
        self._mlflow.log_metrics({key.replace("@", "_at_"): float(value) for key, value in metrics.items()})

    def log_text(self, name: str, text: str) -> None:
        """Keep a text with the open run."""
        self._mlflow.log_text(text, name)

    def log_figure(self, name: str, figure: Any) -> None:
        """Keep a matplotlib figure with the open run."""
        self._mlflow.log_figure(figure, name)

    def register(self, bundle: Path) -> Registered:
        """Log the bundle into the open run as a loadable model and register it."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*input example was not provided.*")  # the signature is given
            info = self._mlflow.pyfunc.log_model(
                name="bundle",
                python_model=str(Path(__file__).with_name("loadable.py")),
                artifacts={"bundle": str(bundle)},
                signature=_signature(),
                pip_requirements=["karmapath"],
                registered_model_name=MODEL_NAME,
            )
        number = int(info.registered_model_version)
        self._client.set_model_version_tag(MODEL_NAME, str(number), "bundle", bundle.name)
        return Registered(number, bundle.name, info.run_id)

    def registered(self, number: int) -> Registered:
        """Return the registered version of that number; ``KarmapathError`` if there is none."""
        for version in self._client.search_model_versions(f"name='{MODEL_NAME}'"):
            if int(version.version) == number:
                return _registered(version)
        raise KarmapathError(f"found no version {number}", "a registered version", "see 'karmapath promote --list'")

    def newest(self) -> Registered:
        """Return the version registered last; ``NotReadyError`` if there is none."""
        found = self.versions()
        if not found:
            raise NotReadyError("found no registered version", "at least one", "run 'karmapath train' first")
        return found[0]

    def folder(self, version: Registered) -> Path:
        """Return the folder of a version's bundle in the home folder, fetched from the registry if it is not there."""
        folder = self._home.bundles / version.bundle
        if not folder.exists():
            self._fetch(version, folder)
        return folder

    def versions(self) -> list[Registered]:
        """Return all registered versions, newest first."""
        found = self._client.search_model_versions(f"name='{MODEL_NAME}'")
        return sorted((_registered(version) for version in found), key=lambda version: -version.number)

    def alias(self, name: str) -> Registered | None:
        """Return the version an alias points to, ``None`` if it points nowhere."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        try:
            aliases = self._client.get_registered_model(MODEL_NAME).aliases
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise
        return self.registered(int(aliases[name])) if name in aliases else None

    def metrics(self, run: str) -> dict[str, float]:
        """Return the metrics of a run."""
        return dict(self._client.get_run(run).data.metrics)

    def artifacts(self, run: str) -> set[str]:
        """Return the names of what a run keeps."""
        return {found.path for found in self._client.list_artifacts(run)}

    def champion(self) -> Registered | None:
        """Return the version that serves."""
        return self.alias(CHAMPION)

    def crown(self, version: Registered) -> None:
        """Make a version the champion; the one before it becomes ``previous``."""
        self.folder(version)
        before = self.champion()
        if before is not None and before.number != version.number:
            self._client.set_registered_model_alias(MODEL_NAME, PREVIOUS, str(before.number))
        self._client.set_registered_model_alias(MODEL_NAME, CHAMPION, str(version.number))
        point_to(self._home, version.bundle)

    def rollback(self) -> Registered:
        """Make the previous champion the champion again; ``NotReadyError`` if there is none."""
        previous = self.alias(PREVIOUS)
        if previous is None:
            raise NotReadyError("found no previous champion", "one that was replaced", "promote a version instead")
        self.crown(previous)
        return previous

    def _fetch(self, version: Registered, folder: Path) -> None:
        """Bring a registered bundle from the artifact store into the home folder, whole or not at all."""
        self._turn_to()
        arriving = folder.with_name(f".{folder.name}.{os.getpid()}")
        found = self._mlflow.artifacts.download_artifacts(
            artifact_uri=f"models:/{MODEL_NAME}/{version.number}", dst_path=str(arriving)
        )
        shutil.move(str(Path(found) / "artifacts" / version.bundle), folder)
        shutil.rmtree(arriving, ignore_errors=True)


def _registered(version: Any) -> Registered:
    return Registered(int(version.version), version.tags["bundle"], version.run_id)


def _signature() -> Any:
    """Return what the loadable model takes: a history, whatever is known of the profile, and a limit."""
    from mlflow.models import ModelSignature  # noqa: PLC0415
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema  # noqa: PLC0415
    from mlflow.types.schema import Array  # noqa: PLC0415

    columns: list[Any] = [ColSpec(Array(DataType.string), "history")]
    columns += [ColSpec(DataType.string, name, required=False) for name in PROFILE_COLUMNS.values()]
    return ModelSignature(
        inputs=Schema(columns), params=ParamSchema([ParamSpec("limit", DataType.long, DEFAULT_LIMIT)])
    )
