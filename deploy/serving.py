"""Serve our apps with gunicorn."""

from __future__ import annotations

import logging
import os
import resource
import shutil
import socket
import sys
import warnings
from collections.abc import Sequence
from tempfile import mkdtemp
from typing import Any

from gunicorn.util import is_ipv6, parse_address

from bot.settings import PROJECT
from deploy.buffering import LARGEST_BODY, LARGEST_BODY_OF_OURS, MOST_CONNECTIONS, BufferingWorker
from deploy.options import refuse
from dialogue.rasa import logs

logger = logging.getLogger(__name__)

_SPARE = 1000  # connections and files in addition to those of waiting visitors


def serve_in_threads(app: str, addresses: Sequence[str], threads: int, *, is_public: bool) -> None:
    """Serve an app with two processes of `threads` threads each, on each address: `host:port`.

    `is_public`: take no larger bodies than the public may send.
    """
    BufferingWorker.largest_body = LARGEST_BODY if is_public else LARGEST_BODY_OF_OURS
    _raise_file_limit(MOST_CONNECTIONS + _SPARE)
    options = [
        *_binds([_bound(address) for address in addresses]),
        *("--worker-class", f"{BufferingWorker.__module__}.{BufferingWorker.__name__}"),
        *("--workers", "2"),
        *("--threads", str(threads)),
        *("--graceful-timeout", "12"),
    ]
    if len(addresses) == 1:
        _run(app, options, "--preload")
        return
    # One address is for metrics, which both processes have. Both leave through here, too, and must not take the folder along.
    master, folder = os.getpid(), mkdtemp(prefix="tabletalk-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        _run(app, options, "--preload")
    finally:
        if os.getpid() == master:
            shutil.rmtree(folder, ignore_errors=True)


def serve_in_greenlets(app: str, addresses: Sequence[str], waiting: int) -> None:
    """Serve an app with one process in which `waiting` requests can wait at once, each costing some memory and a file."""
    from gevent import monkey

    with warnings.catch_warnings():
        # Only Redis' asyncio client keeps references to the unpatched sockets, and it is not used here.
        warnings.simplefilter("ignore", monkey.MonkeyPatchWarning)
        monkey.patch_all()  # before the database driver is loaded, which checks for it
    _log_failed_greenlets()
    wanted = waiting + _SPARE
    _raise_file_limit(wanted)
    options = [
        *_binds(addresses),
        *("--worker-class", "gevent"),
        *("--workers", "1"),
        *("--worker-connections", str(wanted)),
        *("--backlog", "4096"),
        *("--graceful-timeout", "1"),  # waiting requests would not end in time; clients reconnect on their own
    ]
    _run(app, options)


def _log_failed_greenlets() -> None:
    """Log errors that nobody catches in a greenlet, which gevent prints to standard error with their messages."""
    from gevent.hub import Hub

    def log(hub: Hub, context: object, kind: Any, error: Any, where: Any) -> None:
        logger.error("greenlet failed", exc_info=(kind, error, where))

    Hub.print_exception = log


def _binds(addresses: Sequence[str]) -> list[str]:
    return [part for address in addresses for part in ("--bind", address)]


def _bound(address: str) -> str:
    """Bind an address, and return the socket in gunicorn's words. gunicorn listens there once it has loaded the app.

    The workers of a master that was killed may have the address until then.
    """
    host, port = parse_address(address)
    bound = socket.socket(socket.AF_INET6 if is_ipv6(host) else socket.AF_INET)
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        bound.setsockopt(socket.SOL_SOCKET, option, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        refuse(f"{address} cannot be had ({error.strerror})")
    return f"fd://{bound.detach()}"


def _raise_file_limit(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _run(app: str, options: Sequence[str], *flags: str) -> None:
    from gunicorn.app.wsgiapp import WSGIApplication

    logs.configure()

    from deploy.memory import collect_rarely

    class Serving(WSGIApplication):
        def load(self) -> Any:
            loaded = super().load()
            collect_rarely()  # with --preload this runs before the workers are forked
            return loaded

    sys.argv = ["gunicorn", app, *flags, "--no-control-socket", *options, "--chdir", str(PROJECT)]
    Serving("%(prog)s [OPTIONS] [APP_MODULE]").run()
