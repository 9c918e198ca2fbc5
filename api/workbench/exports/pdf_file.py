"""A page of HTML as a document to print; nothing is fetched while it is made."""

from __future__ import annotations

from typing import Any

from features.errors import NotReadyError


def pdf_file(html: str) -> bytes:
    """Return the document; ``NotReadyError`` where the package for it is not installed."""
    try:
        import weasyprint  # noqa: PLC0415 - an optional part
    except (ImportError, OSError):
        raise NotReadyError(
            "no package to write documents", "weasyprint with Pango", "run pip install 'karmapath[office]'"
        ) from None
    document: bytes = weasyprint.HTML(string=html, url_fetcher=_nothing).write_pdf()
    return document


def _nothing(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a document fetches nothing, and asked for {url}")
