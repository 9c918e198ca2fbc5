"""The documents of organisations' routes as OpenAPI tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
_CELL: dict[str, Any] = {
    "key": "P08", "name": "Income Tax Inspector",
    "competency": "COMSUBTHEME-900154", "competency_name": "Taxation Laws",
    "level": 3, "critical": True, "weight": 2.0, "withheld": False, "n": 706, "known": 579, "short": 425.3,
    "short_interval": [403.1, 447.5], "share": 0.602, "levels": 859.8, "levels_interval": [805.2, 914.5],
}  # fmt: skip


class Document(BaseModel):
    """Exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class OrganisationItem(Document):
    """An organisation that the caller plans for."""

    organisation: str
    name: str
    parent: str | None
    kind: str | None


class OrganisationList(Document):
    """Organisations, parents before children."""

    total: int
    offset: int
    items: list[OrganisationItem]


class GapCell(Document):
    """A competency in one part of an organisation."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _CELL})

    key: str = Field(description="id of the part; empty: several small ones together")
    name: str
    competency: str
    competency_name: str
    level: int = Field(description="the required level, the highest of several")
    critical: bool
    weight: float | None
    withheld: bool = Field(description="fewer than ten people count: no figures")
    n: int | None = Field(description="people who count")
    known: int | None = Field(description="of whom any evidence speaks")
    short: float | None = Field(description="expected people below the level")
    short_interval: list[float] | None = Field(description="95 % interval of what the beliefs leave open")
    share: Share | None
    levels: float | None = Field(description="expected missing levels")
    levels_interval: list[float] | None


class GapMapDocument(Document):
    """The gap map of an organisation and all below it, worst first."""

    organisation: str
    at: datetime
    by: str
    total: int
    offset: int
    items: list[GapCell]


class TrendPoint(Document):
    """The organisation's total at one date."""

    at: datetime
    n: int
    short: float
    short_interval: list[float]
    share: Share
    levels: float


class GapTrend(Document):
    """How a competency, or all of them together, went over the dates that are kept."""

    organisation: str
    competency: str | None
    items: list[TrendPoint]


class PeerItem(Document):
    """A competency here and among the peers."""

    competency: str
    competency_name: str
    n: int
    share: Share
    peer_n: int | None
    peer_share: Share | None
    ahead: float | None = Field(description="standard errors by which the organisation is better; below 0: worse")


class GapPeers(Document):
    """The organisation beside its sisters, or a designation beside the same one elsewhere, worst first."""

    organisation: str
    designation: str | None
    items: list[PeerItem]


class AskedBy(Document):
    """A requirement behind a gap."""

    role: str
    role_name: str
    activity: str | None
    activity_name: str | None
    level: int
    weight: float
    critical: bool


class PostGapDocument(Document):
    """A post that asks for the competency."""

    gap: GapCell
    because: list[AskedBy]


class TeacherDocument(Document):
    """A live course that teaches the competency."""

    course: str
    name: str
    hours: float
    languages: list[str]
    provider: str | None
    from_level: int
    to_level: int
    confidence: Share


class CompetencyGap(Document):
    """One competency in one organisation: where it is missing, why, and what teaches it."""

    organisation: str
    at: datetime
    competency: str
    name: str
    total: GapCell | None
    posts: list[PostGapDocument]
    teachers: list[TeacherDocument]
    highest_taught: int = Field(description="the highest level that a live course leads to, 0 without one")


Grouping = Literal["total", "position", "designation", "body", "group", "cadre"]
