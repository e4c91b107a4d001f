"""Asking the running service what it reads."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import httpx
import psutil

from tests.eval.scoring import Reading
from tests.eval.utterances import Entity, Utterance
from tests.eval.values import brief
from tests.support.http import PLAIN
from tests.support.running import Stack

_WARM_UP = 20
_EVERY = 4


class Reader:
    """Reads utterances by the dialogue service, one at a time, and keeps how many milliseconds each took."""

    def __init__(self, stack: Stack) -> None:
        self.milliseconds: list[float] = []
        self._processes = psutil.Process(stack.programs.account_of("rasa")["pid"]).children()
        headers = {"Authorization": f"Bearer {stack.internal_token}"}
        self._client = httpx.Client(base_url=stack.rasa_url, headers=headers, timeout=20, **PLAIN)

    def read_all(self, utterances: Iterable[Utterance]) -> list[Reading]:
        """What the service makes of each; the first few are read twice, so that a cold start is no reading."""
        said = list(utterances)
        for utterance in said[:_WARM_UP]:
            self._ask(utterance)
        self.milliseconds.clear()
        return [self._read(utterance) for utterance in said]

    def busy(self, utterances: Iterable[Utterance]) -> float:
        """Milliseconds of processor that a reading takes, which other work on this machine hardly changes."""
        some = list(utterances)[::_EVERY]
        before = self._used()
        for utterance in some:
            self._ask(utterance)
        return (self._used() - before) * 1e3 / len(some)

    def _used(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self._processes)

    def acts(self, text: str, expects: str | None) -> dict[str, float]:
        """The probabilities of the acts that a text may be, the likeliest first."""
        acts: dict[str, float] = self._post(text, expects)["acts"]
        return acts

    def intent(self, text: str, expects: str | None) -> str:
        """The name of what a text is for."""
        return str(self._post(text, expects)["intent"]["name"])

    def name(self, text: str, expects: str | None) -> str | None:
        """The whole name that a text tells, as it is kept."""
        name: str | None = self.surface(text, expects)["whole_name"]
        return name

    def surface(self, text: str, expects: str | None) -> dict[str, Any]:
        """What the words of a text say beside its entities."""
        surface: dict[str, Any] = self._post(text, expects)["surface"]
        return surface

    def entities(self, text: str, kind: str) -> list[str]:
        """The words of each entity of a kind, where nothing was asked."""
        found = self._post(text, None)["entities"]
        return [text[each["start"] : each["end"]] for each in found if each["entity"] == kind]

    def values(self, text: str, kind: str, expects: str | None) -> list[Any]:
        """What each entity of a kind means."""
        return [each["value"] for each in self._post(text, expects)["entities"] if each["entity"] == kind]

    def _post(self, text: str, expects: str | None) -> dict[str, Any]:
        response = self._client.post("/webhooks/turn/reading", json={"text": text, "expects": expects})
        answer: dict[str, Any] = response.raise_for_status().json()
        return answer

    def _ask(self, utterance: Utterance) -> dict[str, Any]:
        begin = time.perf_counter()
        answer = self._post(utterance.text, utterance.expects)
        self.milliseconds.append((time.perf_counter() - begin) * 1e3)
        return answer

    def _read(self, utterance: Utterance) -> Reading:
        answer = self._ask(utterance)
        entities = tuple(
            Entity(found["entity"], found["start"], found["end"], brief(found["entity"], found["value"]))
            for found in answer["entities"]
        )
        houses = {found["value"]["name"] for found in answer["entities"] if _is_ours(found)}
        house = houses.pop() if len(houses) == 1 else None
        return Reading(utterance, answer["intent"]["name"], entities, house)


def _is_ours(entity: dict[str, Any]) -> bool:
    return entity["entity"] == "restaurant" and bool(entity["value"]["slugs"])
