"""The learned finder of the name in the answer to the question for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.acts import ranking_of
from nlu.asked_name import FAMILY, Marked, examples, features, heard, labels, name_of, varied
from nlu.clauses import Part
from nlu.components.meaning_model import ACTS, LEARNED, SIGNATURE
from nlu.components.reading_extractor import SURFACE, as_entity
from nlu.components.tagging import Tagger, Taught
from nlu.reading.lexing import tokenize
from nlu.reading.message import Span
from nlu.reading.names import as_printed, parts_of
from nlu.signing import NAME_PARTS

_LIKELY = 0.5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class NameTagger(Tagger):
    """Sets the name of a message that answers the question for one (`nlu.asked_name`); half a millisecond a
    sentence."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`c1` and `c2` weigh the two kinds of regularization."""
        return {"c1": 0.2, "c2": 0.2}

    def taught(self) -> Iterator[Taught]:
        """Yield our own answers, each with other names too."""
        for text, told in varied(list(examples())):
            yield features(text), labels(text, told)

    def add(self, message: Message) -> None:
        """Set the name that is found for the one that the words around names tell; what else was read in it is no more.

        It also has a say in whether an answer is a name at all.
        """
        text, signed = message.get(TEXT) or "", message.get(SIGNATURE)
        if (message.get("metadata") or {}).get("expects") == "name":
            self._hear(message, text)
        elif signed:
            said = text[slice(*signed)]
            self._set(message, *_named(text, signed, self._shares(said), is_told=True))

    def _hear(self, message: Message, text: str) -> None:
        shares = self._shares(text)
        acts = heard(message.get(ACTS), shares)
        told = {entity["entity"] for entity in message.get(ENTITIES, [])}
        ranking = ranking_of(text, acts, message.get(LEARNED), "name", told)
        for kind, found in {ACTS: acts, INTENT: ranking[0], INTENT_RANKING_KEY: ranking}.items():
            message.set(kind, found, add_to_output=True)
        whole, is_told = Part(0, len(text)), acts["name"] >= _LIKELY
        if not is_told:
            self._set_odd(message, _named(text, whole, shares, is_told=True)[1])
        is_likeliest = next(iter(acts)) == "name"  # in "not that, Dec 23", something else is
        if is_likeliest and ranking[0]["name"] != "other_language":
            self._set(message, *_named(text, whole, shares, is_told=is_told))

    def _shares(self, text: str) -> Sequence[Mapping[str, float]]:
        words = features(text)
        return self.shares(words) if words else []

    def _set_odd(self, message: Message, parts: Sequence[Span]) -> None:
        """Leave of a text that may be a name what is rather one than the rest: asked a second time, "its silas" is Silas."""
        surface = message.get(SURFACE)
        if parts and surface["odd_name"] is not None:
            odd = " ".join(part.text for part in parts)
            message.set(SURFACE, {**surface, "odd_name": odd}, add_to_output=True)

    def _set(self, message: Message, name: str | None, parts: Sequence[Span]) -> None:
        entities = message.get(ENTITIES, [])
        inside = _inside(entities, parts)
        if any(map(_is_surely_house, inside)):
            return
        entities = [each for each in entities if each["entity"] not in NAME_PARTS and each not in inside]
        entities += [as_entity(part, NameTagger) for part in parts]
        message.set(ENTITIES, entities, add_to_output=True)
        message.set(SURFACE, {**message.get(SURFACE), "whole_name": name}, add_to_output=True)


def _named(
    text: str, part: Part, shares: Sequence[Mapping[str, float]], *, is_told: bool
) -> tuple[str | None, list[Span]]:
    """Return the name in a part of a text, and its parts. `shares`: how likely each label of each word of the part is."""
    name, marks = name_of(text[slice(*part)], shares, is_told=is_told) or (None, [])
    return name, list(_spans(text, part.start, marks))


def _inside(entities: Iterable[Mapping[str, Any]], parts: Sequence[Span]) -> list[Mapping[str, Any]]:
    """Return what was read in the words of a name."""
    return [each for each in entities if any(each["start"] < part.end and part.start < each["end"] for part in parts)]


def _is_surely_house(entity: Mapping[str, Any]) -> bool:
    return entity["entity"] == "restaurant" and entity["value"]["sure"] and bool(entity["value"]["slugs"])


def _spans(text: str, start: int, marks: Sequence[Marked]) -> Iterator[Span]:
    """Yield the given name and the family's, told apart where one mark is around both."""
    for part, label in marks:
        at = start + part.start
        said = text[at : start + part.end]
        if len(marks) > 1 or label == FAMILY:
            yield Span(NAME_PARTS[label == FAMILY], at, at + len(said), said, as_printed(said))
            continue
        name = tokenize(said)
        for entity, first, end, value in parts_of(said, name):
            begins, ends = name[first].start, name[end - 1].end
            yield Span(entity, at + begins, at + ends, said[begins:ends], value)
