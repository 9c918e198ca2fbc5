"""Plans in the form of the platform's plan API, version 4, and back: user groups, plans that name them, a validator.

A plan of ours has an end date for each course; one of the platform has one for all. So each group of people and date
becomes one plan of the platform. Ids of user groups are only known once the platform made them: until then plans name
the groups by their names, and ``bound`` puts the ids in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from features.errors import KarmapathError
from recommender.planning.annual_plan import AnnualPlan, plan_year_of

PLAN_TYPES = ("AI CBP-Non APAR", "AICBP")
"""What the platform calls plans that were made with help: outside the appraisal, and in general."""
CRITERIA = frozenset(
    {"designation", "rootOrgId", "user", "cadre", "group", "batch", "service", "isProfileVerified"}
    | {"isOnCentralDeputation"}
)
_YEAR = re.compile(r"^(\d{4})-(\d{2})$")
_COURSE = re.compile(r"^do_\w+$")


@dataclass(frozen=True, slots=True, order=True)
class PlanRow:
    """One course for one group of people, as the warehouse and the store have it."""

    organisation: str
    scope: str
    """``organisation``, ``designation`` or ``learner``."""
    scope_value: str
    course: str
    mandatory: bool
    due_on: date
    apar: bool = False


def rows_of(
    plan: AnnualPlan, *, apar: bool = False, learners: Mapping[str, Sequence[str]] | None = None
) -> tuple[PlanRow, ...]:
    """Return a plan's items for the designations they are for, sorted.

    An item for only some of a position (see ``patterns`` of ``plan_problem``) becomes a row for each of its people:
    then ``learners`` must say who they are, by item (``AnnualPlan.learners``).
    """
    rows = []
    for item in plan.items:
        if "/" not in item.group:
            scope, values = "designation", [item.designation]
        elif learners is None or item.id not in learners:
            raise KarmapathError(
                f"an item for some people of {item.designation}, without their ids",
                "the people of each item", "give the learners of the plan, too",
            )  # fmt: skip
        else:
            scope, values = "learner", list(learners[item.id])
        rows += [
            PlanRow(plan.organisation, scope, one, item.course, item.mandatory, item.due_on, apar) for one in values
        ]
    return tuple(sorted(rows))


def to_v4(rows: Iterable[PlanRow], name: str, *, comment: str = "") -> dict[str, Any]:
    """Return requests for the platform: ``userGroups`` to create first, then ``plans`` to create (and publish).

    Each is the body that the platform's routes take; ``plans`` name their groups by name until ``bound``.
    """
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    plans: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in sorted(rows):
        key = row.organisation, row.scope, row.scope_value
        title = _group_name(row)
        groups.setdefault(key, {"request": {"usergroupname": title, "criteria": _criteria(row)}})
        plan = plans.setdefault((*key, row.due_on, row.apar), _plan(row, name, title, comment))
        plan["request"]["contentList"].append({"identifier": row.course, "mandatory": row.mandatory})
    return {"userGroups": list(groups.values()), "plans": list(plans.values())}


def from_v4(document: Mapping[str, Any]) -> tuple[PlanRow, ...]:
    """Return the rows of a document of ``to_v4``, sorted; ``KarmapathError`` where it is not valid."""
    check(document)
    groups = {g["request"]["usergroupname"]: g["request"]["criteria"] for g in document["userGroups"]}
    rows = []
    for plan in document["plans"]:
        request = plan["request"]
        for named in request["contextData"]["accessControl"]["userGroups"]:
            scope, value = _scope(groups[named["userGroupId"]])
            due = date.fromisoformat(request["endDate"])
            for course in request["contentList"]:
                rows.append(
                    PlanRow(
                        request["orgIdList"][0], scope, value, course["identifier"], course["mandatory"], due,
                        request["isApar"],
                    )
                )  # fmt: skip
    return tuple(sorted(rows))


def bound(document: Mapping[str, Any], ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the plans with the platform's ids in the place of the groups' names; ids are by name.

    Raises
    ------
    KarmapathError
        If a group has no id.
    """
    plans = []
    for plan in document["plans"]:
        request = dict(plan["request"])
        named = [group["userGroupId"] for group in request["contextData"]["accessControl"]["userGroups"]]
        missing = [one for one in named if one not in ids]
        if missing:
            raise KarmapathError(f"no id for the user group {missing[0]!r}", "the id it was created with", "create it")
        control = {"userGroups": [{"userGroupId": ids[one]} for one in named], "version": 1}
        plans.append({"request": {**request, "contextData": {"accessControl": control}}})
    return plans


def check(document: Mapping[str, Any]) -> None:
    """Raise ``KarmapathError`` with the first problem of a document, if there is one."""
    found = problems(document)
    if found:
        raise KarmapathError(
            f"a plan document in which {found[0]}", "the platform's form, version 4", "correct it, or export it again"
        )


def problems(document: Any) -> tuple[str, ...]:
    """Return everything in which a document departs from the platform's form; empty where it is valid."""
    if not isinstance(document, Mapping) or set(document) != {"userGroups", "plans"}:
        return ("there are other parts than userGroups and plans",)
    found: list[str] = []
    names: set[str] = set()
    for n, group in enumerate(_list(document["userGroups"], "userGroups", found)):
        found += [f"userGroups[{n}]: {problem}" for problem in _group_problems(group, names)]
    for n, plan in enumerate(_list(document["plans"], "plans", found)):
        found += [f"plans[{n}]: {problem}" for problem in _plan_problems(plan, names)]
    return tuple(found)


def _group_problems(group: Any, names: set[str]) -> list[str]:
    request = _request(group, {"usergroupname", "criteria"})
    if isinstance(request, str):
        return [request]
    found = []
    name = request["usergroupname"]
    if not isinstance(name, str) or not name.strip() or name in names:
        found.append("usergroupname is empty, or not the only one")
    names.add(str(name))
    criteria = request["criteria"]
    if not isinstance(criteria, Sequence) or isinstance(criteria, str) or not criteria:
        return [*found, "criteria is not a list with something in it"]
    for one in criteria:
        if not isinstance(one, Mapping) or set(one) != {"criteriaKey", "criteriaValue"}:
            found.append("a criterion has other parts than criteriaKey and criteriaValue")
        elif one["criteriaKey"] not in CRITERIA:
            found.append(f"criteriaKey is {one['criteriaKey']!r}")
        elif not _texts(one["criteriaValue"]):
            found.append("criteriaValue is not a list of texts")
    if not any(isinstance(one, Mapping) and one.get("criteriaKey") == "rootOrgId" for one in criteria):
        found.append("no criterion names the organisation (rootOrgId)")
    return found


_PLAN_PARTS = frozenset(
    {"orgIdList", "comment", "contentList", "contentType", "contextData", "endDate", "isApar", "planType", "name"}
    | {"planYear"}
)


def _plan_problems(plan: Any, names: set[str]) -> list[str]:
    request = _request(plan, _PLAN_PARTS)
    if isinstance(request, str):
        return [request]
    checks = {
        "orgIdList is not a list of texts": _texts(request["orgIdList"]),
        "comment is not a text": isinstance(request["comment"], str),
        "contentType is not Course": request["contentType"] == "Course",
        "isApar is neither true nor false": isinstance(request["isApar"], bool),
        f"planType is none of {', '.join(PLAN_TYPES)}": request["planType"] in PLAN_TYPES,
        "name is empty": isinstance(request["name"], str) and bool(request["name"].strip()),
        "contentList is not a list of distinct courses with mandatory true or false": _contents(request["contentList"]),
        "contextData names no user group of the document": _access(request["contextData"], names),
        "planYear is not a year as 2026-27": _year(request["planYear"]) is not None,
        "endDate is not a day of the plan year as 2027-03-31": _in_year(request["endDate"], request["planYear"]),
    }
    return [problem for problem, holds in checks.items() if not holds]


def _request(body: Any, parts: Iterable[str]) -> Mapping[str, Any] | str:
    if not isinstance(body, Mapping) or set(body) != {"request"} or not isinstance(body["request"], Mapping):
        return "there is no request, or more than that"
    request: Mapping[str, Any] = body["request"]
    wrong = sorted(set(request) ^ set(parts))
    return f"{wrong[0]} is missing, or not known" if wrong else request


def _list(value: Any, name: str, found: list[str]) -> Sequence[Any]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    found.append(f"{name} is not a list")
    return ()


def _texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, str) and one for one in value)


def _contents(value: Any) -> bool:
    if not isinstance(value, list | tuple) or not value:
        return False
    for one in value:
        if not isinstance(one, Mapping) or set(one) != {"identifier", "mandatory"}:
            return False
        if not isinstance(one["identifier"], str) or not _COURSE.match(one["identifier"]):
            return False
        if not isinstance(one["mandatory"], bool):
            return False
    return len({one["identifier"] for one in value}) == len(value)


def _access(value: Any, names: set[str]) -> bool:
    control = value.get("accessControl") if isinstance(value, Mapping) and set(value) == {"accessControl"} else None
    if not isinstance(control, Mapping) or set(control) != {"userGroups", "version"} or control["version"] != 1:
        return False
    groups = control["userGroups"]
    return (
        isinstance(groups, list | tuple)
        and bool(groups)
        and all(isinstance(g, Mapping) and set(g) == {"userGroupId"} and g["userGroupId"] in names for g in groups)
    )


def _year(value: Any) -> int | None:
    match = _YEAR.match(value) if isinstance(value, str) else None
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        return None
    return int(match[1])


def _in_year(value: Any, year: Any) -> bool:
    first = _year(year)
    try:
        day = datetime.strptime(value, "%Y-%m-%d").date() if isinstance(value, str) else None
    except ValueError:
        return False
    return first is not None and day is not None and date(first, 4, 1) <= day <= date(first + 1, 3, 31)


def _group_name(row: PlanRow) -> str:
    return row.organisation if row.scope == "organisation" else f"{row.organisation}: {row.scope} {row.scope_value}"


def _criteria(row: PlanRow) -> list[dict[str, Any]]:
    organisation = {"criteriaKey": "rootOrgId", "criteriaValue": [row.organisation]}
    if row.scope == "organisation":
        return [{"criteriaKey": "rootOrgId", "criteriaValue": [row.scope_value]}]
    key = "user" if row.scope == "learner" else "designation"
    return [{"criteriaKey": key, "criteriaValue": [row.scope_value]}, organisation]


def _scope(criteria: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    values = {one["criteriaKey"]: one["criteriaValue"][0] for one in criteria}
    for key, scope in (("user", "learner"), ("designation", "designation")):
        if key in values:
            return scope, values[key]
    return "organisation", values["rootOrgId"]


def _plan(row: PlanRow, name: str, group: str, comment: str) -> dict[str, Any]:
    return {
        "request": {
            "orgIdList": [row.organisation],
            "comment": comment,
            "contentList": [],
            "contentType": "Course",
            "contextData": {"accessControl": {"userGroups": [{"userGroupId": group}], "version": 1}},
            "endDate": row.due_on.isoformat(),
            "isApar": row.apar,
            "planType": "AICBP" if row.apar else "AI CBP-Non APAR",
            "name": f"{name}: {row.scope_value}, by {row.due_on.isoformat()}",
            "planYear": plan_year_of(row.due_on),
        }
    }
