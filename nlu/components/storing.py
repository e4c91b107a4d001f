"""Where our components keep what they have learned, between training and service."""

from __future__ import annotations

import pickle
from typing import Any

from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

_FILE = "learned.pickle"


def store(storage: ModelStorage, resource: Resource, learned: object) -> Resource:
    """Keep what a component has learned in its resource of the model, and return that."""
    with storage.write_to(resource) as directory:
        # Read by C code, unlike what joblib writes, which takes a second of the processor for the names of all features.
        (directory / _FILE).write_bytes(pickle.dumps(learned, pickle.HIGHEST_PROTOCOL))
    return resource


def stored(storage: ModelStorage, resource: Resource) -> Any:
    """Return what `store` has kept."""
    with storage.read_from(resource) as directory, (directory / _FILE).open("rb") as file:
        return pickle.load(file)  # noqa: S301 - what training has written
