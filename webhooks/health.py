"""Liveness and readiness; where there is no port for them, metrics."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Lock

from flask import Blueprint, Response, jsonify, request

from webhooks.metrics import Metrics

_ENOUGH = ("redis", "database")
"""Either keeps a message. With all else away it is answered later, so a balancer must not take the host away."""

_PATIENCE = 1.5  # seconds; balancers wait for two or more


def create_blueprint(checks: dict[str, Callable[[], bool]], metrics: Metrics | None) -> Blueprint:
    """Create the health routes. Each of the `checks` tells whether a dependency of a turn is available.

    `metrics`: None where they have a port of their own.
    """
    blueprint = Blueprint("health", __name__)
    enough = [_Probe(name, checks[name]) for name in _ENOUGH if name in checks]

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify({"alive": True})

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        """Say whether a message is kept if it comes now; with `?verbose`, which parts answer, all of which a turn needs."""
        if "verbose" not in request.args:
            is_ready = _any_passes(enough)
            return jsonify({"ready": is_ready}), 200 if is_ready else 503
        parts = {name: _passes(check) for name, check in checks.items()}
        is_ready = any(parts.get(name) for name in _ENOUGH)
        return jsonify({"ready": is_ready, "parts": parts}), 200 if is_ready else 503

    if metrics is not None:

        @blueprint.get("/metrics")
        def show_metrics() -> Response:
            return Response(metrics.latest(), content_type=metrics.content_type)

    return blueprint


class _Probe:
    """A check that may hang. Whoever asks meanwhile waits for the same call, so that only one thread hangs."""

    def __init__(self, name: str, check: Callable[[], bool]) -> None:
        self._name, self._check = name, check
        self._lock = Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._asked: Future[bool] | None = None

    def ask(self) -> Future[bool]:
        """Return the outcome to be."""
        with self._lock:
            if self._pool is None:  # not before: the process may have been forked
                self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"probe-{self._name}")
            if self._asked is None or self._asked.done():
                self._asked = self._pool.submit(_passes, self._check)
            return self._asked


def _any_passes(probes: list[_Probe]) -> bool:
    """Return whether one of them passes before a balancer loses patience, whatever the others do."""
    left = {probe.ask() for probe in probes}
    until = time.monotonic() + _PATIENCE
    while left and (seconds := until - time.monotonic()) > 0:
        done, left = wait(left, seconds, FIRST_COMPLETED)
        if any(each.result() for each in done):
            return True
    return False


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever the error, the part is not ready
        return False
