"""Errors as RFC 9457 problem documents with a stable `code`."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from booking_engine import TryAgain

logger = logging.getLogger(__name__)

_JSON = ("/api/", "/simulator/api/")

_KEPT_HEADERS = frozenset({"Allow", "Retry-After", "WWW-Authenticate"})
"""Headers of an HTTP error that tell the client what to do instead."""


class Problem(Exception):
    """An error response. `code` is for programs and never changes; `detail` is for people. `retry_after`: in seconds."""

    def __init__(self, status: int, code: str, detail: str, *, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.extra = extra


def problem_response(status: int, code: str, detail: str, **extra: Any) -> Response:
    """Return the response for a problem; `extra` adds members to the document."""
    response = jsonify({"type": "about:blank", "status": status, "code": code, "detail": detail, **extra})
    response.status_code = status
    response.content_type = "application/problem+json"
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install(app: Flask) -> None:
    """Answer every API error with a problem document. Other paths keep Flask's own error pages."""

    @app.errorhandler(Problem)
    def on_problem(problem: Problem) -> Response:
        response = problem_response(problem.status, problem.code, problem.detail, **problem.extra)
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    @app.errorhandler(HTTPException)
    def on_http_exception(error: HTTPException) -> Response | HTTPException:
        if not request.path.startswith(_JSON):
            return error
        code = (error.name or "error").lower().replace(" ", "_")
        response = problem_response(error.code or 500, code, error.description or error.name)
        for name, value in error.get_headers():
            if name in _KEPT_HEADERS:
                response.headers[name] = value
        return response

    @app.errorhandler(TryAgain)
    @app.errorhandler(SQLAlchemyError)
    def on_database_error(error: Exception) -> Response:
        logger.exception("database failed", exc_info=error)
        return problem_response(
            503, "database_unavailable", "The service cannot reach its data right now. Please try again."
        )
