"""Entities as our reader finds them, in Rasa's format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, EXTRACTOR, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.cues import surface
from nlu.reading import Span, read

SURFACE = "surface"
"""Where a message has what decisions need of its wording (`nlu.cues.Surface`)."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ReadingExtractor(GraphComponent, EntityExtractorMixin):
    """Sets a message's entities by `nlu.reading.read`; the metadata's `expects` is what the bot has just asked for."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ReadingExtractor:
        """The component needs nothing."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message; set its entities and what they leave of it."""
        for message in messages:
            set_reading(message, message.get(TEXT) or "")
        return messages


def as_entity(span: Span, by: type) -> dict[str, Any]:
    """Return a span in Rasa's format. `by`: the component that found it."""
    return {"entity": span.entity, "start": span.start, "end": span.end, "value": span.value, EXTRACTOR: by.__name__}


def as_span(entity: Mapping[str, Any], text: str) -> Span:
    """Return an entity in Rasa's format as a span of its text."""
    start, end = entity["start"], entity["end"]
    return Span(entity["entity"], start, end, text[start:end], entity["value"])


def set_reading(message: Message, text: str | None) -> None:
    """Set a message's entities and surface as its text tells them, or that with blanks for what does not count; None keeps them."""
    if text is None:
        return
    spans = read(text, expecting=(message.get("metadata") or {}).get("expects"))
    entities = [as_entity(span, ReadingExtractor) for span in spans]
    message.set(SURFACE, surface(text, spans)._asdict(), add_to_output=True)
    message.set(ENTITIES, entities, add_to_output=True)
