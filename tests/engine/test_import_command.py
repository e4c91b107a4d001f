"""The commands `tabletalk restaurants import` and `schema`, as an operator uses them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from booking_engine import BookingEngine
from bot.settings import PROJECT
from deploy.commands import cli
from deploy.stack.launching import TABLETALK

from .helpers import DAY, OpenRestaurant, as_lines, book, evening, restaurant_line, tables

Run = Callable[..., Result]
GOOD = as_lines(restaurant_line(slug="good"))[0].encode()


@pytest.fixture
def told(database: Engine, tmp_path: Path) -> dict[str, str]:
    """Environment variables for the module's database, with the clock on December 1, 2026."""
    return {
        "DATABASE_URL": database.url.render_as_string(hide_password=False).replace("+psycopg", ""),
        "TABLETALK_NOW": "2026-12-01T12:00+00:00",
        "TABLETALK_VAR": str(tmp_path),
        "PUBLIC_URL": "https://tabletalk.example",
    }


@pytest.fixture
def run(told: dict[str, str]) -> Run:
    """Run `tabletalk restaurants` with arguments."""
    return lambda *arguments: CliRunner().invoke(cli, ["restaurants", *arguments], env=told)


def slugs(database: Engine) -> set[str]:
    """Return the slugs of all restaurants in the database."""
    with database.connect() as connection:
        return set(connection.execute(text("SELECT slug FROM restaurant")).scalars())


BAD = {
    "Latin-1": (GOOD + b"\n" + GOOD.replace(b"Larder", b"Caf\xe9"), "tabletalk: line 2 is not UTF-8"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "tabletalk: line 1 is not UTF-8"),
    "empty": (b"", "line 1: line: there is no restaurant"),
    "bad field": (GOOD + b"\n\n" + GOOD.replace(b'"good"', b'"Bad"'), "line 3: slug:"),
    "a line without an end": (GOOD + b"\n" + b"[" * 50_000_000, "line 2: line: is longer"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_told_in_a_line_and_nothing_of_it_is_imported(
    case: str, run: Run, database: Engine, tmp_path: Path
) -> None:
    content, told = BAD[case]
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    before = slugs(database)
    done = run("import", str(path))
    assert done.exit_code == 2
    assert done.stderr.startswith(told)
    assert done.stderr.endswith(f"nothing of {path} was imported\n")
    assert not done.stdout
    assert slugs(database) == before


def test_a_file_that_is_missing_is_named(run: Run, tmp_path: Path) -> None:
    done = run("import", str(tmp_path / "nowhere.jsonl"))
    assert done.exit_code == 2
    assert "nowhere.jsonl" in done.stderr


def test_a_database_that_is_away_is_one_line(told: dict[str, str]) -> None:
    there = told | {"DATABASE_URL": "postgresql://127.0.0.1:1/nothing"}
    done = CliRunner().invoke(cli, ["restaurants", "import", "-"], input=GOOD, env=there)
    assert done.exit_code == 2
    assert done.stderr.startswith("tabletalk: the database cannot be reached")


def test_any_ends_of_lines_and_a_mark_at_the_beginning_are_fine(run: Run, database: Engine, tmp_path: Path) -> None:
    path = tmp_path / "ends.jsonl"
    content = (
        "\ufeff".encode() + GOOD.replace(b'"good"', b'"dos"') + b"\r\n" + GOOD.replace(b'"good"', b'"mac"') + b"\r"
    )
    path.write_bytes(content)
    done = run("import", str(path))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.endswith("2 new, 0 changed, 0 as they were\n")
    assert {"dos", "mac"} <= slugs(database)


def test_reservations_that_no_longer_fit_are_listed(
    run: Run, engine: BookingEngine, open_restaurant: OpenRestaurant, tmp_path: Path
) -> None:
    place = open_restaurant(tables=tables(2, 2))
    made = [book(engine, place, evening(place, day=DAY + timedelta(days=day))) for day in (0, 1)]
    closures = [{"date": f"{DAY + timedelta(days=1)}"}]
    line = restaurant_line(slug=place.slug, tables=[{"name": "T2", "max_party": 2}], closures=closures)
    path = tmp_path / "less.jsonl"
    path.write_text(json.dumps(line))
    done = run("import", str(path))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1:] == [
        f"no longer fits: {place.slug}: {made[0].code}: table gone",
        f"no longer fits: {place.slug}: {made[1].code}: closed then",
    ]


def test_a_bar_is_shown_to_whoever_watches_a_terminal(told: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "good.jsonl"
    path.write_bytes(GOOD)
    master, terminal = pty.openpty()
    done = subprocess.run(
        [str(TABLETALK), "restaurants", "import", str(path)], cwd=PROJECT, stdout=subprocess.PIPE, stderr=terminal,
        env=os.environ | told | {"TERM": "xterm", "COLUMNS": "100"}, check=False, timeout=60,
    )  # fmt: skip
    os.close(terminal)
    shown = os.read(master, 100_000).decode()
    os.close(master)
    assert done.returncode == 0, shown
    assert "Checking lines" in shown
    assert "Writing restaurants" in shown
    assert done.stdout.decode() == f"{path}: 1 new, 0 changed, 0 as they were\n"


def test_the_schema_is_printed_with_its_public_address(run: Run) -> None:
    done = run("schema")
    schema = json.loads(done.stdout)
    assert schema["$id"] == "https://tabletalk.example/schemas/restaurant.json"
    jsonschema_rs.validator_for(schema).validate(json.loads(GOOD))
