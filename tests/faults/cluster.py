"""A PostgreSQL of a test's own, on a small file system if wanted, that is started again whenever it ends."""

from __future__ import annotations

import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.settings import Settings
from deploy.stack import embedded
from deploy.stack.migrations import upgrade
from tests.support.running import wait_until

MOST_CONNECTIONS = 20
_DISK = 160  # MB


class Cluster:
    """The server. `settings` has its address; `disk` is the folder of its data; `times_ended` is how often it has ended."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(tabletalk_var=folder, database_url="")
        self.disk = folder / "postgres"
        command = embedded.postgres_command(self.settings)
        self._user = command.user
        self._command = [*command.arguments, "-c", f"max_connections={MOST_CONNECTIONS}", "-c", "shared_buffers=32MB"]
        self._over = threading.Event()
        self.times_ended = 0
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep)
        self._keeper.start()
        wait_until(self._answers, "PostgreSQL answers", seconds=60)
        embedded.ensure_database(self.address)
        upgrade(self.address)

    @property
    def address(self) -> str:
        """URL of the database."""
        return self.settings.database_address

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Connect to the server as a superuser, in a database that is not the service's unless that is named."""
        url = make_url(self.address).set(drivername="postgresql", database=database)
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=5)

    def stop(self) -> None:
        """Stop it for good, whoever is still connected."""
        self._over.set()
        self._process.send_signal(signal.SIGINT)  # SIGTERM would wait for them
        self._keeper.join(60)

    def _start(self) -> subprocess.Popen[bytes]:
        with (self.settings.tabletalk_var / "postgres.log").open("ab") as log:
            return subprocess.Popen(self._command, user=self._user, stdout=log, stderr=log)

    def _keep(self) -> None:
        while True:
            self._process.wait()
            self.times_ended += 1
            if self._over.wait(0.5):
                return
            self._process = self._start()

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self.connect().close()
            return True
        return False


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a file system of 160 MB, in memory. Skips the test where that is not allowed."""
    folder.mkdir()
    mount = shutil.which("mount", path="/usr/bin:/bin:/usr/sbin:/sbin")
    options = ["-t", "tmpfs", "-o", f"size={_DISK}m", "tmpfs", str(folder)]
    done = subprocess.run([mount or "mount", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def read_only(cluster: Cluster) -> Iterator[None]:
    """Let the database take no writes, as during a failover."""
    with cluster.connect() as admin:
        admin.execute("ALTER DATABASE tabletalk SET default_transaction_read_only = on")
        _end_sessions(admin)
        try:
            yield
        finally:
            admin.execute("ALTER DATABASE tabletalk RESET default_transaction_read_only")
            _end_sessions(admin)


@contextmanager
def no_connections(cluster: Cluster) -> Iterator[None]:
    """Let others have all connections of the server."""
    over = threading.Event()
    with cluster.connect() as admin:
        taken: list[psycopg.Connection[tuple[object, ...]]] = []

        def take() -> None:
            while not over.wait(0.01):
                with suppress(psycopg.OperationalError):
                    taken.append(cluster.connect())

        taking = threading.Thread(target=take)
        taking.start()
        try:
            wait_until(lambda: _end_sessions(admin) == 0 and len(taken) >= MOST_CONNECTIONS - 1, "others have them all")
            yield
        finally:
            over.set()
            taking.join()
            for connection in taken:
                connection.close()


@contextmanager
def full_disk(cluster: Cluster) -> Iterator[None]:
    """Fill the disk, and the pages of the table of texts, so that no further one has room there."""
    with cluster.connect("tabletalk") as filling:
        with _ballast(cluster):
            with suppress(psycopg.errors.DiskFull):
                while True:
                    filling.execute(_FILL)
            yield
        filling.execute("DELETE FROM inbound WHERE sid LIKE 'filling %'")


@contextmanager
def no_room_for_the_log(cluster: Cluster) -> Iterator[None]:
    """Fill the disk just when the write-ahead log needs it: the server ends, and cannot start again."""
    with _ballast(cluster):
        before = cluster.times_ended
        while cluster.times_ended == before:  # a session that fails first may free enough for the server to recover
            with suppress(psycopg.OperationalError), cluster.connect() as admin:
                while True:
                    admin.execute("SELECT pg_logical_emit_message(true, '', repeat('x', 1000000))")
        yield


@contextmanager
def _ballast(cluster: Cluster) -> Iterator[None]:
    path = cluster.disk / "ballast"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    try:
        yield
    finally:
        path.unlink()


def _end_sessions(admin: psycopg.Connection[tuple[object, ...]]) -> int:
    """End all sessions of the service. Return their number."""
    return len(admin.execute(_SESSIONS).fetchall())


_FILL = """
    INSERT INTO inbound (conversation_id, sid, text, status)
    SELECT id, 'filling ' || gen_random_uuid(), '', 'answered' FROM conversation LIMIT 1
"""
_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'tabletalk'"
