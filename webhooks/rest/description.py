"""The API's own description: OpenAPI made of the types in the code, and a page to read it, served from here."""

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

from webhooks.rate_limits import DINER_PHONE
from webhooks.rest.answers import ProblemDocument
from webhooks.rest.requests import IDEMPOTENCY_KEY

OPTIONAL_KEY: list[dict[str, list[str]]] = [{}, {"api_key": []}]
KEY_OR_PHONE: list[dict[str, list[str]]] = [{"api_key": []}, {"diner_phone": []}]

# The page's library starts a worker and styles itself; it must not call anybody else's servers.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src blob:"
)
_KEY_TAKEN = (
    f"Takes an `{IDEMPOTENCY_KEY}` header: up to 255 visible ASCII characters, random, new for each wish. The same request "
    "with the same key gets the same answer and has no second effect; another request with that key gets 422."
)
_ALWAYS = (400, 401, 403, 413, 415, 422, 429, 503)
_PROBLEM = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}}
_SECURITY: SecuritySchemesDict = {
    "api_key": {"type": "http", "scheme": "bearer", "description": "An API key with the scope for this"},
    "diner_phone": {
        "type": "apiKey",
        "in": "header",
        "name": DINER_PHONE,
        "description": "The phone the reservation was made with, E.164",
    },
}


def answers(status: int, model: type[BaseModel] | None, *problems: int) -> dict[str | int, Any]:
    """What an operation answers: the model with this status, and these problems besides those that any may have."""
    described: dict[str | int, Any] = {problem: {"content": _PROBLEM} for problem in sorted((*_ALWAYS, *problems))}
    return {status: model} | described


def describe(api: APIBlueprint) -> dict[str, Any]:
    """The OpenAPI document of the routes."""
    describer = OpenAPI(
        "description",
        info=Info(
            title="Tabletalk",
            version="1.0.0",
            description="Restaurants, openings, holds and reservations. Times are ISO 8601 with the restaurant's own offset; "
            "errors are problem documents (RFC 9457) with a stable code.",
        ),
        security_schemes=_SECURITY,
        validation_error_model=ProblemDocument,
        doc_ui=False,
    )
    describer.register_api(api)
    return _with_keys_apart(describer.api_doc)


def _with_keys_apart(document: dict[str, Any]) -> dict[str, Any]:
    """Describe the idempotency key once, beside the operations that take it.

    No schema can say that a value must be a new one each time. Tools that make up requests from the parameters of an
    operation would send one key with many bodies, and take the refusal for a fault.
    """
    for path in document["paths"].values():
        for operation in path.values():
            parameters = operation.get("parameters", [])
            for parameter in [one for one in parameters if one["name"] == IDEMPOTENCY_KEY]:
                parameters.remove(parameter)
                document["components"].setdefault("parameters", {})["IdempotencyKey"] = parameter
                operation["x-idempotency-key"] = {"$ref": "#/components/parameters/IdempotencyKey"}
                operation["description"] = _KEY_TAKEN
    return document


def add_pages(app: Flask, api: APIBlueprint) -> None:
    """Serve /openapi.json and, at /docs, a page that shows it without the help of other servers."""
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
    def keep_to_ourselves(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    app.register_blueprint(pages)
    app.register_blueprint(redoc, url_prefix="/docs")
