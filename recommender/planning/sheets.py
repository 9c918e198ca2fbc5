"""Plans as tables for spreadsheets: CSV and XLSX in which no cell can act as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from importlib import import_module
from typing import Any

from features.errors import KarmapathError
from recommender.planning.annual_plan import AnnualPlan

Row = Sequence[Any]
Sheet = tuple[Sequence[str], Sequence[Row]]
"""Names of the columns, and rows."""

_ACTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: Any) -> Any:
    """Return a text so that a spreadsheet shows it and does not run it (OWASP: CSV injection).

    >>> harmless("=1+1"), harmless("Noting"), harmless(-2)
    ("'=1+1", 'Noting', -2)
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(_ACTS):
        return "'" + value
    return value


def plan_sheets(plan: AnnualPlan) -> dict[str, Sheet]:
    """Return the sheets of a plan: what it asks of whom, and what it is expected to do."""
    items = sorted(plan.items, key=lambda i: (i.designation, not i.mandatory, i.due_on, i.course))
    columns = (
        "Designation", "Course", "Title", "Mandatory", "Due on", "People", "Hours each", "Hours in all",
        "Fee each (rupees)", "Steps closed",
    )  # fmt: skip
    rows = [
        (
            i.designation, i.course, i.name, "yes" if i.mandatory else "no", i.due_on, i.people, i.hours,
            i.hours * i.people, i.cost, round(i.closes, 1),
        )
        for i in items
    ]  # fmt: skip
    effect = plan.effect
    told = [
        ("People", effect.people),
        ("Weighted steps lacking", round(effect.needed, 1)),
        ("Weighted steps closed", round(effect.closed, 1)),
        ("At most possible under the budget", round(plan.bound, 1)),
        ("Critical steps lacking", round(effect.critical_needed, 1)),
        ("Critical steps closed", round(effect.critical_closed, 1)),
        ("Hours a head", round(effect.hours_a_head, 2)),
        ("Hours of who gets most", round(effect.most_hours, 2)),
        ("Mandatory hours", round(effect.mandatory_hours, 1)),
        ("Elective hours", round(effect.elective_hours, 1)),
        ("Fees (rupees)", round(effect.money, 2)),
        ("Distinct courses", effect.courses),
        ("Enrolments", effect.enrolments),
    ]
    return {"Plan": (columns, rows), "Effect": (("", plan.name), told)}


def to_csv(sheet: Sheet) -> bytes:
    """Return one sheet as CSV in UTF-8 with a byte order mark, which spreadsheets need to read Hindi."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in sheet[0]])
    writer.writerows([harmless(value) for value in row] for row in sheet[1])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def to_xlsx(sheets: Mapping[str, Sheet]) -> bytes:
    """Return the sheets as one XLSX document.

    Raises
    ------
    KarmapathError
        If the package that writes it is not installed.
    """
    try:
        xlsxwriter = import_module("xlsxwriter")
    except ImportError as error:
        raise KarmapathError(
            "no package xlsxwriter", "the extra 'office'", "pip install 'karmapath[office]', or export CSV"
        ) from error
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(out, options) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, (columns, rows) in sheets.items():
            _write(book.add_worksheet(name[:31]), columns, rows, head, day)
    return out.getvalue()


def _write(page: Any, columns: Sequence[str], rows: Sequence[Row], head: Any, day: Any) -> None:
    for column, title in enumerate(columns):
        page.write_string(0, column, str(harmless(title)), head)
        widest = max([len(str(title)), *(len(str(row[column])) for row in rows)])
        page.set_column(column, column, min(60, widest + 2))
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(number, column, value, day)
            elif isinstance(value, bool | int | float):
                page.write_number(number, column, value)
            else:
                page.write_string(number, column, str(harmless(value if value is not None else "")))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(rows), 1), max(len(columns) - 1, 0))
