"""Comparing what was read with what should have been: counts per entity and per intent, and the misses themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.eval.utterances import Entity, Utterance

REMARKS = frozenset(
    ("guests", "part_of_day", "topic", "number", "label", "vague_date", "past_date", "undated", "email")
)
"""What the dialogue takes no slot from: scored where an utterance names it, and no fault where it does not."""
_EDGE = re.compile(r"^(?:the|a|an|at|on|for|of)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What the service read in an utterance; `house` is the restaurant that it takes the text to name, if any."""

    utterance: Utterance
    intent: str
    entities: tuple[Entity, ...]
    house: str | None = None

    def words(self, entity: Entity) -> str:
        """The words of an entity without what may or may not belong to it."""
        words = self.utterance.text[entity.start : entity.end].strip(" .,!?;:'\"").lower()
        while _EDGE.match(words):
            words = _EDGE.sub("", words)
        return " ".join(words.split())


@dataclass
class Score:
    """How one kind was read: found right, missed, and found though it is not there."""

    right: int = 0
    missed: int = 0
    extra: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.extra) if self.right + self.extra else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.missed + self.extra)


@dataclass
class EntityScore:
    """One kind of entity: by the same characters, by words that overlap, and whether the overlapping ones mean the same."""

    exact: Score = field(default_factory=Score)
    overlap: Score = field(default_factory=Score)
    values_right: int = 0

    @property
    def value_accuracy(self) -> float:
        return self.values_right / self.overlap.right if self.overlap.right else 1.0

    @property
    def labels(self) -> int:
        return self.overlap.right + self.overlap.missed


@dataclass
class Result:
    """The whole gate's counts, and a line for everything that was read wrongly."""

    entities: dict[str, EntityScore] = field(default_factory=dict)
    intents: dict[str, Score] = field(default_factory=dict)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    houses: Score = field(default_factory=Score)
    wrong: list[str] = field(default_factory=list)
    utterances: int = 0
    understood: int = 0
    """Utterances with the right intent, and every entity found with its meaning, and none that is not there."""

    @property
    def intent_accuracy(self) -> float:
        return sum(score.right for score in self.intents.values()) / max(1, self.utterances)

    def over_all(self, kind: str) -> Score:
        """All entities together; `kind` is "exact" or "overlap"."""
        scores = [getattr(entity, kind) for entity in self.entities.values()]
        return Score(*(sum(getattr(score, part) for score in scores) for part in ("right", "missed", "extra")))


def score(readings: Iterable[Reading]) -> Result:
    """Count everything."""
    result = Result()
    for reading in readings:
        result.utterances += 1
        faults = [*_score_intent(reading, result), *_score_entities(reading, result), *_score_house(reading, result)]
        if faults:
            result.wrong.append(f"{reading.utterance}: {'; '.join(faults)}")
        else:
            result.understood += 1
    return result


def _score_intent(reading: Reading, result: Result) -> list[str]:
    wanted, got = reading.utterance.intent, reading.intent
    if got == wanted:
        result.intents.setdefault(wanted, Score()).right += 1
        return []
    result.intents.setdefault(wanted, Score()).missed += 1
    result.intents.setdefault(got, Score()).extra += 1
    result.confusions[wanted, got] += 1
    return [f"{got}, not {wanted}"]


def _score_entities(reading: Reading, result: Result) -> list[str]:
    wanted = reading.utterance.entities
    named = {entity.kind for entity in wanted}
    got = [entity for entity in reading.entities if entity.kind not in REMARKS - named]
    faults = []
    exact = _pairs(reading, wanted, got, exact=True)
    overlap = _pairs(reading, wanted, got, exact=False)
    for kind in named | {entity.kind for entity in got}:
        counts = result.entities.setdefault(kind, EntityScore())
        for score, pairs in ((counts.exact, exact), (counts.overlap, overlap)):
            right = sum(entity.kind == kind for entity, _ in pairs)
            score.right += right
            score.missed += sum(entity.kind == kind for entity in wanted) - right
            score.extra += sum(entity.kind == kind for entity in got) - right
    for entity, found in overlap:
        if entity.kind == "restaurant" or entity.value.lower() == found.value.lower():
            result.entities[
                entity.kind
            ].values_right += 1  # a restaurant's value is the house, which is scored by itself
        else:
            faults.append(f"{entity.kind} {found.value}, not {entity.value}")
    faults += [f"no {e.kind} {e.value}" for e in wanted if e not in [pair[0] for pair in overlap]]
    return faults + [f"extra {e.kind} {e.value}" for e in got if e not in [pair[1] for pair in overlap]]


def _pairs(
    reading: Reading, wanted: Iterable[Entity], got: Iterable[Entity], *, exact: bool
) -> list[tuple[Entity, Entity]]:
    """Each wanted entity with the one found for it; the same characters for `exact`, else at least one word in common."""
    pairs, left = [], list(got)
    for entity in wanted:
        for found in left:
            said, read = reading.words(entity), reading.words(found)
            together = said == read if exact else bool(set(said.split()) & set(read.split()))
            if found.kind == entity.kind and together and _overlap(entity, found):
                pairs.append((entity, found))
                left.remove(found)
                break
    return pairs


def _overlap(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end


def _score_house(reading: Reading, result: Result) -> list[str]:
    """Whether the house that was named is the one that the service finds."""
    wanted = [entity.value for entity in reading.utterance.entities if entity.kind == "restaurant"]
    if len(wanted) != 1:
        return []
    if reading.house == wanted[0]:
        result.houses.right += 1
        return []
    result.houses.missed += 1
    result.houses.extra += reading.house is not None
    return [f"house {reading.house}, not {wanted[0]}"]
