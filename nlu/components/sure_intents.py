"""The last word on intents: what is beyond doubt, and what was asked, overrule the classifier."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.intents import DOUBT, SURE, sure_intent, told_by_details
from nlu.languages import recognise


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SureIntents(GraphComponent, IntentClassifier):
    """Puts an intent that is beyond doubt at the head of the classifier's ranking."""

    @classmethod
    def required_components(cls) -> list[type]:
        """A classifier must have ranked the intents."""
        return [IntentClassifier]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SureIntents:
        """The component keeps nothing."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Overrule the ranking of each message that leaves no doubt, or that only answers and left the classifier unsure."""
        for message in messages:
            if recognise(message.get(TEXT) or ""):
                _rank_first(message, "other_language", SURE)
                continue
            words = [token.lemma for token in message.get(TOKENS_NAMES[TEXT], default=[])]
            expecting = (message.get("metadata") or {}).get("expects")
            name = sure_intent(words, expecting)
            if name is not None:
                _rank_first(message, name, SURE)
                continue
            best = message.get(INTENT)
            name = told_by_details(words, best["name"], best["confidence"], expecting)
            if name is not None:
                _rank_first(message, name, DOUBT)
        return messages


def _rank_first(message: Message, name: str, confidence: float) -> None:
    """Put an intent at the head of the ranking and leave the rest of the probability to the others."""
    first = {"name": name, "confidence": confidence}
    ranking = [entry for entry in message.get(INTENT_RANKING_KEY, default=[]) if entry["name"] != name]
    scale = (1 - confidence) / max(sum(entry["confidence"] for entry in ranking), 1e-9)
    scale = min(scale, 1.0)
    others = [{**entry, "confidence": entry["confidence"] * scale} for entry in ranking]
    message.set(INTENT, first, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [first, *others], add_to_output=True)
