"""What holds for all code at once: import arrows, no circles, simple functions, docstrings, commit messages."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checks.circles import import_circles
from tests.checks.commits import commit_findings, faults_of
from tests.checks.complexity import MOST, complex_functions
from tests.checks.docstrings import undocumented
from tests.checks.purity import impurities
from tests.checks.touched import changed_files, touched_tests
from tests.checks.tree import PACKAGES, ROOT, documented_files, exceptions, findings_in, source_files

CONTRACTS = ROOT / "tests" / "importlinter.ini"
SOURCES = source_files()
OUTSIDE_MAIN = ("deploy", "testkit")
each_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))


def lint(folder: Path, contracts: Path = CONTRACTS) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the packages in a folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", str(contracts), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)


def small_tree(folder: Path, **contents: str) -> Path:
    """Write packages that hold nothing but the given lines; a double underscore in a name stands for a dot."""
    engine = [f"booking_engine/{name}" for name in ("availability", "reservations", "restaurants", "storage")]
    for package in (*PACKAGES, *engine, "dialogue/rasa", "dialogue/rasa/server", "dialogue/tasks", "deploy/scripts"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text("")
    modules = ["app", "dialogue__words", "dialogue__state", "testkit__plugin", "deploy__scripts__plugin"]
    modules += [
        f"booking_engine__{name}" for name in ("context", "engine", "notifications", "outbox", "queries", "values")
    ]
    for module, line in {**dict.fromkeys(modules, ""), **contents}.items():
        (folder / f"{module.replace('__', '/')}.py").write_text(line + "\n")
    return folder


def test_the_packages_import_what_they_may() -> None:
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
        ("booking_engine__storage__sql", "import booking_engine.reservations"),
        ("booking_engine__restaurants__names", "import booking_engine.reservations"),
        ("booking_engine__availability__search", "import booking_engine.outbox"),
        ("nlu__reader", "import booking_engine"),
        ("bot__turn", "import dialogue"),
        ("bot__turn", "import nlu"),
        ("bot__turn", "from flask import request"),
        ("dialogue__tasks__book", "import bot"),
        ("dialogue__tasks__book", "import webhooks"),
        ("dialogue__rasa__server__channel", "import booking_engine"),
        ("webhooks__chat", "import app"),
        ("webhooks__chat", "from deploy import commands"),
        ("webhooks__chat", "import testkit"),
        ("webhooks__chat", "import nlu"),
        ("deploy__commands", "import pytest"),
        ("deploy__commands", "import testkit"),
        ("deploy__worker", "import app"),
        ("testkit__session", "import app"),
    ],
)
def test_an_import_against_the_arrows_is_found(tmp_path: Path, module: str, line: str) -> None:
    done = lint(small_tree(tmp_path, **{module: line}))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_the_app_imports_deployment_and_test_kit_in_main_only() -> None:
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    others = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "main")]
    assert len(others) == len(tree.body) - 1
    assert not imported_packages(others) & set(OUTSIDE_MAIN)


def imported_packages(nodes: list[ast.stmt]) -> set[str]:
    """Return the top-level packages that these statements import, at whatever depth."""
    found = set()
    for node in (inner for each in nodes for inner in ast.walk(each)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found


@each_source
def test_data_and_tests_are_never_imported(path: Path) -> None:
    assert not imported_packages(ast.parse(path.read_text(encoding="utf-8")).body) & {"data", "tests", "bench"}


def test_every_package_is_looked_at() -> None:
    assert len(SOURCES) > 80
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages == set(PACKAGES), "a package that no contract speaks of"


def test_no_files_import_each_other_in_a_circle() -> None:
    assert import_circles(PACKAGES) == []


@pytest.mark.parametrize("late", ["", "def late():\n    ", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "])
def test_a_circle_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: str) -> None:
    lines = {
        "one": "import ring.two",
        "two": f"{late}import ring.three",
        "three": "import ring.one",
        "four": "import ring.one",
    }
    (tmp_path / "ring").mkdir()
    for name, line in {"__init__": "", **lines}.items():
        (tmp_path / "ring" / f"{name}.py").write_text(line + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    (circle,) = import_circles(["ring"])
    assert set(circle) == {"ring.one", "ring.two", "ring.three"}


@each_source
def test_functions_are_simple_enough_to_hold_in_the_head(path: Path) -> None:
    assert findings_in(path, complex_functions, exceptions("complexity")) == []


@pytest.mark.parametrize("path", documented_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_public_functions_have_docstrings(path: Path) -> None:
    assert findings_in(path, undocumented, exceptions("docstrings")) == []


def test_a_complex_function_is_found_and_an_excuse_that_is_not_needed() -> None:
    def code(operators: int) -> str:
        return f"class A:\n    def f(self, x):\n        return {' or '.join(['x'] * (operators + 1))}\n    def g(self): ...\n"

    assert complex_functions(code(MOST - 1)) == {}
    assert set(complex_functions(code(MOST))) >= {"A.f"}
    needless = findings_in(ROOT / "app.py", complex_functions, ["app.py:create_app", "bot/turn.py:answer"])
    assert needless == ["app.py:create_app: keeps the rule by now; take it out of exceptions.yml"]


def test_a_public_name_without_a_docstring_is_found() -> None:
    code = 'class A:\n    """Good."""\n    def f(self): ...\n    def _g(self): ...\nclass _B:\n    def f(self): ...\ndef h(): ...\n'
    assert list(undocumented(code)) == ["A.f", "h"]


def test_commits_say_what_they_do_and_why() -> None:
    assert commit_findings(ROOT) == []


@pytest.mark.parametrize(
    "message",
    [
        "bot: keep the answer\n\nIt was lost when Redis restarted.",
        "booking_engine, tests: refuse a party of none\n\nThe search looped.",
    ],
)
def test_a_good_commit_message_passes(message: str) -> None:
    assert faults_of(message) == []


@pytest.mark.parametrize(
    "message",
    [
        "bot: keep the answer",
        "Keep the answer\n\nIt was lost.",
        "bot: keep the answer.\n\nIt was lost.",
        f"bot: keep {'the answer ' * 7}\n\nIt was lost.",
    ],
)
def test_a_bad_commit_message_is_found(message: str) -> None:
    assert faults_of(message) != []


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        ("bot/rendering.py", "tests/bot/test_rendering.py"),  # imported
        ("nlu/reading/dates.py", "tests/nlu/test_resolving.py"),  # imported by what is imported
        ("webhooks/rest/holds.py", "tests/rest/test_bookings.py"),  # by way of a conftest.py
        ("tests/rest/conftest.py", "tests/rest/test_bookings.py"),
        ("tests/engine/test_race.py", "tests/engine/test_race.py"),
        ("booking_engine/storage/sql/confirm_hold.sql", "tests/engine/test_schema.py"),
        ("docs/scripts.md", "tests/testkit/test_guide.py"),  # named
        ("webhooks/widget/card.js", "tests/webhooks/test_widget_bundle.py"),  # beside the module that reads it
        ("app.py", "tests/webhooks/test_production.py"),
        ("pyproject.toml", "tests/nlu/test_dates.py"),
    ],
)
def test_a_change_touches_the_tests_that_use_it(changed: str, touched: str) -> None:
    assert touched in touched_tests([changed])


@pytest.mark.parametrize("changed", ["docs/img/widget-dark.png", "CHANGELOG.md", "no/such/file.py"])
def test_a_change_that_no_test_uses_touches_none(changed: str) -> None:
    assert set(touched_tests([changed])) <= {"tests/test_architecture.py"}, "which names them here"


def test_what_is_changed_is_what_is_not_committed_else_the_last_commit(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
        git("add", name)
        git("commit", "-m", name)
    assert changed_files(tmp_path, None) == ["two"]
    assert changed_files(tmp_path, "HEAD~1") == ["two"]
    (tmp_path / "one").write_text("changed")
    (tmp_path / "three").write_text("new")
    assert changed_files(tmp_path, None) == ["one", "three"]


def test_the_dialogue_decides_without_input_or_output() -> None:
    assert impurities() == []


@pytest.mark.parametrize(
    "line",
    [
        "import re",
        "from rasa_sdk import Action",
        "from booking_engine import BookingEngine",
        "then = datetime.now(UTC)",
        'said = turn.text.split(" ")',
        "said = turn.reading.text",
    ],
)
def test_an_impure_decision_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "book.py").write_text(f"def decide(turn):\n    {line}\n")
    (tmp_path / "effects.py").write_text(f"{line}\n")  # where it may be
    [finding] = impurities(tmp_path)
    assert finding.startswith("dialogue/tasks/book.py:2: ")
