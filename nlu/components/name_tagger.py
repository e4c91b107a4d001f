"""The learned finder of the name in the answer to the question for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.asked_name import examples, features, labels, name_of, varied
from nlu.clauses import Part
from nlu.components.meaning_model import ACTS
from nlu.components.reading_extractor import SURFACE
from nlu.components.tagging import Tagger, Taught
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
        """Set the name that is found for the one that the words around names tell; what else was read in it is no more."""
        text, acts = message.get(TEXT) or "", message.get(ACTS) or {}
        expects = (message.get("metadata") or {}).get("expects")
        if expects == "name" and not _is_another(acts) and (words := features(text)):
            whole = message.get(SURFACE)["whole_name"]
            found = name_of(text, self.shares(words), is_told=acts.get("name", 0.0) >= _LIKELY, whole=whole)
            self._set(message, *(found or (whole, [])))

    def _set(self, message: Message, name: str | None, parts: Sequence[Part]) -> None:
        entities, surface = message.get(ENTITIES, []), message.get(SURFACE)
        inside = _inside(entities, parts)
        if any(map(_is_surely_house, inside)):
            return
        if name is None or _name_read(entities) != name:
            entities = [each for each in entities if each["entity"] not in NAME_PARTS and each not in inside]
            entities += self.add_extractor_name(_as_entities(name, parts))
        message.set(ENTITIES, entities, add_to_output=True)
        message.set(SURFACE, {**surface, "whole_name": name}, add_to_output=True)


def _is_another(acts: Mapping[str, float]) -> bool:
    """Whether a message is likely to be something else than the answer: "no wait, friday"."""
    return acts.get("name", 0.0) < _LIKELY <= max(acts.values(), default=0.0)


def _name_read(entities: Iterable[Mapping[str, Any]]) -> str:
    read = {each["entity"]: str(each["value"]) for each in entities}
    return " ".join(read[kind] for kind in NAME_PARTS if kind in read)


def _inside(entities: Iterable[Mapping[str, Any]], parts: Sequence[Part]) -> list[Mapping[str, Any]]:
    """Return what was read in the words of a name."""
    return [each for each in entities if any(each["start"] < part.end and part.start < each["end"] for part in parts)]


def _is_surely_house(entity: Mapping[str, Any]) -> bool:
    return entity["entity"] == "restaurant" and entity["value"]["sure"] and bool(entity["value"]["slugs"])


def _as_entities(name: str | None, parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [{"entity": NAME_PARTS[0], "start": part.start, "end": part.end, "value": name} for part in parts[:1]]
