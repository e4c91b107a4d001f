"""The files that are checked, and the functions that are excused."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("booking_engine", "bot", "deploy", "dialogue", "nlu", "testkit", "webhooks")
Check = Callable[[str], dict[str, str]]
"""From source code to what is wrong with it: the qualified name of a function or class, and the fault."""


def source_files() -> list[Path]:
    """Return every Python file of the service, the test kit and the deployment."""
    return [ROOT / "app.py", *(path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")))]


def documented_files() -> list[Path]:
    """Return the files whose public names need docstrings: all but the migrations, whose functions Alembic names."""
    return [path for path in source_files() if "versions" not in path.parts]


@cache
def exceptions(rule: str) -> frozenset[str]:
    """Return the names (`path:qualified.name`) that may break a rule for now."""
    listed = yaml.safe_load(Path(__file__).with_name("exceptions.yml").read_text(encoding="utf-8"))
    return frozenset(f"{path}:{name}" for path, names in (listed[rule] or {}).items() for name in names)


def findings_in(path: Path, check: Check, excused: Collection[str]) -> list[str]:
    """Apply a check to one file; report what is not excused, and what is excused without need."""
    place = path.relative_to(ROOT).as_posix()
    faults = {f"{place}:{name}": fault for name, fault in check(path.read_text(encoding="utf-8")).items()}
    needless = [name for name in excused if name.startswith(f"{place}:") and name not in faults]
    return [
        *(f"{name}: {fault}" for name, fault in faults.items() if name not in excused),
        *(f"{name}: keeps the rule by now; take it out of exceptions.yml" for name in sorted(needless)),
    ]
