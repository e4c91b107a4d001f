"""What the reading says of a message; nobody in the dialogue sees the text itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from dialogue.reasons import Acts

OF_TABLE = ("party_size", "date", "time")
"""Entities that tell for how many and when a table is to be, and the fields of the same names."""
ASKED_ABOUT = ("topic", "seating", "diet", "price")
"""Entities that a question about a restaurant is about."""
_SURE_ENOUGH, _CONTESTED = 0.5, 0.4


class Entity(NamedTuple):
    """A piece of the diner's words and its value, as nlu/reading describes them."""

    kind: str
    text: str
    value: Any

    @property
    def slugs(self) -> list[str]:
        """The restaurants that it may name, the likeliest first; none where it is something else, or none of ours.

        What was remembered by an earlier release has only words for a value.
        """
        found: list[str] = self.value["slugs"] if self.kind == "restaurant" and isinstance(self.value, dict) else []
        return found


@dataclass(frozen=True)
class Reading:
    """A message, read once in `nlu`: its intent and acts, its entities, and what decisions need of its wording."""

    intent: str = ""
    is_unsure: bool = False
    """whether the intent is hardly more than a guess"""
    is_contested: bool = False
    """whether act and intent disagree, or the intent is no more than a guess: no certain wish"""
    acts: Acts = field(default_factory=dict)
    """what the message does, by probability (`nlu/acts.py`)"""
    entities: tuple[Entity, ...] = ()
    length: int = 0
    """words of the text, whatever they are made of"""
    words: tuple[str, ...] = ()
    """lower-case words and numbers, without accents"""
    cues: frozenset[str] = frozenset()
    """turns of phrase by name (`nlu/lexicon/en/cues.yml`)"""
    whole_name: str | None = None
    odd_name: str | None = None
    lost: tuple[str, ...] = ()
    """names after "to" or "at" that are no restaurant of ours"""
    language: str | None = None

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Reading:
        """Take a message as Rasa hands it to actions."""
        intent, text = message.get("intent") or {}, message.get("text") or ""
        confidence, entities = intent.get("confidence") or 0.0, message.get("entities", [])
        told = {
            "intent": intent.get("name") or "",
            "is_unsure": confidence < _SURE_ENOUGH,
            "is_contested": confidence < _CONTESTED,
            "acts": message.get("acts") or {},
            "entities": [Entity(each["entity"], text[each["start"] : each["end"]], each["value"]) for each in entities],
            "length": len(text.split()),
        }
        return _READINGS.validate_python(told | (message.get("surface") or {}))


_READINGS = TypeAdapter(Reading)


def kinds_of(entities: Iterable[Entity]) -> set[str]:
    """Return the kinds of some entities."""
    return {entity.kind for entity in entities}
