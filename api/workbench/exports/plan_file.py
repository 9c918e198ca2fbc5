"""A plan as a file of any format."""

from __future__ import annotations

import orjson

from api.workbench.desk import Desk
from api.workbench.exports import FORMATS
from api.workbench.exports.pdf_file import pdf_file
from api.workbench.exports.platform import platform_plan
from api.workbench.exports.rows import plan_rows
from api.workbench.exports.sheets import items_sheet, plan_sheets
from features.errors import NotFoundError
from features.store.drafts import PlanDraft
from recommender.planning.sheets import to_csv, to_xlsx


def plan_file(desk: Desk, draft: PlanDraft, kind: str, html: str) -> bytes:
    """Return the file; ``html`` is the page to print. ``NotFoundError`` for a format there is not."""
    verdicts = desk.service.store.workbench.verdicts(draft.id)
    if kind == "v4":
        return orjson.dumps(platform_plan(draft, verdicts), option=orjson.OPT_INDENT_2)
    rows = plan_rows(draft, verdicts, desk.reference)
    if kind == "csv":
        return to_csv(items_sheet(rows))
    if kind == "xlsx":
        return to_xlsx(plan_sheets(draft, rows))
    if kind == "pdf":
        return pdf_file(html)
    raise NotFoundError(f"format {kind[:40]!r}", ", ".join(FORMATS), "choose one of these")


def file_name(draft: PlanDraft, kind: str) -> str:
    """Return the name to save it under."""
    return f"{draft.id}-v{draft.version}.{FORMATS[kind][1]}"
