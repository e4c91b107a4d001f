"""The learned finder of days that no calendar tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.clauses import Part
from nlu.components.tagging import Tagger, Taught
from nlu.reading.reader import read_message
from nlu.undated import examples, features, labels, parts_of

_DAYS = ("date", "vague_date", "past_date", "part_of_day")
"""What of a day may be in such words, and is not meant by itself: the Sunday of "the Sunday of the marathon"."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class UndatedTagger(Tagger):
    """Adds entities `undated`: the diner's words for a day that has to be asked for (`nlu.undated`).

    "The day", "after" and "the match" become one stretch; 150 µs a message.
    """

    def taught(self) -> Iterator[Taught]:
        """Yield our own texts with such days."""
        for text, parts in examples():
            read = read_message(text, expecting=None)
            yield features(read), labels(read, parts)

    def add(self, message: Message) -> None:
        """Add what is found, in place of the days that its words would tell by themselves."""
        read = read_message(message.get(TEXT) or "", expecting=None)
        if read.tokens:
            told = parts_of(read, self.shares(features(read)))
            found = [{"entity": "undated", "start": at, "end": end, "value": read.text[at:end]} for at, end in told]
            message.set(
                ENTITIES,
                [*_beside(told, message.get(ENTITIES, [])), *self.add_extractor_name(found)],
                add_to_output=True,
            )


def _beside(told: Sequence[Part], entities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out the days inside what is told; where one stands outside, they may contradict it: "Dec 21 (Tuesday)".

    A week or a month stays, since the day that is asked for lies in it: "sometime next week".
    """
    inside = [
        each["entity"] in _DAYS and "period" not in each["value"] and any(_overlap(part, each) for part in told)
        for each in entities
    ]
    kept = [each for each, is_inside in zip(entities, inside, strict=True) if not is_inside]
    return list(entities) if any(each["entity"] == "date" for each in kept) else kept


def _overlap(part: Part, entity: Mapping[str, Any]) -> bool:
    return bool(entity["start"] < part.end and part.start < entity["end"])
