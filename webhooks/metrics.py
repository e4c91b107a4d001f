"""Metrics for Prometheus, on a port that the public cannot reach."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, CollectorRegistry, make_wsgi_app, multiprocess

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class InternalPort:
    """Serves nothing but metrics on one port, whatever is asked for, and the app, which has none, on all others.

    The port is that of the socket that took the connection, so no header can name it. Wrap it around everything else.
    """

    def __init__(self, app: WSGIApplication, port: int) -> None:
        """Serve metrics on this port: those of all processes of the program, if they share a folder for them."""
        self._app = app
        self._port = str(port)
        self._metrics = make_wsgi_app(shared_registry(), disable_compression=True)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        is_internal = str(environ["SERVER_PORT"]) == self._port
        return (self._metrics if is_internal else self._app)(environ, start_response)


def shared_registry() -> CollectorRegistry:
    """Return what collects the metrics of all processes that share `PROMETHEUS_MULTIPROC_DIR`, or else of this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry(support_collectors_without_names=True)
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
