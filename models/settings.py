"""Settings of models that come from a file: names and kinds of values are checked before anything is fitted."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

from features.errors import KarmapathError
from models.hybrid import KINDS
from models.new_courses import Lending
from models.plan import NEIGHBOURS_NAME

_NOT_FROM_FILES = frozenset({"self", "seed", "prior"})


def check_settings(settings: Mapping[str, Mapping[str, Any]], source: str) -> None:
    """Raise ``KarmapathError`` where a model has no setting of a name, or a value is not of the setting's kind.

    >>> check_settings({"item_item": {"ridge": 5.0}}, "a file")
    """
    for model, own in settings.items():
        known = settings_of(model)
        for name, value in own.items():
            if name not in known:
                raise KarmapathError(
                    f"{source} has a setting {name!r} of {model}",
                    f"one of {', '.join(known) or 'none: it has no settings'}", "correct the name, or leave it out",
                )  # fmt: skip
            if not _fits(value, known[name]):
                raise KarmapathError(
                    f"{source} has {value!r} for {name} of {model}", f"a value like {known[name]!r}", "correct it"
                )


def settings_of(model: str) -> dict[str, Any]:
    """Return the names of a model's settings with the values they have by default."""
    kind = Lending if model == NEIGHBOURS_NAME else KINDS[model]
    parameters = inspect.signature(kind.__init__).parameters
    return {name: one.default for name, one in parameters.items() if name not in _NOT_FROM_FILES}


def _fits(value: Any, like: Any) -> bool:
    if isinstance(like, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(like, bool)
    if isinstance(like, int):
        return isinstance(value, int)
    if isinstance(like, float):
        return isinstance(value, (int, float)) and math.isfinite(value)
    return isinstance(value, (list, tuple)) and all(isinstance(one, int) for one in value)
