"""Serve our apps with gunicorn."""

from __future__ import annotations

import logging
import resource
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from bot.settings import PROJECT
from dialogue.rasa import logs

logger = logging.getLogger(__name__)

_SPARE = 1000  # connections and files in addition to those of waiting visitors


def serve_in_threads(app: str, host: str, port: int, threads: int) -> None:
    """Serve an app with two processes of `threads` threads each."""
    options = {
        "--bind": f"{host}:{port}",
        "--worker-class": "gthread",
        "--workers": "2",
        "--threads": str(threads),
        "--graceful-timeout": "12",
        "--keep-alive": "75",
    }
    _run(app, options, "--preload")


def serve_in_greenlets(app: str, host: str, port: int, waiting: int) -> None:
    """Serve an app with one process in which `waiting` requests can wait at once, each costing some memory and a file."""
    from gevent import monkey

    with warnings.catch_warnings():
        # Only Redis' asyncio client keeps references to the unpatched sockets, and it is not used here.
        warnings.simplefilter("ignore", monkey.MonkeyPatchWarning)
        monkey.patch_all()  # before the database driver is loaded, which checks for it
    _log_failed_greenlets()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = waiting + _SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    options = {
        "--bind": f"{host}:{port}",
        "--worker-class": "gevent",
        "--workers": "1",
        "--worker-connections": str(wanted),
        "--backlog": "4096",
        "--graceful-timeout": "1",  # waiting requests would not end in time; clients reconnect on their own
    }
    _run(app, options)


def _log_failed_greenlets() -> None:
    """Log errors that nobody catches in a greenlet, which gevent prints to standard error with their messages."""
    from gevent.hub import Hub

    def log(hub: Hub, context: object, kind: Any, error: Any, where: Any) -> None:
        logger.error("greenlet failed", exc_info=(kind, error, where))

    Hub.print_exception = log


def _run(app: str, options: Mapping[str, str], *flags: str) -> None:
    from gunicorn.app.wsgiapp import WSGIApplication

    logs.configure()

    from deploy.memory import collect_rarely

    class Serving(WSGIApplication):
        def load(self) -> Any:
            loaded = super().load()
            collect_rarely()  # with --preload this runs before the workers are forked
            return loaded

    words = [part for option in {**options, "--chdir": str(PROJECT)}.items() for part in option]
    sys.argv = ["gunicorn", app, *flags, "--no-control-socket", *words]
    Serving("%(prog)s [OPTIONS] [APP_MODULE]").run()
