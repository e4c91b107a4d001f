"""Metrics for Prometheus; in production, on a port that the public cannot reach."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Metrics:
    """The metrics of a program, and of more collectors that look elsewhere than into its processes."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, collectors: Sequence[Collector] = ()) -> None:
        """Show what these collectors find besides the metrics of all processes that share a folder for them, or of this one."""
        self._shared = CollectorRegistry()
        for collector in collectors:
            self._shared.register(collector)

    def latest(self) -> bytes:
        """Return the metrics as they are now, in Prometheus' text format."""
        return generate_latest(_registry()) + generate_latest(self._shared)


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


class InternalPort:
    """Serves nothing but metrics on one port, whatever is asked for, and the app, which has none, on all others.

    The port is that of the socket that took the connection, so no header can name it. Wrap it around everything else.
    """

    def __init__(self, app: WSGIApplication, port: int, metrics: Metrics) -> None:
        """Serve the metrics on this port, and the app on others."""
        self._app = app
        self._port = str(port)
        self._metrics = metrics

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if str(environ["SERVER_PORT"]) != self._port:
            return self._app(environ, start_response)
        content = self._metrics.latest()
        headers = [("Content-Type", self._metrics.content_type), ("Content-Length", str(len(content)))]
        start_response("200 OK", headers)
        return [content]
