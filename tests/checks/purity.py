"""The dialogue decides without input or output: it reads no text, asks no clock, and calls the engine in one file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.checks.tree import ROOT

EDGE = ("dialogue/effects.py", "dialogue/rasa/", "dialogue/words.py")
"""Where the dialogue meets the engine, Rasa and its files."""
_FORBIDDEN_MODULES = (
    "re",
    "regex",
    "random",
    "time",
    "os",
    "pathlib",
    "rasa",
    "rasa_sdk",
    "sqlalchemy",
    "psycopg",
    "logging",
)
_CLOCKS = ("now", "utcnow", "today")
_HAS_TEXT = ("reading", "message", "turn", "situation")


def impurities(folder: Path = ROOT / "dialogue") -> list[str]:
    """Return what breaks the rule, with file and line."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        place = f"dialogue/{path.relative_to(folder).as_posix()}"
        if not place.startswith(EDGE):
            found += [f"{place}:{line}: {fault}" for line, fault in faults_of(path.read_text(encoding="utf-8"))]
    return found


def faults_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the fault of everything impure in a file's source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((node.lineno, fault) for fault in _faults_of_import(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CLOCKS:
            yield node.lineno, f"a decision asks a clock: {node.func.attr}()"
        elif isinstance(node, ast.Attribute) and node.attr == "text" and _last_name(node.value) in _HAS_TEXT:
            yield node.lineno, "the text is read in nlu and nowhere else"


def _faults_of_import(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for module in _modules(node):
        if module.partition(".")[0] in _FORBIDDEN_MODULES:
            yield f"a decision imports {module}"
    if any(name.name == "BookingEngine" for name in node.names):
        yield "only dialogue/effects.py calls the engine"


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else [name.name for name in node.names]


def _last_name(node: ast.expr) -> str | None:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None
