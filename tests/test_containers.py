"""The container files name what there is: sources, settings, extras, commands."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings

ROOT = Path(__file__).parents[1]
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def instructions(name: str) -> list[str]:
    """Return the arguments of every instruction of that name, in order."""
    text = CONTAINERFILE.replace("\\\n", " ")
    return [" ".join(line.split()[1:]) for line in text.splitlines() if line.strip().startswith(name + " ")]


def test_two_stages_and_the_second_has_no_root_and_watches_its_health() -> None:
    assert len(instructions("FROM")) == 2
    last = CONTAINERFILE[CONTAINERFILE.rindex("FROM ") :]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "pip install" not in last
    assert instructions("STOPSIGNAL") == ["SIGTERM"]


def test_what_is_copied_is_there_and_what_is_packed_is_copied() -> None:
    copied = [part for line in instructions("COPY") if not line.startswith("--from") for part in line.split()[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    packages = {pattern.rstrip("*") for pattern in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= set(copied)
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) <= allowed


def test_only_what_serving_needs_is_installed() -> None:
    [extras] = re.findall(r"'\.\[([a-z,]+)\]'", CONTAINERFILE)
    assert set(extras.split(",")) <= set(PROJECT["project"]["optional-dependencies"])
    assert not {"train", "text", "dev", "spark"} & set(extras.split(","))


def test_the_health_check_is_a_program_that_compiles() -> None:
    [check] = instructions("HEALTHCHECK")
    program = json.loads(check[check.index("CMD ") + 4 :])
    assert program[:2] == ["python", "-c"]
    compile(program[2], "healthcheck", "exec")
    [command] = instructions("CMD")
    assert json.loads(command)[0] == "serve"


@pytest.fixture
def compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_every_variable_of_the_compose_file_is_a_setting_and_is_explained(compose: dict[str, Any]) -> None:
    names = {name.removeprefix("KARMAPATH_").lower() for name in compose["services"]["api"]["environment"]}
    assert names <= set(Settings.model_fields)
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    lines = (ROOT / "docs/compose.env").read_text(encoding="utf-8").splitlines()
    told = {line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    assert asked == told


def test_the_services_wait_for_each_others_health_and_none_is_open_to_the_network(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services["api"]["depends_on"]) == {"database", "redis"}
    assert all("healthcheck" in services[name] for name in services["api"]["depends_on"])
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert {name.partition(":")[0] for one in services.values() for name in one.get("volumes", [])} == set(
        compose["volumes"]
    )


def test_the_examples_in_the_file_are_commands_of_a_shell() -> None:
    for line in re.findall(r"^#   (\S.*)$", CONTAINERFILE, re.MULTILINE):
        assert shlex.split(line.partition("(")[0])[0] in ("podman", "docker")
