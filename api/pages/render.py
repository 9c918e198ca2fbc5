"""How a page is made: a template, the words of the reader's language, and headers that let nothing foreign in."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Coroutine
from importlib import resources
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.http.access.principal import Principal, Role
from api.http.answers import stamp
from api.http.problems import status_of
from api.pages.forms import mark, send_cookie, signer_of
from api.pages.words import LANGUAGES, Words, words
from features.errors import KarmapathError
from recommender.paths import sentence

CSS = b"".join(
    resources.files("api.pages").joinpath(f"static/{name}.css").read_bytes() for name in ("style", "planning")
)
_STYLE = re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", CSS.decode(), flags=re.DOTALL)).strip()
"""The style sheet as it stands in each page: a line that is slow to answer is asked once, not twice."""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'self' 'sha256-{_HASH}'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
templates = Environment(
    loader=PackageLoader("api.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: Request, asked: str | None = None) -> Words:
    """Return the words of the language asked for, else of the first one the browser prefers that there is."""
    if asked in LANGUAGES:
        return words(asked)
    preferred = (part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(","))
    return words(next((code for code in preferred if code in LANGUAGES), "en"))


def _language(request: Request, lang: Annotated[Literal["en", "hi"] | None, Query()] = None) -> Words:
    return language_of(request, lang)


InWords = Annotated[Words, Depends(_language)]


def page(request: Request, w: Words, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page made from a template, which knows ``w`` and what is given."""
    html = render(request, w, template, mark=lambda: mark(request), signer=signer_of(request), **values)
    response = HTMLResponse(html, status, HEADERS | {"Content-Language": w.language})
    send_cookie(request, response)
    return response


def render(request: Request, w: Words, template: str, **values: Any) -> str:
    """Return a template filled in."""
    other = {code: str(request.url.include_query_params(lang=code).replace(scheme="", netloc="")) for code in LANGUAGES}
    return templates.get_template(template).render(
        w=w,
        words=words,
        languages=other,
        stamp=stamp,
        sentence=sentence,
        style=Markup(_STYLE),  # noqa: S704 - our own file
        is_planner=_is_planner(request),
        site="planning" if request.url.path.startswith("/planning") else "learners",
        **values,
    )


def _is_planner(request: Request) -> bool:
    principal: Principal | None = getattr(request.state, "principal", None)
    return principal is not None and principal.role in (Role.PLANNER, Role.ADMIN)


def problem_page(request: Request, w: Words, error: KarmapathError) -> HTMLResponse:
    """Return the page of an error that the reader can put right."""
    return page(request, w, "problem.html", status_of(error), error=error)


class PageRoute(APIRoute):
    """A route whose errors are pages too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, wrapped."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await answer(request)
            except KarmapathError as error:
                return problem_page(request, language_of(request, request.query_params.get("lang")), error)
            except RequestValidationError as error:
                first = error.errors()[0]
                told = KarmapathError(
                    f"{'.'.join(str(part) for part in first['loc'])} = {str(first.get('input'))[:80]}",
                    str(first["msg"]),
                    "go back and correct it",
                )
                return problem_page(request, language_of(request, request.query_params.get("lang")), told)

        return handler
