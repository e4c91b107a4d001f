"""A real HAProxy before several web processes, set up as docs/operations.md says."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.http import PLAIN
from tests.support.running import wait_until

_CONFIGURATION = """
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 7s
    timeout check 3s
    option http-buffer-request
    retries 1
    option redispatch 1
    retry-on conn-failure empty-response response-timeout
frontend public
    bind 127.0.0.1:{port}
    default_backend web
backend web
    option httpchk GET /readyz
    default-server check inter 1s fall 3 rise 1
"""
ANSWER_WITHIN = 5
"""Seconds for the turn, so that a request to a frozen process can go to another one before Twilio hangs up."""


@contextmanager
def balancer(port: int, web_ports: Sequence[int]) -> Iterator[None]:
    """Run it on loopback, before web processes on these ports, once all of them can take requests."""
    command = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin")
    assert command is not None, "HAProxy is missing; `make test` installs it on Debian as root"
    servers = "".join(f"    server web-{n} 127.0.0.1:{web}\n" for n, web in enumerate(web_ports, 1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "haproxy.cfg"
        path.write_text(_CONFIGURATION.format(port=port) + servers)
        for web in web_ports:  # or the first request to a frozen one finds nobody who could take it over
            wait_until(lambda web=web: _answers(web, "/readyz"), f"web answers at {web}", seconds=180)  # type: ignore[misc]
        process = subprocess.Popen([command, "-q", "-db", "-f", str(path)])
        try:
            wait_until(lambda: _answers(port, "/healthz"), "HAProxy answers")
            yield
        finally:
            process.kill()
            process.wait(10)


def _answers(port: int, path: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=3, **PLAIN).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
