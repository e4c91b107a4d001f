"""Parsing of requests into models. Invalid input is answered with the field and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from webhooks.problems import Problem

_Model = TypeVar("_Model", bound=BaseModel)


def read_body(model: type[_Model]) -> _Model:
    """Parse the current request's JSON body.

    Raises:
        Problem: 422, the body is invalid.
    """
    return _read(model, request.get_json(silent=True) if request.data else {}, "body")


def read_query(model: type[_Model]) -> _Model:
    """Parse the current request's query string.

    Raises:
        Problem: 422, the query is invalid.
    """
    given: Mapping[str, str] = request.args
    return _read(model, dict(given), "query")


def _read(model: type[_Model], given: Any, whole: str) -> _Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or whole
        reason = first["msg"].removeprefix("Value error, ")
        raise Problem(422, f"invalid_{whole}", f"{place}: {reason}") from None
