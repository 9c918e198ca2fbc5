"""The settings of the service: from the command line, the environment, a file in the home folder, or the defaults."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from api.http.access.principal import Role
from features.errors import KarmapathError
from features.home import Home

SETTINGS_FILE = "karmapath.toml"
"""Name of the file in the home folder."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(KarmapathError):
    """A setting that cannot be."""

    code = "bad_setting"


class ApiKey(BaseModel):
    """A key that may call: only its hash is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="printf %s KEY | sha256sum")
    role: Role
    learner: str | None = None
    organisation: str | None = None


class Settings(BaseSettings):
    """Every setting; the variable ``KARMAPATH_<NAME>`` sets it, or a line in ``karmapath.toml`` in the home folder."""

    model_config = SettingsConfigDict(env_prefix="KARMAPATH_", extra="forbid", frozen=True)

    home: Path = Field(Path(".karmapath"), description="the home folder")
    store_url: str = Field("", description="sqlite:///path or postgresql://...; empty: SQLite in the home folder")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="names under which the service answers; empty: any, and without keys and issuer this machine's"
    )
    origins: tuple[Annotated[str, Field(pattern=r"^https?://[^/*]+$")], ...] = Field(
        (), description="origins of other sites whose pages may call from a browser (CORS)"
    )
    workers: int = Field(1, ge=1, le=64, description="server processes")
    keys: tuple[ApiKey, ...] = Field((), description="API keys that may call the service, by their hashes")
    issuer: str = Field("", description="issuer of the tokens that are believed, as their claim iss says it")
    jwks: str = Field("", description="the issuer's JSON Web Key Set: a file or an address; needed with an issuer")
    audience: str = Field("", description="what the tokens' claim aud must name; empty: anything")
    clock_skew: float = Field(30.0, ge=0, le=600, description="seconds by which the issuer's clock may differ")
    token_roles: dict[str, Role] = Field(
        {
            "MDO_ADMIN": Role.PLANNER,
            "MDO_LEADER": Role.PLANNER,
            "KARMAPATH_PLANNER": Role.PLANNER,
            "KARMAPATH_DATA_SCIENTIST": Role.DATA_SCIENTIST,
            "KARMAPATH_SERVICE": Role.SERVICE,
            "KARMAPATH_ADMIN": Role.ADMIN,
        },
        description="roles of a token's realm_access and what they are here; a token without one is a learner's",
    )
    organisation_claim: str = Field("rootOrgId", description="claim with the organisation of a planner")
    audit: str = Field(
        "store",
        description="where the audit log is kept: store, off, or the path of a file in the home folder or elsewhere",
    )
    audit_days: int = Field(365, ge=30, le=36_500, description="days after which the store's audit log is removed")
    audit_service_reads: bool = Field(
        False, description="write down also what a service reads in the names of the learners it acts for"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least that the log tells")
    log_format: Literal["json", "text"] = Field("json", description="json: a document a line; text: for people")
    access_log: bool = Field(False, description="a line for each request: route, status and time, and nobody's id")
    otlp_endpoint: str = Field(
        "",
        description="OpenTelemetry collector, e.g. http://127.0.0.1:4318; empty: OTEL_EXPORTER_OTLP_ENDPOINT, else off",
    )
    rate_limit: float = Field(20.0, gt=0, description="requests a second of one learner or planner, in each process")
    batch_limit: int = Field(1000, ge=1, le=10_000, description="most events in one request")
    body_limit: int = Field(2_000_000, ge=1_000, description="most bytes in one request's body")
    deadline: float = Field(10.0, gt=0, le=120, description="seconds after which a request is given up")
    store_patience: float = Field(
        1.0, gt=0, le=30, description="seconds that the portal's home page waits for the store before it does without"
    )
    compiled: bool = Field(True, description="make lists by compiled code where numba is installed (the extra scale)")
    warm: bool = Field(
        False, description="make search and the reading of texts ready at the start, not when somebody first asks"
    )
    path_threads: int = Field(2, ge=1, le=32, description="paths that are solved at the same time, a process")
    igot_limit: int = Field(20, ge=1, le=100, description="courses in a list of the iGOT routes")
    igot_list_days: int = Field(7, ge=1, description="days after which a kept list is made anew under its id")
    igot_strict: bool = Field(
        True, description="refuse an iGOT request whose body names another learner than its header does"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code wins over the environment, and that over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @model_validator(mode="after")
    def _issuer_with_keys(self) -> Settings:
        if self.issuer and not self.jwks:
            raise ValueError("an issuer needs the setting jwks, too")
        return self

    @property
    def folders(self) -> Home:
        """The home folder's parts."""
        return Home.find(self.home)

    @property
    def database(self) -> str:
        """The URL of the store."""
        return self.store_url or self.folders.store_url

    @property
    def is_open(self) -> bool:
        """Whether anybody who reaches the service may call it."""
        return not self.keys and not self.issuer

    def described(self) -> list[tuple[str, str, str]]:
        """Return name, value and meaning of every setting; passwords and keys are not shown."""
        shown = {"store_url": _without_password(self.database), "keys": ", ".join(key.name for key in self.keys)}
        values = self.model_dump(mode="json", exclude=set(shown))
        return [
            (name, shown[name] if name in shown else _as_given(values[name]), field.description or "")
            for name, field in type(self).model_fields.items()
        ]

    def check_binding(self) -> None:
        """Raise ``SettingsError`` if the service would be open to others than this machine."""
        if self.is_open and self.host not in LOOPBACK:
            raise SettingsError(
                f"host {self.host}, and neither an issuer nor an API key",
                "a loopback address as long as anybody may ask for anybody's record",
                f"leave --host at 127.0.0.1, or set issuer and jwks, or keys, in {SETTINGS_FILE}",
            )


def _as_given(value: object) -> str:
    """Return a value as the environment would give it."""
    return value if isinstance(value, str) else json.dumps(value)


def _without_password(url: str) -> str:
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)


def load_settings(home: Path | None = None, **given: Any) -> Settings:
    """Return the settings for a home folder; ``given`` values that are not ``None`` win over all others.

    Raises
    ------
    SettingsError
        If the file or the environment holds a value that cannot be.
    """
    folder = Home.find(home).folder

    class FromHome(Settings):
        model_config = SettingsConfigDict(toml_file=folder / SETTINGS_FILE)

    values = {name: value for name, value in given.items() if value is not None}
    try:
        return FromHome(home=folder, **values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"setting {name} = {first['input']!r}",
            first["msg"],
            f"correct it on the command line, in KARMAPATH_{name.upper()} or in {folder / SETTINGS_FILE}",
        ) from None
