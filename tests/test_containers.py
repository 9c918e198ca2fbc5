"""The container files name what there is: sources, settings, extras, commands, routes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from api.cli.app import COMMANDS
from api.http.access.table import EVERYBODY, TABLE
from api.settings import Settings
from tests.containerfile import arguments, is_sent, stages

ROOT = Path(__file__).parents[1]
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BUILD, SERVED = stages(CONTAINERFILE)
SERVICE_KEYS = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "ports", "profiles",
    "read_only", "restart", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip


def test_both_stages_have_one_base_of_a_python_that_the_project_takes() -> None:
    assert BUILD.base.removesuffix(" AS build") == SERVED.base
    [version] = re.findall(r"/python:3\.(\d+)-slim-\w+$", SERVED.base)
    least, most = re.findall(r"3\.(\d+)", PROJECT["project"]["requires-python"])
    assert int(least) <= int(version) < int(most)


def test_what_serves_is_nobody_special_and_watched_and_installs_nothing() -> None:
    assert SERVED.values("USER") == ["10001:10001"]
    assert not any("pip" in run for run in SERVED.values("RUN"))
    assert arguments(CONTAINERFILE)["PACKAGES"] == ""
    assert SERVED.values("VOLUME") == SERVED.values("WORKDIR") == ["/var/lib/karmapath"]
    assert f"KARMAPATH_HOME={SERVED.values('VOLUME')[0]}" in shlex.split(SERVED.values("ENV")[0])
    assert SERVED.values("EXPOSE") == [str(Settings.model_fields["port"].default)]
    assert SERVED.values("STOPSIGNAL") == ["SIGTERM"]


def test_what_is_copied_is_there_and_what_is_packed_is_copied() -> None:
    copied = [name for line in BUILD.values("COPY") for name in line.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    packages = {pattern.rstrip("*") for pattern in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= set(copied)
    assert [name for name in copied if not is_sent(name, IGNORED)] == []


@pytest.mark.parametrize(
    "name",
    [".env", "api/.env", ".git/config", ".karmapath/store.sqlite3", ".venv/bin/python", "docs/compose.env",
     "compose.yaml", "tests/worlds.py", "api/http/__pycache__/app.cpython-313.pyc"],
)  # fmt: skip
def test_what_is_secret_or_not_needed_is_not_sent_to_the_builder(name: str) -> None:
    assert not is_sent(name, IGNORED)


def test_the_sources_and_their_data_are_sent() -> None:
    packed = [
        path.relative_to(ROOT).as_posix()
        for package in ("features", "models", "recommender", "api", "experiments")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(packed) > 100
    assert [name for name in packed if not is_sent(name, IGNORED)] == []


def test_only_what_serving_needs_is_installed_pinned_and_no_installer_is_left() -> None:
    extras = set(arguments(CONTAINERFILE)["EXTRAS"].split(","))
    assert extras <= set(PROJECT["project"]["optional-dependencies"])
    assert not {"train", "text", "dev", "spark"} & extras
    [install] = [run for run in BUILD.values("RUN") if "pip install" in run]
    assert "--constraint constraints.txt" in install
    assert install.endswith("pip uninstall --yes pip")


def test_the_entry_point_is_the_projects_command_and_it_serves_to_others() -> None:
    [entry], [command] = (json.loads(SERVED.values(name)[0]) for name in ("ENTRYPOINT",)), SERVED.values("CMD")
    assert set(entry) <= set(PROJECT["project"]["scripts"])
    name, *options = json.loads(command)
    assert name in COMMANDS
    given = dict(zip(options[::2], options[1::2], strict=True))
    Settings(**{option.removeprefix("--"): value for option, value in given.items()})
    assert given["--host"] == "0.0.0.0"  # noqa: S104 - inside the container; what is published says who gets there


def test_the_health_check_asks_a_route_that_anybody_may_ask_at_the_port_that_is_set() -> None:
    [check] = SERVED.values("HEALTHCHECK")
    program = json.loads(check[check.index("CMD ") + 4 :])
    assert program[:2] == ["python", "-c"]
    compile(program[2], "healthcheck", "exec")
    [path] = re.findall(r"http://127\.0\.0\.1:%s(/\w+)", program[2])
    assert TABLE[path] is EVERYBODY
    assert "KARMAPATH_PORT" in program[2]


def test_the_examples_in_the_file_build_and_run_with_what_it_takes() -> None:
    comments = CONTAINERFILE.replace("\\\n#    ", "")
    examples = [shlex.split(line.partition("   ")[0]) for line in re.findall(r"^#   (\S.*)$", comments, re.M)]
    assert len(examples) == 3
    assert {words[1] for words in examples} == {"build", "run"}
    for words in examples:
        assert words[0] == "podman"
        if words[1] == "build":  # podman's own format has no health check
            assert words[words.index("--format") + 1] == "docker"
        given = [words[place + 1].split("=")[0] for place, word in enumerate(words) if word == "--build-arg"]
        assert set(given) <= set(arguments(CONTAINERFILE))


@pytest.fixture
def compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_the_compose_file_fits_the_schema_of_its_specification() -> None:
    pytest.importorskip("check_jsonschema", reason="pip install check-jsonschema brings the schema")
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_compose_file_asks_for_nothing_but_what_is_known_of_services(compose: dict[str, Any]) -> None:
    assert set(compose) == {"name", "x-karmapath", "services", "volumes"}
    assert {key for service in compose["services"].values() for key in service} <= SERVICE_KEYS


def test_every_variable_of_the_compose_file_is_a_setting_and_is_explained(compose: dict[str, Any]) -> None:
    names = {name.removeprefix("KARMAPATH_").lower() for name in compose["x-karmapath"]["environment"]}
    assert names <= set(Settings.model_fields)
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    lines = (ROOT / "docs/compose.env").read_text(encoding="utf-8").splitlines()
    told = {line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    assert asked == told


def test_every_process_of_the_image_is_held_as_tightly(compose: dict[str, Any]) -> None:
    ours = [service for service in compose["services"].values() if service["image"] == "karmapath"]
    assert len(ours) == 2
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert set(service["volumes"]) == {f"home:{SERVED.values('VOLUME')[0]}"}
    assert all(service["command"][0] in COMMANDS for service in ours if "command" in service)


def test_a_service_waits_for_the_health_of_what_it_asks_and_the_api_never_asks_redis(compose: dict[str, Any]) -> None:
    services = compose["services"]
    needs = {name: set(service.get("depends_on", {})) for name, service in services.items()}
    assert needs == {"api": {"database"}, "publish": {"database", "redis"}, "database": set(), "redis": set()}
    for service in services.values():
        for name, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in services[name]


def test_nothing_is_open_to_the_network_and_every_volume_is_declared(compose: dict[str, Any]) -> None:
    services = compose["services"].values()
    ports = [port for service in services for port in service.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert {name.partition(":")[0] for one in services for name in one.get("volumes", [])} == set(compose["volumes"])
