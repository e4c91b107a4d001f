"""Parsing of requests into models, within bounds. Invalid input is answered with the field and the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from pydantic import BaseModel, ValidationError

from webhooks.problems import Problem

LARGEST_BODY = 256 * 1024
"""In bytes; the longest message is 1,600 characters, the longest notes 2,000."""
DEEPEST_NESTING = 32
"""Lists and objects within each other. Our own requests are flat; what tools send goes down two or three levels."""
LONGEST_KEY = 255
"""Characters of an idempotency key. One that is longer is refused, never cut: two cut ones may be the same."""
IDEMPOTENCY_KEY = "Idempotency-Key"

_KEY = re.compile(rf"[^\x00-\x1f\x7f]{{1,{LONGEST_KEY}}}")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_Model = TypeVar("_Model", bound=BaseModel)


class _BoundedJson(DefaultJSONProvider):
    """Reads JSON that is nested no deeper than `DEEPEST_NESTING`."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        if _is_too_deep(s if isinstance(s, str) else s.decode("latin-1")):
            raise ValueError("nested too deeply")
        try:
            return super().loads(s, **kwargs)
        except RecursionError:  # in an encoding in which the brackets could not be counted
            raise ValueError("nested too deeply") from None


def _is_too_deep(text: str) -> bool:
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST_NESTING:
            return True
    return False


def install(app: Flask) -> None:
    """Bound the size and the nesting of every request body of the app."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json = _BoundedJson(app)


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


def read_idempotency_key() -> str | None:
    """Return the current request's idempotency key, whole; None without one.

    Raises:
        Problem: 422, it is longer than 255 characters.
    """
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key and not _KEY.fullmatch(key):
        raise Problem(422, "invalid_idempotency_key", f"{IDEMPOTENCY_KEY} has up to {LONGEST_KEY} visible characters.")
    return key or None


def _read(model: type[_Model], given: Any, whole: str) -> _Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or whole
        reason = first["msg"].removeprefix("Value error, ")
        raise Problem(422, f"invalid_{whole}", f"{place}: {reason}") from None
