"""What a route's function must be given, known before any request, and read from one as FastAPI would read it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from fastapi import params
from fastapi.dependencies.models import Dependant
from starlette.requests import Request


class NotPlainError(Exception):
    """A request that FastAPI has to judge."""


@dataclass(frozen=True, slots=True)
class Given:
    """Values of one function."""

    call: Callable[..., Any]
    request: str | None
    fields: Mapping[str, Sequence[Any]]
    """Of the path, the query and the headers."""
    body: Sequence[Any]
    inner: Sequence[tuple[str, Given]]
    """Functions whose result it is given."""
    defaults: Mapping[str, Any] | None
    """Values of the query where nothing is asked; ``None`` where something must be."""
    made: Sequence[tuple[str, Callable[[], Any]]]
    """Those of them that are made anew for each request."""

    @classmethod
    def of(cls, dependant: Dependant) -> Given:
        """Return what the function is given; ``TypeError`` where that is not only what a request says."""
        inner = [(one.name, cls.of(one)) for one in dependant.dependencies if one.name is not None]
        call, asked = dependant.call, dependant.query_params
        beyond = dependant.cookie_params or len(dependant.body_params) > 1 or inspect.isgeneratorfunction(call)
        if call is None or beyond:
            raise TypeError(f"{dependant.path}: it cannot be given what it needs")
        makes = {field.name: field.field_info.default_factory for field in asked if field.field_info.default_factory}
        needs = any(field.field_info.is_required() for field in asked)
        return cls(
            call=call,
            request=dependant.request_param_name,
            fields={"path": dependant.path_params, "query": asked, "header": dependant.header_params},
            body=dependant.body_params,
            inner=inner,
            defaults=None if needs else {field.name: _default(field) for field in asked if field.name not in makes},
            made=cast("Any", list(makes.items())),
        )

    def plain(self, request: Request, body: bytes) -> dict[str, Any]:
        """Return what the request itself says; ``NotPlainError`` where something is not as it should be."""
        values = self._asked(request)
        if self.request is not None:
            values[self.request] = request
        for field in self.fields["path"]:
            values[field.name] = _valid(field, request.path_params[field.alias])
        for field in self.fields["header"]:
            given = request.headers.get(field.alias)
            values[field.name] = _default(field) if given is None else _valid(field, given)
        for field in self.body:
            values[field.name] = _valid(field, _document(body))
        for _, inner in self.inner:
            if inner.fields["query"]:  # what is not plain must be known before anybody is let in
                inner.plain(request, b"")
        return values

    def _asked(self, request: Request) -> dict[str, Any]:
        if request.scope["query_string"] or self.defaults is None:
            return {field.name: _asked(field, request) for field in self.fields["query"]}
        return {**self.defaults, **{name: make() for name, make in self.made}}

    def solved(self, request: Request) -> dict[str, Any]:
        """Return what other functions say."""
        return {name: given.call(**given.plain(request, b""), **given.solved(request)) for name, given in self.inner}


def _asked(field: Any, request: Request) -> Any:
    asked = request.query_params
    if field.alias not in asked:
        if field.field_info.is_required():
            raise NotPlainError
        return _default(field)
    several = isinstance(field.field_info, params.Query) and "list" in str(field.field_info.annotation)
    return _valid(field, asked.getlist(field.alias) if several else asked[field.alias])


def _default(field: Any) -> Any:
    """Return the field's default; asking pydantic for one costs an inspection of the function that makes it."""
    make = field.field_info.default_factory
    return field.field_info.default if make is None else make()


def _valid(field: Any, value: Any) -> Any:
    found, errors = field.validate(value, {}, loc=())
    if errors:
        raise NotPlainError
    return found


def _document(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotPlainError from None
