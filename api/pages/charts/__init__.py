"""Charts as geometry: plain numbers in, coordinates of an SVG picture out; templates draw them, tables stand behind."""

from __future__ import annotations

from api.pages.charts.line import Line, Reading, line
from api.pages.charts.radar import Axis, Radar, radar
from api.pages.charts.stack import Stack, stack

__all__ = ["Axis", "Line", "Radar", "Reading", "Stack", "line", "radar", "stack"]
