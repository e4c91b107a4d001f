"""The gate: what was reached beside the floors of `floors.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.eval.scoring import Result

FLOORS = Path(__file__).with_name("floors.yml")


@dataclass(frozen=True)
class Breach:
    """A number on the wrong side of its floor (or, for milliseconds, its ceiling)."""

    what: str
    reached: float
    floor: float

    def __str__(self) -> str:
        return f"{self.what}: {self.reached:.3f}, the floor is {self.floor:.3f}"


def read_floors(path: Path = FLOORS) -> dict[str, Any]:
    """The floors as the file has them."""
    floors: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return floors


def breaches(result: Result, floors: Mapping[str, Any]) -> list[Breach]:
    """Everything under its floor; what too few utterances speak of has none of its own, and counts in the whole."""
    reached: dict[str, tuple[float, float]] = {
        "understood whole": (result.understood / max(1, result.utterances), floors["understood_whole"]),
        "intents": (result.intent_accuracy, floors["intents"]),
        "entities, overlap F1": (result.over_all("overlap").f1, floors["entities"]["overlap_f1"]),
        "entities, exact F1": (result.over_all("exact").f1, floors["entities"]["exact_f1"]),
        "restaurants found": (result.houses.recall, floors["restaurants_found"]),
    }
    for kind, floor in floors["entity"].items():
        counts = result.entities.get(kind)
        reached[f"{kind}, overlap F1"] = (counts.overlap.f1 if counts else 0.0, floor["overlap_f1"])
        reached[f"{kind}, value accuracy"] = (counts.value_accuracy if counts else 0.0, floor["value_accuracy"])
    for intent, floor in floors["intent_f1"].items():
        reached[f"intent {intent}, F1"] = (result.intents[intent].f1 if intent in result.intents else 0.0, floor)
    return [Breach(what, got, floor) for what, (got, floor) in reached.items() if got < floor]


def too_slow(milliseconds: float, floors: Mapping[str, Any]) -> list[Breach]:
    """The breach of the ceiling on the time of a reading, if it is one."""
    ceiling = float(floors["milliseconds"])
    return [Breach("milliseconds of a reading (a ceiling)", milliseconds, ceiling)] if milliseconds > ceiling else []
