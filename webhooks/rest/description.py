"""The OpenAPI description, generated from the types in the code, and a self-hosted page that displays it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, redirect, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from flask_openapi3.types import SecuritySchemesDict
from flask_openapi3_redoc.plugins import RegisterPlugin  # type: ignore[import-untyped]
from pydantic import BaseModel
from werkzeug.wrappers import Response as AnyResponse

from webhooks.bodies import IDEMPOTENCY_KEY
from webhooks.rate_limits import DINER_PHONE
from webhooks.rest.answers import ProblemDocument

OPTIONAL_KEY: list[dict[str, list[str]]] = [{}, {"api_key": []}]
KEY_OR_PHONE: list[dict[str, list[str]]] = [{"api_key": []}, {"diner_phone": []}]

# The page's library starts a worker and adds inline styles. It must not call third-party servers.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src blob:"
)
_KEY_ACCEPTED = (
    f"Takes an `{IDEMPOTENCY_KEY}` header: up to 255 visible ASCII characters, random, new for each request. Repeating a "
    "request with its key returns the same response and has no second effect; a different request with that key gets 422."
)
_ALWAYS = (400, 401, 403, 413, 415, 422, 429, 503)
_PROBLEM = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}}
_SECURITY: SecuritySchemesDict = {
    "api_key": {"type": "http", "scheme": "bearer", "description": "An API key with the required scope"},
    "diner_phone": {
        "type": "apiKey",
        "in": "header",
        "name": DINER_PHONE,
        "description": "The phone the reservation was made with, E.164",
    },
}


def answers(status: int, model: type[BaseModel] | None, *problems: int) -> dict[str | int, Any]:
    """Describe the responses of an operation: the model with this status, these problems and the common ones."""
    described: dict[str | int, Any] = {problem: {"content": _PROBLEM} for problem in sorted((*_ALWAYS, *problems))}
    return {status: model} | described


def describe(api: APIBlueprint) -> dict[str, Any]:
    """Return the OpenAPI document of the routes."""
    describer = OpenAPI(
        "description",
        info=Info(
            title="Tabletalk",
            version="1.0.0",
            description="Restaurants, openings, holds and reservations. Times are ISO 8601 with the restaurant's UTC offset; "
            "errors are problem documents (RFC 9457) with a stable code.",
        ),
        security_schemes=_SECURITY,
        validation_error_model=ProblemDocument,
        doc_ui=False,
    )
    describer.register_api(api)
    return _with_keys_apart(describer.api_doc)


def _with_keys_apart(document: dict[str, Any]) -> dict[str, Any]:
    """Document the idempotency key once, apart from the operations that accept it.

    No schema can express that each value must be new. Tools that generate requests from an operation's parameters would
    send one key with many bodies, and report the rejection as a bug.
    """
    for path in document["paths"].values():
        for operation in path.values():
            parameters = operation.get("parameters", [])
            for parameter in [one for one in parameters if one["name"] == IDEMPOTENCY_KEY]:
                parameters.remove(parameter)
                document["components"].setdefault("parameters", {})["IdempotencyKey"] = parameter
                operation["x-idempotency-key"] = {"$ref": "#/components/parameters/IdempotencyKey"}
                operation["description"] = _KEY_ACCEPTED
    return document


def add_pages(app: Flask, api: APIBlueprint) -> None:
    """Serve /openapi.json and, at /docs, a page that displays it without loading anything from other servers."""
    document = describe(api)
    pages = Blueprint("api_docs", __name__)

    @pages.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(document)

    @pages.get("/docs")
    def docs() -> AnyResponse:
        return redirect(url_for("redoc.redoc"))

    redoc: Blueprint = RegisterPlugin.register(doc_url="../openapi.json")

    @redoc.after_request
    def add_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    app.register_blueprint(pages)
    app.register_blueprint(redoc, url_prefix="/docs")
