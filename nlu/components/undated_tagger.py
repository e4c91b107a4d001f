"""The learned finder of days that no calendar tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn_crfsuite import CRF

from nlu.clauses import Part
from nlu.components.sources import digest
from nlu.components.storing import store, stored
from nlu.reading.reader import read_message
from nlu.undated import examples, features, labels, parts_of

_DAYS = ("date", "vague_date", "past_date", "part_of_day")
"""What of a day may be in such words, and is not meant by itself: the Sunday of "the Sunday of the marathon"."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class UndatedTagger(GraphComponent, EntityExtractorMixin):
    """Adds entities `undated`: the diner's words for a day that has to be asked for (`nlu.undated`).

    A conditional random field, so that "the day", "after" and "the match" become one stretch; 150 µs a message.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`c1` and `c2` weigh the two kinds of regularization."""
        return {"c1": 0.05, "c2": 0.05}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """All that it reads by."""
        return digest()

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, field: CRF | None = None
    ) -> None:
        self._config, self._storage, self._resource, self._field = config, storage, resource, field

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> UndatedTagger:
        """An untrained tagger."""
        return cls({**cls.get_default_config(), **config}, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from our own texts, which stand beside Rasa's."""
        taught = [(read_message(text, expecting=None), parts) for text, parts in examples()]
        self._field = CRF(c1=self._config["c1"], c2=self._config["c2"], max_iterations=100)
        self._field.fit([features(read) for read, _ in taught], [labels(read, parts) for read, parts in taught])
        return store(self._storage, self._resource, self._field)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> UndatedTagger:
        """The tagger as it was trained."""
        return cls(config, model_storage, resource, stored(model_storage, resource))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is found in each message, in place of the days that its words would tell by themselves."""
        for message in messages:
            self._add(message)
        return messages

    def _add(self, message: Message) -> None:
        assert self._field is not None
        read = read_message(message.get(TEXT) or "", expecting=None)
        if read.tokens:
            told = parts_of(read, self._field.predict_marginals_single(features(read)))
            found = [{"entity": "undated", "start": at, "end": end, "value": read.text[at:end]} for at, end in told]
            message.set(
                ENTITIES,
                [*_beside(told, message.get(ENTITIES, [])), *self.add_extractor_name(found)],
                add_to_output=True,
            )


def _beside(told: Sequence[Part], entities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out the days inside what is told; where one stands outside, they may contradict it: "Dec 21 (Tuesday)"."""
    inside = [each["entity"] in _DAYS and any(_overlap(part, each) for part in told) for each in entities]
    kept = [each for each, is_inside in zip(entities, inside, strict=True) if not is_inside]
    return list(entities) if any(each["entity"] == "date" for each in kept) else kept


def _overlap(part: Part, entity: Mapping[str, Any]) -> bool:
    return bool(entity["start"] < part.end and part.start < entity["end"])
