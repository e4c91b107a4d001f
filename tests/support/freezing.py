"""Processes that hang: stopped with SIGSTOP, they keep their connections and say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from sqlalchemy import Engine


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a program and its children for as long as the block runs."""
    program = psutil.Process(pid)
    stopped = [program]
    program.suspend()  # first, so that it starts no other ones
    try:
        for child in program.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.suspend()
                stopped.append(child)
        yield
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def server_of(database: Engine) -> int:
    """Return the process of a PostgreSQL server on this machine."""
    with database.connect() as connection:
        folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
    return int((Path(folder) / "postmaster.pid").read_text().split()[0])
