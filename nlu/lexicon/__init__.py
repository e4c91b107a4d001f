"""The words of one concept, in one place: a file a concept, in a folder a language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


@cache
def load(concept: str, language: str = "en") -> Any:
    """Return what the file of a concept holds, as YAML reads it; the same object each time."""
    return yaml.safe_load((FOLDER / language / f"{concept}.yml").read_text(encoding="utf-8"))


@cache
def words(concept: str, language: str = "en") -> Mapping[str, frozenset[str]]:
    """Return the sets of words of a concept by name; in its file they are written as text."""
    return {name: frozenset(text.split()) for name, text in load(concept, language).items() if isinstance(text, str)}
