"""Registration of the REST API in an app."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, NoReturn

from flask import Flask, Response, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import ValidationError
from sqlalchemy import Engine
from werkzeug.exceptions import BadRequest

from booking_engine import BookingEngine, BookingError
from webhooks.problems import Problem, problem_response
from webhooks.rate_limits import RateLimits
from webhooks.rest import holds, reservations, restaurants
from webhooks.rest.description import add_pages
from webhooks.rest.parts import Parts
from webhooks.rest.refusals import as_problem
from webhooks.rest.texting import Texting

_WITH_BODY = frozenset({"POST", "PATCH"})


def register(app: Flask, rate_limits: RateLimits, engine: BookingEngine, database: Engine, texting: Texting) -> None:
    """Add the API under /api, and its description at /openapi.json and /docs.

    The app must already have `webhooks.problems` and the callers' limiter installed.
    """
    parts = Parts(engine, database, rate_limits, texting)
    api = APIBlueprint("api", __name__, url_prefix="/api", operation_id_callback=_operation_id)
    for module in (restaurants, holds, reservations):
        module.add_routes(api, parts)

    api.before_request(_check_body)

    @api.errorhandler(BookingError)
    def refused(error: BookingError) -> Response:
        problem = as_problem(error)
        response = problem_response(problem.status, problem.code, problem.detail, **problem.extra)
        if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = "1"
        return response

    @api.after_request
    def keep_private(response: Response) -> Response:
        """Forbid caching: openings change, and reservations are private."""
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    # The library reads this attribute of the app, which it expects to be of its own class.
    vars(app)["validation_error_callback"] = _reject_invalid
    app.register_blueprint(api)
    add_pages(app, api)


def _operation_id(*, name: str, path: str, method: str) -> str:
    return name


def _check_body() -> None:
    """Reject bodies other than JSON objects.

    Raises:
        Problem: 400, 415 or 422, depending on what is wrong.
    """
    if request.method not in _WITH_BODY:
        return
    if not request.is_json:
        raise Problem(415, "unsupported_media_type", "Send JSON, with Content-Type: application/json.")
    try:
        body: Any = request.get_json()
    except BadRequest:
        raise Problem(400, "malformed_json", "The body is not JSON that can be read.") from None
    if not isinstance(body, dict):
        raise Problem(422, "invalid_body", "The body must be a JSON object.")


def _reject_invalid(error: ValidationError) -> NoReturn:
    # Requests are flat. Deeper locations, and the union branch for None, only reflect how the types are built.
    found = [
        {"field": str((*one["loc"], "body")[0]), "reason": one["msg"].removeprefix("Value error, ")}
        for one in error.errors(include_url=False, include_input=False, include_context=False)
        if one["type"] != "none_required"
    ]
    detail = "; ".join(f"{one['field']}: {one['reason']}" for one in found)
    raise Problem(422, "invalid_request", detail, errors=found)
