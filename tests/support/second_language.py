"""A made-up second language: English with a mark on every word, so a word without the mark is a leak."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from babel.dates import get_day_names, get_month_names

from dialogue.words import ENGLISH

LANGUAGE = "sv"
"""Its code, for which CLDR has weekday names and we have no catalogue."""

MARK = "\u00e5"
_WORD = re.compile(r"[^\W\d_]+")
_BLANK_OR_WORD = re.compile(r"\{\w+\}|[^\W\d_]+")
_CLDR_PATTERNS = "utter_part_day_"
_CODE = re.compile(r"\b[0-9A-Z]{6,8}\b")


def write_catalogue(folder: Path) -> Path:
    """Write the catalogue into a folder and return the folder."""
    catalogue: dict[str, dict[str, str]] = yaml.safe_load(ENGLISH.read_text(encoding="utf-8"))
    marked = {
        kind: {name: text if name.startswith(_CLDR_PATTERNS) else _marked(text) for name, text in entries.items()}
        for kind, entries in catalogue.items()
    }
    marked["texts"]["utter_part_day_hours"] = _marked(catalogue["texts"]["utter_part_day_hours"])
    path = folder / f"{LANGUAGE}.yml"
    path.write_text(yaml.safe_dump(marked, allow_unicode=True), encoding="utf-8")
    return folder


def _marked(text: str) -> str:
    return _BLANK_OR_WORD.sub(lambda found: found[0] if found[0].startswith("{") else MARK + found[0], text)


def leaks(texts: Iterable[str], *own: str) -> list[str]:
    """Return the words that are neither in the language nor in `own` (names, and words of restaurants and diners)."""
    known = {word.casefold() for text in own for word in _WORD.findall(text)}
    for names in (get_day_names, get_month_names):
        known |= {
            word.casefold() for name in names("abbreviated", locale=LANGUAGE).values() for word in _WORD.findall(name)
        }
    found = [word for text in texts for word in _WORD.findall(_CODE.sub("", text))]
    return [word for word in found if not word.startswith(MARK) and word.casefold() not in known]


def all_texts(answer: Any) -> list[str]:
    """Return every string for a diner in a response of the chat API."""
    return [said for message in answer["messages"] for said in _strings(message)]


def _strings(message: dict[str, Any]) -> list[str]:
    return [message["text"], *(choice["label"] for choice in message["choices"])]
