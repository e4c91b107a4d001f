"""Count the SQL statements that clients send, by kind, from PostgreSQL's own log: it needs no extension."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, text

from tests.support.running import Stack

_LINE = re.compile(r"bench \[(?P<client>[^\]]*)\] LOG:  (?:statement|execute [^:]*): (?P<sql>.*)", re.DOTALL)
_VERB = re.compile(r"\b(INSERT INTO|(?<!FOR )UPDATE|DELETE FROM) (?!SKIP LOCKED)(\w+)")
_CALL = re.compile(r"SELECT (?:pg_catalog\.)?(\w+)\(")
_EXTRACT = re.compile(r"\bextract\(\w+ FROM ", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\s+(?!\()([\w.]+)")
_SETTINGS = {"log_statement": "'all'", "log_line_prefix": "'bench [%a] '", "log_parameter_max_length": "0"}
_LOGGED_WITHIN = 30.0
_OURSELVES = "tests"  # the application name of `Stack.database`


def kind_of(sql: str) -> str:
    """Return what a statement does, and to what: its verb and its first table, or the function that it calls."""
    flat = _EXTRACT.sub("", " ".join(sql.split()))
    if written := _VERB.search(flat):
        return f"{written[1].split()[0]} {written[2]}"
    if called := _CALL.match(flat):
        return f"SELECT {called[1]}()"
    if read := _FROM.search(flat):
        return f"SELECT {read[1]}"
    return flat.partition(" ")[0].upper()


def entries(log: Iterable[str]) -> Iterator[str]:
    """Join the lines of a log to entries. The further lines of an entry begin with a tab."""
    entry = ""
    for line in log:
        if line.startswith("\t"):
            entry += line
        else:
            yield entry
            entry = line
    yield entry


def statements_in(log: Iterable[str]) -> Counter[tuple[str, str]]:
    """Count the statements of a log by the client's application name and by kind."""
    found = (_LINE.match(entry) for entry in entries(log))
    return Counter((match["client"], kind_of(match["sql"])) for match in found if match)


@contextmanager
def counted(stack: Stack) -> Iterator[Counter[tuple[str, str]]]:
    """Count the statements of all clients but this one's; the counter is filled at the end."""
    count: Counter[tuple[str, str]] = Counter()
    log = Path(str(stack.programs.account_of("postgres")["stdout_logfile"]))
    with stack.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name, value in _SETTINGS.items():
            connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
        connection.execute(text("SELECT pg_reload_conf()"))
        try:
            begin = _mark(connection, log)
            yield count
            end = _mark(connection, log)
        finally:
            for name in _SETTINGS:
                connection.execute(text(f"ALTER SYSTEM RESET {name}"))
            connection.execute(text("SELECT pg_reload_conf()"))
    written = log.read_bytes()[begin:end].decode(errors="replace")
    found = statements_in(written.splitlines(keepends=True))
    count.update({key: times for key, times in found.items() if key[0] != _OURSELVES})


def _mark(connection: Connection, log: Path) -> int:
    """Return the size of the log once everything that was logged until now is in it."""
    mark = uuid4().hex
    until = time.monotonic() + _LOGGED_WITHIN
    while time.monotonic() < until:  # the server may not have read its new settings yet
        connection.execute(text(f"SELECT '{mark}'"))
        if mark.encode() in log.read_bytes():
            return log.stat().st_size
        time.sleep(0.1)
    raise TimeoutError(f"nothing is logged in {log}")
