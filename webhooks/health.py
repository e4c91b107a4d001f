"""Liveness and readiness; where there is no port for them, metrics."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from webhooks.metrics import Metrics


def create_blueprint(checks: dict[str, Callable[[], bool]], metrics: Metrics | None) -> Blueprint:
    """Create the health routes. Each of the `checks` tells whether a dependency of a turn is available.

    `metrics`: None where they have a port of their own.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify({"alive": True})

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        parts = {name: _passes(check) for name, check in checks.items()}
        return jsonify({"ready": all(parts.values()), "parts": parts}), 200 if all(parts.values()) else 503

    if metrics is not None:

        @blueprint.get("/metrics")
        def show_metrics() -> Response:
            return Response(metrics.latest(), content_type=metrics.content_type)

    return blueprint


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever the error, the part is not ready
        return False
