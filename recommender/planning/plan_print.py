"""A plan as a document to print and sign: HTML from a template, and PDF from that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from features.errors import KarmapathError
from recommender.planning.annual_plan import AnnualPlan, PlannedItem

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "plan": "Capacity-building plan", "year": "Plan year", "made": "Drafted on", "mandatory": "Mandatory",
        "elective": "Elective", "course": "Course", "due": "Due on", "people": "People", "hours": "Hours",
        "closes": "Steps closed", "effect": "What the plan is expected to do", "head": "Hours a head",
        "closed": "Weighted steps closed", "critical": "Critical steps closed", "of": "of",
        "bound": "No plan under this budget closes more than", "courses": "Distinct courses", "money": "Fees (rupees)",
        "signed": "Approved by (name, date, signature)", "none": "None.",
        "advice": "Numbers are expectations from assessed evidence; a level that nobody assessed is a guess.",
    },
    "hi": {
        "plan": "क्षमता निर्माण योजना", "year": "योजना वर्ष", "made": "मसौदे की तारीख", "mandatory": "अनिवार्य",
        "elective": "वैकल्पिक", "course": "पाठ्यक्रम", "due": "नियत तारीख", "people": "लोग", "hours": "घंटे",
        "closes": "पूरे होने वाले चरण", "effect": "योजना से अपेक्षित परिणाम", "head": "प्रति व्यक्ति घंटे",
        "closed": "पूरे होने वाले भारित चरण", "critical": "पूरे होने वाले महत्वपूर्ण चरण", "of": "कुल",
        "bound": "इस बजट में कोई योजना इससे अधिक पूरा नहीं कर सकती", "courses": "अलग-अलग पाठ्यक्रम",
        "money": "शुल्क (रुपये)", "signed": "अनुमोदनकर्ता (नाम, तारीख, हस्ताक्षर)", "none": "कोई नहीं।",
        "advice": "ये अंक मूल्यांकित साक्ष्य पर आधारित अपेक्षाएँ हैं; जिसका मूल्यांकन नहीं हुआ वह स्तर अनुमान है।",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Section:
    designation: str
    mandatory: tuple[PlannedItem, ...]
    elective: tuple[PlannedItem, ...]


def to_html(plan: AnnualPlan, organisation: str, made_on: date, language: str = "en") -> str:
    """Return the plan as one page of HTML without anything from elsewhere; ``organisation`` is its name."""
    if language not in WORDS:
        raise KarmapathError(f"language {language!r}", f"one of {', '.join(WORDS)}", "choose one of these")
    page: str = _template().render(
        plan=plan, organisation=organisation, made_on=made_on, language=language, words=WORDS[language],
        sections=_sections(plan),
    )  # fmt: skip
    return page


def to_pdf(plan: AnnualPlan, organisation: str, made_on: date, language: str = "en") -> bytes:
    """Return the plan as PDF.

    Raises
    ------
    KarmapathError
        If WeasyPrint, or the Pango library that it draws letters with, is not installed.
    """
    page = to_html(plan, organisation, made_on, language)
    try:
        weasyprint: Any = import_module("weasyprint")
    except (ImportError, OSError) as error:  # the package is there and Pango is not: OSError
        raise KarmapathError(
            f"no way to draw PDF ({error})",
            "the extra 'office' and the system library Pango",
            "pip install 'karmapath[office]' and install Pango (Debian: libpango-1.0-0), or print the HTML",
        ) from error
    document: bytes = weasyprint.HTML(string=page, url_fetcher=_nothing_from_elsewhere).write_pdf()
    return document


def _nothing_from_elsewhere(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    raise ValueError(f"a plan fetches nothing, and was asked for {url}")


def _sections(plan: AnnualPlan) -> tuple[_Section, ...]:
    titles = dict.fromkeys(item.designation for item in sorted(plan.items, key=lambda i: i.designation))
    found = []
    for title in titles:
        own = sorted((i for i in plan.items if i.designation == title), key=lambda i: (i.due_on, i.course))
        found.append(_Section(title, tuple(i for i in own if i.mandatory), tuple(i for i in own if not i.mandatory)))
    return tuple(found)


@cache
def _template() -> Any:
    source = files(__package__).joinpath("plan.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
