"""The test utterances in `said/`: Rasa's own format for examples, with what the bot had just asked in the metadata.

    - intent: inform
      metadata:
        expects: time
      examples: |
        - make it [half seven](time:7:30)

What stands behind the colon is the value as `values.brief` writes it; without one, the value is the words themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SAID = Path(__file__).with_name("said")
_MARKED = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<entity>[a-z_]+)(?::(?P<value>[^)]*))?\)")
_BULLET = "- "


class Malformed(ValueError):
    """An utterance file that cannot be read; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Entity:
    """A piece of a text: characters from `start` up to `end`, and what it means, briefly."""

    kind: str
    start: int
    end: int
    value: str


@dataclass(frozen=True)
class Utterance:
    """What someone typed, after being asked for `expects` (or nothing), and how it should be understood."""

    text: str
    intent: str
    expects: str | None
    entities: tuple[Entity, ...]
    theme: str

    def __str__(self) -> str:
        return f"{self.text!r}" + (f" (asked for {self.expects})" if self.expects else "")


def read_utterances(folder: Path = SAID) -> list[Utterance]:
    """All utterances of a folder.

    Raises:
        Malformed: a file is not what it should be.
    """
    return [utterance for path in sorted(folder.glob("*.yml")) for utterance in _of_file(path)]


def _of_file(path: Path) -> Iterator[Utterance]:
    try:
        blocks = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for block in blocks:
            expects = (block.get("metadata") or {}).get("expects")
            for line in block["examples"].splitlines():
                if not line.startswith(_BULLET):
                    raise Malformed(f"{path.name}: {line!r} does not begin with {_BULLET!r}")
                text, entities = _unmarked(line.removeprefix(_BULLET).strip())
                if not text or "](" in text:
                    raise Malformed(f"{path.name}: {line!r} is not marked as [words](entity:value)")
                yield Utterance(text, block["intent"], expects, tuple(entities), path.stem)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"{path.name}: {error!r}") from error


def _unmarked(line: str) -> tuple[str, list[Entity]]:
    text, entities, at = "", [], 0
    for mark in _MARKED.finditer(line):
        text += line[at : mark.start()]
        start = len(text)
        text += mark["words"]
        entities.append(Entity(mark["entity"], start, len(text), mark["value"] or mark["words"]))
        at = mark.end()
    return text + line[at:], entities


def as_rasa_data(utterances: Iterable[Utterance]) -> dict[str, Any]:
    """The utterances in the form that `rasa test nlu` reads, which knows no context: those that need none."""
    said: dict[str, list[str]] = {}
    for utterance in utterances:
        if utterance.expects is None:
            said.setdefault(utterance.intent, []).append(_marked_for_rasa(utterance))
    nlu = [{"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)} for intent, lines in said.items()]
    return {"version": "3.1", "nlu": nlu}


def _marked_for_rasa(utterance: Utterance) -> str:
    line, at = "", 0
    for entity in utterance.entities:
        words = utterance.text[entity.start : entity.end]
        line += f"{utterance.text[at : entity.start]}[{words}]({entity.kind})"
        at = entity.end
    return line + utterance.text[at:]
