"""What our learned taggers share: a conditional random field over the words of a message, so that a stretch is told as one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn_crfsuite import CRF

from nlu.components.sources import digest
from nlu.components.storing import store, stored

Taught = tuple[Sequence[Sequence[str]], Sequence[str]]
"""The features of each word of a text, and its label."""
_T = TypeVar("_T", bound="Tagger")


class Tagger(GraphComponent, EntityExtractorMixin):
    """A component that learns from our own texts, which stand beside Rasa's, and adds what it finds to a message."""

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
        cls: type[_T],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _T:
        """An untrained tagger."""
        return cls({**cls.get_default_config(), **config}, model_storage, resource)

    @abstractmethod
    def taught(self) -> Iterable[Taught]:
        """Return what it learns from."""

    @abstractmethod
    def add(self, message: Message) -> None:
        """Add what is found in a message."""

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from our own texts."""
        words, labels = zip(*self.taught(), strict=True)
        self._field = CRF(c1=self._config["c1"], c2=self._config["c2"], max_iterations=100)
        self._field.fit(words, labels)
        return store(self._storage, self._resource, self._field)

    @classmethod
    def load(
        cls: type[_T],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> _T:
        """The tagger as it was trained."""
        return cls(config, model_storage, resource, stored(model_storage, resource))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is found in each message."""
        for message in messages:
            self.add(message)
        return messages

    def shares(self, words: Sequence[Sequence[str]]) -> Sequence[Mapping[str, float]]:
        """Return how likely each label of each word is."""
        assert self._field is not None
        found: Sequence[Mapping[str, float]] = self._field.predict_marginals_single(words)
        return found
