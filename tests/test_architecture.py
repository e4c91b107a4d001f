"""The arrows between the rooms, the size of the files: what holds for all code at once."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = ROOT / "tests" / "importlinter.ini"
ROOMS = ("booking_engine", "bot", "deploy", "dialogue", "nlu", "testkit", "webhooks")
MOST_LINES = 300

ROOM_FILES = [ROOT / "app.py", *(path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))]
SCRIPTS = sorted((ROOT / "webhooks").rglob("*.js"))
TEST_FILES = sorted((ROOT / "tests").rglob("*.py"))


def lint(folder: Path, contracts: Path = CONTRACTS) -> subprocess.CompletedProcess[str]:
    """import-linter over the rooms in a folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", str(contracts), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)


def small_tree(folder: Path, **contents: str) -> Path:
    """Rooms that hold nothing but the given lines; a double underscore in a name stands for a dot."""
    (folder / "app.py").write_text("import webhooks\n")
    for room in (*ROOMS, "dialogue/server", "dialogue/actions"):
        (folder / room).mkdir()
        (folder / room / "__init__.py").write_text("")
    (folder / "dialogue" / "words.py").write_text("")
    for module, line in contents.items():
        (folder / f"{module.replace('__', '/')}.py").write_text(line + "\n")
    return folder


def test_the_rooms_import_what_they_may() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_an_empty_tree_keeps_the_contracts(tmp_path: Path) -> None:
    done = lint(small_tree(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("booking_engine__engine", "import flask"),
        ("booking_engine__engine", "from redis import Redis"),
        ("booking_engine__engine", "import bot"),
        ("booking_engine__engine", "def late():\n    from nlu import anything"),
        ("nlu__reader", "import booking_engine"),
        ("bot__turn", "import dialogue"),
        ("bot__turn", "import nlu"),
        ("bot__turn", "from flask import request"),
        ("dialogue__actions__booking", "import bot"),
        ("dialogue__actions__booking", "import webhooks"),
        ("dialogue__server__channel", "import booking_engine"),
        ("webhooks__chat", "import app"),
        ("webhooks__chat", "from deploy import commands"),
        ("webhooks__chat", "import nlu"),
        ("deploy__commands", "import pytest"),
    ],
)
def test_an_import_against_the_arrows_is_found(tmp_path: Path, module: str, line: str) -> None:
    done = lint(small_tree(tmp_path, **{module: line}))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


@pytest.mark.parametrize("path", ROOM_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_data_and_tests_are_never_imported(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            named.append(node.module)
        assert not {name.partition(".")[0] for name in named} & {"data", "tests", "bench"}


def test_every_room_is_looked_at() -> None:
    assert len(ROOM_FILES) > 80
    assert SCRIPTS
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages == set(ROOMS), "a room that no contract speaks of"


@pytest.mark.parametrize("path", [*ROOM_FILES, *SCRIPTS, *TEST_FILES], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_enough_to_hold_in_the_head(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{lines} lines"
