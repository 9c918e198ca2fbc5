"""The image built and run for real; ``KARMAPATH_CONTAINERS`` names the program that does it, podman or docker.

It downloads the base image and the packages and takes minutes, so that nobody gets it unasked.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from features.home import Home
from models.champion import point_to
from tests.worlds import small_bundle

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
KEY = "of the gateway"
KEYS = json.dumps([{"name": "gateway", "role": "service", "sha256": hashlib.sha256(KEY.encode()).hexdigest()}])
HELD = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "all", "--security-opt", "no-new-privileges")  # noqa: S108


def engine(*words: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run podman or docker."""
    return subprocess.run([os.environ["KARMAPATH_CONTAINERS"], *words], input=given, capture_output=True, check=False)


def told(*words: str, given: bytes | None = None) -> str:
    """Run podman or docker, which must succeed, and return what it prints."""
    done = engine(*words, given=given)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout.decode().strip()


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """The image, built from the tree as it is."""
    asked = os.environ.get("KARMAPATH_CONTAINERS")
    if not asked or shutil.which(asked) is None:
        pytest.skip("no image is built: set KARMAPATH_CONTAINERS to podman or docker")
    name = f"karmapath-{uuid4().hex[:12]}"
    own_format = ("--format", "docker") if Path(asked).name == "podman" else ()
    told("build", *own_format, "--network", "host", "--file", "Containerfile", "--tag", name, str(ROOT))
    yield name
    engine("image", "rm", "--force", name)


@pytest.fixture
def volume(image: str, tmp_path: Path) -> Iterator[str]:
    """A volume with a trained home, brought in as the operator does it: through a container, as its user."""
    point_to(Home(tmp_path), small_bundle(tmp_path).version)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for part in ("bundles", "warehouse"):
            archive.add(tmp_path / part, part)
    name = told("volume", "create", f"karmapath-{uuid4().hex[:12]}")
    mount = f"{name}:/var/lib/karmapath"
    told("run", "--rm", "-i", "--network", "none", "--volume", mount, "--entrypoint", "tar", image, "-x",
         given=packed.getvalue())  # fmt: skip
    yield name
    engine("volume", "rm", "--force", name)


@pytest.fixture
def served(image: str, volume: str) -> Iterator[tuple[str, int]]:
    """A container that serves that home, and its port; nothing but the volume can be written."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    name = told(
        "run", "--detach", "--network", "host", *HELD, "--volume", f"{volume}:/var/lib/karmapath",
        "--env", f"KARMAPATH_KEYS={KEYS}", "--env", f"KARMAPATH_PORT={port}", image,
    )  # fmt: skip
    yield name, port
    engine("rm", "--force", name)


def answer(port: int, path: str, patience: float = 60.0) -> object:
    """Return what the service answers, which may take until it has started."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"x-api-key": KEY})
    until = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as found:  # noqa: S310 - this machine
                return json.load(found)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def test_the_image_says_who_it_runs_as_and_how_it_is_watched_and_stopped(image: str) -> None:
    [found] = json.loads(told("image", "inspect", image))
    assert found["Config"]["User"] == "10001:10001"
    assert found["Config"]["StopSignal"] == "SIGTERM"
    assert "/health" in str(found.get("Healthcheck") or found["Config"].get("Healthcheck"))


def test_there_is_nothing_in_it_that_trains_compiles_or_installs(image: str) -> None:
    program = (
        "import importlib.util as u, os, shutil; print([n for n in ('torch', 'lightfm', 'sklearn', 'mlflow', 'pip')"
        " if u.find_spec(n)], [n for n in ('gcc', 'cc') if shutil.which(n)], os.access(u.__file__, os.W_OK))"
    )
    assert told("run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", program) == "[] [] False"


def test_without_keys_it_says_why_it_does_not_listen(image: str) -> None:
    done = engine("run", "--rm", "--network", "none", *HELD, image)
    assert done.returncode == 2
    assert b"neither an issuer nor an API key" in done.stderr


def test_it_serves_is_healthy_and_ends_when_told_to(served: tuple[str, int]) -> None:
    name, port = served
    ready = answer(port, "/ready")
    assert isinstance(ready, dict)
    assert ready["ready"]
    found = answer(port, "/v1/learners/L4/recommendations?limit=2")
    assert isinstance(found, dict)
    assert len(found["items"]) == 2
    [inspected] = json.loads(told("inspect", name))
    check = inspected["Config"]["Healthcheck"]["Test"]
    assert check[0] == "CMD"
    told("exec", name, *check[1:])
    told("stop", "-t", "20", name)
    assert told("inspect", "--format", "{{.State.ExitCode}}", name) == "0"
