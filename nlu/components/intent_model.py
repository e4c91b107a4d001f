"""The learned part of understanding: a linear model over words and letters of the delexicalised message.

One component instead of Rasa's featurizers and classifier: the same scikit-learn parts, without a graph node for each
and sparse matrices copied between them, which is most of what a message costs there.
"""

from __future__ import annotations

from typing import Any

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

_FILE = "intents.joblib"


def _delexicalised(message: Message) -> str:
    return " ".join(token.lemma for token in message.get(TOKENS_NAMES[TEXT], default=[]))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentModel(GraphComponent, IntentClassifier):
    """Ranks the intents by logistic regression on tf-idf of words (one to three) and of letters (two to four)."""

    @classmethod
    def required_components(cls) -> list[type]:
        """It reads the lemmas that our tokenizer sets."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """What Rasa checks for at start."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`C` is the inverse strength of regularisation, `ranking_length` how many intents are told."""
        return {"C": 10.0, "max_iter": 400, "ranking_length": 6, "random_state": 42}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: Pipeline | None = None
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage = model_storage
        self._resource = resource
        self._model = model
        self._weights: np.ndarray | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentModel:
        """An untrained model."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model to the examples and keep it in the resource."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        vectorizer = make_union(
            TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 3), sublinear_tf=True),  # noqa: S106 - no password
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
        )
        regression = LogisticRegression(
            C=self._config["C"],
            max_iter=self._config["max_iter"],
            class_weight="balanced",
            random_state=self._config["random_state"],
        )
        self._model = make_pipeline(vectorizer, regression)
        self._model.fit(
            [_delexicalised(example) for example in examples], [example.get(INTENT) for example in examples]
        )
        with self._storage.write_to(self._resource) as directory:
            joblib.dump(self._model, directory / _FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentModel:
        """The model as it was trained."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, joblib.load(directory / _FILE))

    def process(self, messages: list[Message]) -> list[Message]:
        """Rank the intents of each message, the likeliest first."""
        if self._model is None or not messages:
            return messages
        vectorizer, regression = self._model[0], self._model[-1]
        if self._weights is None:
            # scikit-learn would turn the matrix round for every message.
            self._weights = np.ascontiguousarray(regression.coef_.T)
        names = regression.classes_
        features = vectorizer.transform([_delexicalised(message) for message in messages])
        rows = softmax(features @ self._weights + regression.intercept_, axis=1)
        for message, row in zip(messages, rows, strict=True):
            best = row.argsort()[::-1][: self._config["ranking_length"]]
            ranking = [{"name": str(names[place]), "confidence": float(row[place])} for place in best]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Components behind this one may want its ranking of the examples."""
        self.process(training_data.training_examples)
        return training_data
