"""The learned part of understanding: one linear model that ranks a message's intents and its acts.

One component instead of Rasa's tokenizer, featurizers and classifier: the same scikit-learn parts, without a graph node for
each and sparse matrices copied between them, which is most of what a message costs there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.acts import Example, examples, ranking_of
from nlu.agreeing import agreed
from nlu.amid_story import answered_amid, heard_amid
from nlu.clauses import Acts, Judge, Part
from nlu.components.learning import Learned, fit
from nlu.components.reading_extractor import as_entity, as_span, set_reading
from nlu.components.sources import digest
from nlu.components.storing import store, stored
from nlu.components.weighing import Weighing
from nlu.features import ASKED, NOTHING, OTHERWISE, asked_of, delexicalise, features, features_of_part
from nlu.noting import beside_notes, find_notes, is_all_for_staff
from nlu.reading.message import Message as ReadMessage
from nlu.reading.message import Span
from nlu.reading.reader import read_message
from nlu.second_opinion import Opinion, doubted
from nlu.signing import signature
from nlu.telling import without_what_is_told

ACTS = "acts"
"""Where a message has its acts: probabilities by name, the likeliest first."""
LEARNED = "learned_intents"
"""Where a message has the probabilities of its intents as they were learned, the likeliest first, whatever its acts say."""
SIGNATURE = "signature"
"""Where a message has the part of its text that is a name set down behind a wish (`nlu.signing`)."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MeaningModel(GraphComponent, IntentClassifier):
    """Sets a message's acts and intent as `nlu.components.learning` has learned them."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`C` is the inverse strength of regularization; by `tol`, shares are exact to two thousandths."""
        return {"C": 10.0, "tol": 0.1}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """All that it reads by."""
        return digest()

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        learned: Learned | None = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage = model_storage
        self._resource = resource
        self._models, self._opinion = learned or Learned({}, Opinion({}, 0.0))
        self._weighings = {asked: Weighing(model.vectorizer) for asked, model in self._models.items()}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MeaningModel:
        """An untrained model."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the models to all examples and keep them in the resource."""
        taught: dict[str, list[Example]] = defaultdict(list)
        for each in examples(list(of_intents(training_data))):
            taught[asked_of(each.expecting)].append(each)
        learned = fit(taught, C=self._config["C"], tol=self._config["tol"])
        return store(self._storage, self._resource, learned)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MeaningModel:
        """The model as it was trained."""
        return cls(config, model_storage, resource, stored(model_storage, resource))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the acts and the intent of each message."""
        for message in messages:
            self._set(message)
        return messages

    def _set(self, message: Message) -> None:
        text, expecting = message.get(TEXT) or "", (message.get("metadata") or {}).get("expects")
        asked = asked_of(expecting)
        model, seen = self._models[asked], self._weighings[asked].of(features(text, expecting))
        acts, intents = self._sure(model.acts.of(seen), text, expecting), model.intents.of(seen)
        read = read_message(text, expecting=None)
        set_reading(message, without_what_is_told(read, acts, self._judge(read)))
        entities, notes = self._with_notes(read, message.get(ENTITIES, []), None if asked == OTHERWISE else acts)
        told = {entity["entity"] for entity in entities}
        is_for_staff = expecting is None and is_all_for_staff(read, notes, acts)
        ranking = ranking_of(text, acts, intents, expecting, told, is_for_staff=is_for_staff)
        found = {ENTITIES: entities, INTENT: ranking[0], INTENT_RANKING_KEY: ranking, ACTS: acts}
        for name, value in found.items():
            message.set(name, value, add_to_output=True)
        message.set(LEARNED, intents)
        message.set(SIGNATURE, self._signature(text, entities, asked))

    def _with_notes(
        self, read: ReadMessage, entities: Sequence[Mapping[str, Any]], acts: Mapping[str, float] | None
    ) -> tuple[list[Mapping[str, Any]], list[Part]]:
        """Return the entities with those of words for the staff, and where these stand.

        Parts of a message, and all of it without `acts`, are judged as if nothing was asked.
        """
        judge = self._judge(read)
        told = [(each["entity"], Part(each["start"], each["end"])) for each in entities if _is_known(each)]
        notes = find_notes(read, told, acts or judge(0, len(read.text)), judge)
        return _with_notes(entities, notes, read.text), notes

    def _signature(self, text: str, entities: list[Mapping[str, Any]], asked: str) -> Part | None:
        """Return where a name is only set down behind the entities; a name or a yes that was asked for is told otherwise."""
        if asked in ASKED:
            return None
        return signature(text, [as_span(each, text) for each in entities], self._as_name)

    def _as_name(self, text: str) -> Acts:
        """Return the acts of a text as the answer to the question for a name."""
        return self._models["name"].acts.of(self._weighings["name"].of(features(text, "name")))

    def _sure(self, acts: dict[str, float], text: str, expecting: str | None) -> dict[str, float]:
        """Return the acts of a whole message, with what its clauses or the words around one word tell besides."""
        read = read_message(text, expecting=expecting)
        if expecting == "confirmation":
            acts = agreed(acts, text, self._judge(read, expecting))
        elif expecting is None:
            acts = heard_amid(acts, read, self._judge(read))
        elif asked_of(expecting) == OTHERWISE:
            acts = answered_amid(acts, read, self._judge(read, OTHERWISE))
        return doubted(acts, self._opinion.share(delexicalise(read)))

    def _judge(self, read: ReadMessage, asked: str = NOTHING) -> Judge:
        """Return what tells the acts of a part of a message after a question, or as if nothing had been asked before it."""
        model, weighing = self._models[asked], self._weighings[asked]
        return lambda start, end: model.acts.of(weighing.of(features_of_part(read, start, end)))


def _with_notes(entities: Sequence[Mapping[str, Any]], notes: Sequence[Part], text: str) -> list[Mapping[str, Any]]:
    told = [(each["entity"], Part(each["start"], each["end"])) for each in entities]
    kept = compress(entities, beside_notes(told, notes))
    found = (Span("note", at, end, text[at:end], text[at:end]) for at, end in notes)
    return [*kept, *(as_entity(span, MeaningModel) for span in found)]


def _is_known(entity: Mapping[str, Any]) -> bool:
    """Whether it is anything but a name that no restaurant of ours has."""
    return entity["entity"] != "restaurant" or bool(entity["value"]["slugs"])


def of_intents(training_data: TrainingData) -> Iterator[tuple[str, str, Sequence[str]]]:
    """The examples of Rasa's own format: `metadata: {asked: [...]}` of an intent says after which questions it is said."""
    for each in training_data.intent_examples:
        if each.get(TEXT):
            about = (each.get("metadata") or {}).get("intent") or {}
            yield each.get(INTENT), each.get(TEXT), about.get("asked", ())
