"""A real PgBouncer in transaction mode before the database of a service."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from deploy.stack.launching import free_ports
from tests.support.running import Stack, wait_until

_CONFIGURATION = """
[databases]
tabletalk = host={sockets} dbname=tabletalk user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
server_reset_query_always = 0
"""


@contextmanager
def pgbouncer(stack: Stack) -> Iterator[str]:
    """Run it, and yield the address of the database behind it. It shares three servers among all transactions."""
    command = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert command is not None, "PgBouncer is missing; `make test` installs it on Debian as root"
    owner = psutil.Process(int(stack.programs.account_of("postgres")["pid"])).username()
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "pgbouncer.ini"
        path.write_text(_CONFIGURATION.format(sockets=stack.settings.postgres_socket_folder, port=port))
        path.chmod(0o644)
        address = f"postgresql://postgres@127.0.0.1:{port}/tabletalk"
        process = subprocess.Popen([command, "-q", "-u", owner, str(path)])
        try:
            wait_until(lambda: _answers(address), "PgBouncer answers", seconds=30)
            yield address
        finally:
            process.terminate()
            process.wait(10)


def _answers(address: str) -> bool:
    try:
        with psycopg.connect(address, connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False
