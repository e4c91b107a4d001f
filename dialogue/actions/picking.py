"""Picking one of the options that were offered: by its digit, its place, or its words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from anyascii import anyascii
from rapidfuzz import fuzz

from dialogue.actions.memory import Memory
from dialogue.actions.turn import Entity, Option, Turn
from nlu.reading.cities import NICKNAMES

_FILLER = frozenset(
    ("the", "one", "ones", "please", "pls", "thanks", "at", "in", "on", "for", "to", "a", "an", "of", "i", "ll", "will")
) | frozenset(("take", "go", "with", "us", "let", "s", "do", "have", "it", "option", "number"))
_ORDINAL = re.compile(r"\d(st|nd|rd|th)\b", re.IGNORECASE)

_LONG = 5  # letters of a word in which a slip is forgiven
_A_SLIP = 80.0  # points of likeness


@dataclass
class Heard:
    """What a message brought: the names of the slots it filled, and what stands in the way."""

    fields: set[str] = field(default_factory=set)
    problem: str | None = None
    unclear: str | None = None
    """the words for a day that no calendar has"""
    options: list[Option] = field(default_factory=list)
    ask_options: str | None = None
    took_choice: bool = False
    refused_choices: bool = False
    noted: list[Entity] = field(default_factory=list)
    """SeatingPreferences for the table that were not told before."""

    @property
    def news(self) -> set[str]:
        """The slots that got another value than they had."""
        return {name for name in self.fields if not name.endswith("_same")}

    def __bool__(self) -> bool:
        return bool(self.fields or self.problem or self.options or self.took_choice or self.refused_choices)


def pick(turn: Turn, memory: Memory, entities: list[Entity], heard: Heard) -> None:
    """Take the option that the message picks, if it picks one; its entity is used up."""
    options = memory.options()
    if turn.intent == "affirm" and len(options) == 1:
        memory.take(options[0])
        heard.took_choice = True
        return
    named = _numbered_option(turn.text, options) or _named_option(turn.text, options)
    if named is not None:
        memory.take(named)
        heard.took_choice = True
        entities.clear()
        return
    for entity in entities:
        index = None
        if entity.kind == "number" and not set(words_of(turn.text)) - _FILLER - {str(entity.value)}:
            index = entity.value
        elif entity.kind == "choice":
            which = entity.value.get("which")
            if which == "none":
                heard.refused_choices = True
                return
            index = entity.value.get("index") or {"later": len(options), "last": len(options)}.get(str(which), 1)
        if isinstance(index, int) and 1 <= index <= len(options):
            memory.take(options[index - 1])
            heard.took_choice = True
            entities.remove(entity)
            return
        if isinstance(index, int) and entity.kind == "choice":  # "make that 5" among three: no pick, but a number
            entities[entities.index(entity)] = _no_pick(entity, index)
            return


def _no_pick(entity: Entity, number: int) -> Entity:
    """What a number means that none of the options has: "the 26th" is a day."""
    if _ORDINAL.search(entity.text):
        return Entity("date", entity.text, {"year": None, "month": None, "day": number})
    return Entity("number", entity.text, number)


def _numbered_option(text: str, options: list[Option]) -> Option | None:
    """The option whose digit is all that is said, also where a name was asked for."""
    digit = text.strip(" .#)")
    is_digit = digit.isascii() and digit.isdecimal() and 0 < int(digit) <= len(options)
    return options[int(digit) - 1] if is_digit else None


def _named_option(text: str, options: list[Option]) -> Option | None:
    """The only option whose label has all the telling words of the message: "palo alto", "the 8:30 one", "lantern street"."""
    said = {part for word in words_of(text) for part in words_of(NICKNAMES.get(word, word))} - _FILLER
    digits_only = all(word.isdecimal() for word in said) and len(said) == 1  # "2" is the second, not the one at 2:00
    if not said or digits_only:
        return None
    fitting = [option for option in options if said <= set(words_of(option.label))]
    if not fitting:  # "san fancisco"
        fitting = [option for option in options if all(_is_like_one(word, words_of(option.label)) for word in said)]
    return fitting[0] if len(fitting) == 1 else None


def _is_like_one(word: str, others: list[str]) -> bool:
    """Whether a word is one of others, or a long one a slip away from one; figures are never alike."""
    return word in others or (
        len(word) >= _LONG and word.isalpha() and any(fuzz.ratio(word, other) >= _A_SLIP for other in others)
    )


def words_of(text: str) -> list[str]:
    """Lower-case words and numbers, without accents."""
    return re.findall(r"[a-z]+|\d+", anyascii(text).casefold())
