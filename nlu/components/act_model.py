"""The learned model of acts: what a diner does with a message, before anything in it counts.

A linear model like that of the intents, taught with what was asked and with everyday texts as a class of their own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from operator import itemgetter
from typing import Any, NamedTuple

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_union

from nlu.acts import EXAMPLES, NOTHING, Example, Features, asked_of, examples, features, intent_of, words_for_the_staff

ACTS = "acts"
"""Where a message has its acts: probabilities by name, the likeliest first."""
_FILE = "acts.joblib"
_TOLD = 6
_UNKNOWN = 0.1
"""Weight of no act at all: what is like nothing that was taught is likely to be nothing of it."""


class _Model(NamedTuple):
    """What one asked question's answers are told apart by."""

    vectorizer: FeatureUnion
    weights: np.ndarray
    intercepts: np.ndarray
    names: list[str]

    def acts(self, seen: Features) -> dict[str, float]:
        """Return the probabilities of the likeliest acts, the likeliest first."""
        each = expit(self.vectorizer.transform([seen]) @ self.weights + self.intercepts)[0]
        shares = each / (each.sum() + _UNKNOWN)
        return {self.names[n]: round(float(shares[n]), 3) for n in shares.argsort()[::-1][:_TOLD]}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActModel(GraphComponent, IntentClassifier):
    """Sets a message's acts by logistic regression on tf-idf of words (one to three) and of letters (two to four).

    There is a model for each thing asked; one against the rest (liblinear) fits in a tenth of the time of a joint fit and
    is no worse.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`C` is the inverse strength of regularization."""
        return {"C": 10.0}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """The examples, which Rasa does not know of: its cache must not outlive a change of them."""
        return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(EXAMPLES.glob("*.yml")))).hexdigest()

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        models: dict[str, _Model] | None = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage = model_storage
        self._resource = resource
        self._models = models or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ActModel:
        """An untrained model."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the models to all examples and keep them in the resource."""
        of_intents = [(each.get(INTENT), each.get(TEXT)) for each in training_data.intent_examples if each.get(TEXT)]
        taught: dict[str, list[Example]] = defaultdict(list)
        for each in examples(of_intents):
            taught[each.asked].append(each)
        self._models = {asked: self._fitted(asked, of_one) for asked, of_one in taught.items()}
        with self._storage.write_to(self._resource) as directory:
            joblib.dump(self._models, directory / _FILE)
        return self._resource

    def _fitted(self, asked: str, taught: list[Example]) -> _Model:
        vectorizer = make_union(
            TfidfVectorizer(preprocessor=itemgetter(0), token_pattern=r"\S+", ngram_range=(1, 3), sublinear_tf=True),  # noqa: S106
            TfidfVectorizer(
                preprocessor=itemgetter(1), analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2
            ),
        )
        regression = LogisticRegression(
            C=self._config["C"], solver="liblinear", class_weight="balanced", random_state=42
        )
        expecting = None if asked == NOTHING else asked
        seen = vectorizer.fit_transform([features(each.text, expecting) for each in taught])
        regression.fit(seen, [each.act for each in taught])
        # scikit-learn would turn the matrix round for every message.
        weights = np.ascontiguousarray(regression.coef_.T)
        return _Model(vectorizer, weights, regression.intercept_, [str(name) for name in regression.classes_])

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ActModel:
        """The model as it was trained."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, joblib.load(directory / _FILE))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the acts of each message."""
        for message in messages:
            expecting = (message.get("metadata") or {}).get("expects")
            model = self._models.get(asked_of(expecting))
            if model is not None:
                acts = model.acts(features(message.get(TEXT) or "", expecting))
                kinds = {entity["entity"] for entity in message.get(ENTITIES, [])}
                told = intent_of(acts, expecting, kinds)
                if told is not None:
                    message.set(INTENT, {"name": told, "confidence": max(acts.values())}, add_to_output=True)
                message.set(ACTS, acts, add_to_output=True)
                if expecting is None and words_for_the_staff(message.get(TEXT) or "", acts):
                    note = {"entity": "note", "start": 0, "end": len(message.get(TEXT)), "value": message.get(TEXT)}
                    message.set(ENTITIES, [*message.get(ENTITIES, []), note], add_to_output=True)
        return messages
