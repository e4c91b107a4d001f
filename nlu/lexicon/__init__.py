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
    return yaml.load((FOLDER / language / f"{concept}.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)


class Words:
    """The sets of words of a concept, each under its name."""

    def __init__(self, sets: Mapping[str, frozenset[str]]) -> None:
        vars(self).update(sets)

    def __getattr__(self, name: str) -> frozenset[str]:
        raise AttributeError(f"no words are called {name}")


@cache
def words(concept: str, language: str = "en") -> Words:
    """Return the sets of words of a concept; in its file they are written as text."""
    told = load(concept, language).items()
    return Words({name: frozenset(text.split()) for name, text in told if isinstance(text, str)})


@cache
def dictionary(language: str = "en") -> Mapping[str, frozenset[str]]:
    """Return the words of a language: `everyday` ones, others that are `known` to most, and `names` of people and places.

    They are in lower case, without accents and apostrophes.
    """
    text = (FOLDER / language / "english.txt").read_text(encoding="ascii")
    parts = [part.split() for part in text.split("# ")[1:]]
    return {title: frozenset(listed) for title, *listed in parts}


COMMON = words("common").common
"""Words that are no names: the common ones of English, and those people use when they book tables."""
