"""The learned part of understanding: one linear model that ranks a message's intents and its acts.

One component instead of Rasa's tokenizer, featurizers and classifier: the same scikit-learn parts, without a graph node for
each and sparse matrices copied between them, which is most of what a message costs there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, EXTRACTOR, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import expit
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_union

from nlu.acts import Example, examples, sure_intent, wish_of_act
from nlu.agreeing import agreed
from nlu.amid_story import heard_amid
from nlu.clauses import Judge, Part
from nlu.components.reading_extractor import set_reading
from nlu.components.sources import digest
from nlu.components.storing import store, stored
from nlu.components.weighing import Weighed, Weighing
from nlu.features import NOTHING, OTHERWISE, Features, asked_of, delexicalise, features, features_of_part
from nlu.noting import beside_notes, find_notes, is_all_for_staff
from nlu.reading.message import Message as ReadMessage
from nlu.reading.reader import read_message
from nlu.second_opinion import ACT, Opinion, around, doubted
from nlu.telling import without_what_is_told

ACTS = "acts"
"""Where a message has its acts: probabilities by name, the likeliest first."""
_TOLD = 6
_UNKNOWN = 0.1
"""Weight of nothing at all: what is like nothing that was taught is likely to be nothing of it."""


class _Ranks(NamedTuple):
    """One output of the model: `names` stand in the order of the columns of `weights`."""

    names: Sequence[str]
    weights: np.ndarray
    intercepts: np.ndarray

    def of(self, seen: Weighed) -> dict[str, float]:
        """Return the probabilities of the likeliest names, the likeliest first."""
        each = expit(seen.weights @ self.weights[seen.columns] + self.intercepts)
        shares = each / (each.sum() + _UNKNOWN)
        return {self.names[n]: round(float(shares[n]), 3) for n in shares.argsort()[::-1][:_TOLD]}


class _Model(NamedTuple):
    """What one asked question's answers are told apart by."""

    vectorizer: FeatureUnion
    acts: _Ranks
    intents: _Ranks


class _Learned(NamedTuple):
    models: Mapping[str, _Model]
    """a model for each thing asked"""
    opinion: Opinion


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MeaningModel(GraphComponent, IntentClassifier):
    """Sets a message's acts and intent by logistic regression on tf-idf of words (one to three) and letters (two to four).

    There is a model for each thing asked; one against the rest (liblinear) fits in a tenth of the time of a joint fit and
    is no worse. Acts and intents are told from the same features, of which there are ten times as many as examples: the
    dual problem, an unknown for each example, has the same solution and is solved in less than half the time.
    """

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
        learned: _Learned | None = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage = model_storage
        self._resource = resource
        self._models, self._opinion = learned or _Learned({}, Opinion({}, 0.0))
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
        for each in examples(list(_of_intents(training_data))):
            taught[asked_of(each.expecting)].append(each)
        looks = {asked: [features(each.text, each.expecting) for each in of_one] for asked, of_one in taught.items()}
        models = {asked: self._fitted(of_one, looks[asked]) for asked, of_one in taught.items()}
        learned = _Learned(models, self._fitted_opinion(taught[NOTHING], looks[NOTHING]))
        return store(self._storage, self._resource, learned)

    def _fitted(self, taught: list[Example], looks: list[Features]) -> _Model:
        vectorizer = make_union(
            TfidfVectorizer(preprocessor=itemgetter(0), token_pattern=r"\S+", ngram_range=(1, 3), sublinear_tf=True),  # noqa: S106
            *(
                TfidfVectorizer(
                    preprocessor=itemgetter(n), analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2
                )
                for n in range(len(Features._fields))
            ),
        )
        seen = vectorizer.fit_transform(looks)
        return _Model(
            vectorizer,
            self._ranks(seen, [each.act for each in taught]),
            self._ranks(seen, [each.intent for each in taught]),
        )

    def _fitted_opinion(self, taught: list[Example], looks: list[Features]) -> Opinion:
        read = [
            (around(look.words.split()), each.act == ACT) for each, look in zip(taught, looks, strict=True) if each.act
        ]
        places = [(place, is_wished) for found, is_wished in read for place in found[-1:]]
        vectorizer = CountVectorizer(analyzer=list)
        regression = self._regression().fit(
            vectorizer.fit_transform([place for place, _ in places]), [is_wished for _, is_wished in places]
        )
        names, weights = vectorizer.get_feature_names_out().tolist(), regression.coef_[0].tolist()
        return Opinion(dict(zip(names, weights, strict=True)), float(regression.intercept_[0]))

    def _regression(self) -> LogisticRegression:
        return LogisticRegression(
            C=self._config["C"],
            solver="liblinear",
            dual=True,
            tol=self._config["tol"],
            max_iter=1000,
            class_weight="balanced",
            random_state=42,
        )

    def _ranks(self, seen: Any, names: Sequence[str | None]) -> _Ranks:
        named = [place for place, name in enumerate(names) if name is not None]
        regression = self._regression()
        regression.fit(seen[named], [names[place] for place in named])
        # A feature's weights side by side; half as exact, they are enough for shares of three digits, and load in half the time.
        weights = np.ascontiguousarray(regression.coef_.T, dtype=np.float32)
        return _Ranks([str(name) for name in regression.classes_], weights, regression.intercept_)

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
        sure = sure_intent(text, acts, expecting, told)
        if sure is None and expecting is None and is_all_for_staff(read, notes, acts):
            sure = "inform"
        chosen = (sure, 1.0) if sure is not None else wish_of_act(acts, intents, expecting, told)
        intents = dict([chosen]) if chosen else intents
        ranking = [{"name": name, "confidence": share} for name, share in intents.items()]
        found = {ENTITIES: entities, INTENT: ranking[0], INTENT_RANKING_KEY: ranking, ACTS: acts}
        for name, value in found.items():
            message.set(name, value, add_to_output=True)

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

    def _sure(self, acts: dict[str, float], text: str, expecting: str | None) -> dict[str, float]:
        """Return the acts of a whole message, with what its clauses or the words around one word tell besides."""
        read = read_message(text, expecting=expecting)
        if expecting == "confirmation":
            acts = agreed(acts, text, self._judge(read, expecting))
        elif expecting is None:
            acts = heard_amid(acts, read, self._judge(read))
        return doubted(acts, self._opinion.share(delexicalise(read)))

    def _judge(self, read: ReadMessage, asked: str = NOTHING) -> Judge:
        """Return what tells the acts of a part of a message after a question, or as if nothing had been asked before it."""
        model, weighing = self._models[asked], self._weighings[asked]
        return lambda start, end: model.acts.of(weighing.of(features_of_part(read, start, end)))


def _with_notes(entities: Sequence[Mapping[str, Any]], notes: Sequence[Part], text: str) -> list[Mapping[str, Any]]:
    told = [(each["entity"], Part(each["start"], each["end"])) for each in entities]
    kept = compress(entities, beside_notes(told, notes))
    found = ({"entity": "note", "start": at, "end": end, "value": text[at:end]} for at, end in notes)
    return [*kept, *({**each, EXTRACTOR: MeaningModel.__name__} for each in found)]


def _is_known(entity: Mapping[str, Any]) -> bool:
    """Whether it is anything but a name that no restaurant of ours has."""
    return entity["entity"] != "restaurant" or bool(entity["value"]["slugs"])


def _of_intents(training_data: TrainingData) -> Iterator[tuple[str, str, Sequence[str]]]:
    """The examples of Rasa's own format: `metadata: {asked: [...]}` of an intent says after which questions it is said."""
    for each in training_data.intent_examples:
        if each.get(TEXT):
            about = (each.get("metadata") or {}).get("intent") or {}
            yield each.get(INTENT), each.get(TEXT), about.get("asked", ())
