"""Liveness and readiness; where there is no port for them, metrics."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


def create_blueprint(checks: dict[str, Callable[[], bool]], *, with_metrics: bool) -> Blueprint:
    """Create the health routes. Each of the `checks` tells whether a dependency of a turn is available.

    `with_metrics`: serve this process's metrics here, too, where they have no port of their own.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify({"alive": True})

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        parts = {name: _passes(check) for name, check in checks.items()}
        return jsonify({"ready": all(parts.values()), "parts": parts}), 200 if all(parts.values()) else 503

    if with_metrics:

        @blueprint.get("/metrics")
        def metrics() -> Response:
            return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever the error, the part is not ready
        return False
