"""Liveness and readiness; where there is no port for them, metrics."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from webhooks.metrics import Metrics

_ENOUGH = ("redis", "database")
"""Either keeps a message. With all else away it is answered later, so a balancer must not take the host away."""


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
        """Say whether a message is kept if it comes now; with `?verbose`, which parts answer, all of which a turn needs."""
        if "verbose" not in request.args:
            is_ready = any(_passes(checks[name]) for name in _ENOUGH if name in checks)
            return jsonify({"ready": is_ready}), 200 if is_ready else 503
        parts = {name: _passes(check) for name, check in checks.items()}
        is_ready = any(parts.get(name) for name in _ENOUGH)
        return jsonify({"ready": is_ready, "parts": parts}), 200 if is_ready else 503

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
