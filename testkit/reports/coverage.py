"""What of the dialogue scripts have met: its parts by name, read from its own sources, and found in what happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from booking_engine import errors
from bot.settings import PROJECT
from dialogue.words import Words
from testkit.playback.results import Coverage

_DIALOGUE = PROJECT / "dialogue"
_PARTS = "utter_part_"  # of sentences: no response by itself
_WITHOUT_RASA = ("utter_bot_", "utter_sms_")
_BLANK = re.compile(r"\\\{\w+\\\}")


@dataclass(frozen=True)
class _Event:
    """An intent heard or an action run, and the form that was active afterwards."""

    kind: str
    name: str
    loop: str | None


@dataclass(frozen=True)
class _Rule:
    """A rule's steps, each with the names that fit; `begins_in`: the form that must be active before, if that matters."""

    name: str
    steps: tuple[tuple[str, frozenset[str | None]], ...]
    begins_in: tuple[str | None] | None

    def occurs_in(self, events: Sequence[_Event]) -> bool:
        return any(self._begins_at(events, place) for place in range(len(events)))

    def _begins_at(self, events: Sequence[_Event], place: int) -> bool:
        loop = events[place - 1].loop if place else None
        if self.begins_in is not None and self.begins_in != (loop,):
            return False
        for kind, names in self.steps:
            if kind == "active_loop":
                if events[place - 1].loop not in names:
                    return False
                continue
            if place == len(events) or events[place].kind != kind or events[place].name not in names:
                return False
            place += 1
        return True


def coverage_of(told: Mapping[str, Any], texts: Iterable[str] = ()) -> Coverage:
    """What a thread has met; `told`: the service's account of it, `texts`: what it said, for responses said without Rasa."""
    events = [_Event(event["kind"], event["name"], event["loop"]) for event in told.get("events", ())]
    said = list(texts)
    without_rasa = {name for name, pattern in _patterns().items() if any(pattern.search(text) for text in said)}
    return Coverage(
        intents=set(told.get("intents", ())),
        rules={rule.name for rule in _rules() if rule.occurs_in(events)},
        actions=set(told.get("actions", ())),
        responses={name for name in told.get("responses", ()) if not name.startswith(_PARTS)} | without_rasa,
        errors=set(told.get("errors", ())),
    )


@cache
def everything() -> Coverage:
    """All that the dialogue consists of."""
    domain = _read(_DIALOGUE / "domain" / "domain.yml")
    return Coverage(
        intents=set(domain["intents"]),
        rules={rule.name for rule in _rules()},
        actions={*domain["actions"], *domain["forms"]},
        responses={name for name in Words().texts if not name.startswith(_PARTS)},
        errors=set(_errors(errors.BookingError)),
    )


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """What the bot says without Rasa is known by its words."""
    return {
        name: re.compile(_BLANK.sub(".+?", re.escape(text)), re.DOTALL)
        for name, text in Words().texts.items()
        if name.startswith(_WITHOUT_RASA)
    }


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_rule(told) for told in _read(_DIALOGUE / "rules.yml")["rules"])


def _rule(told: Mapping[str, Any]) -> _Rule:
    steps = []
    for step in told["steps"]:
        choices = step.get("or", [step])
        kind = next(key for key in ("intent", "action", "active_loop") if key in choices[0])
        steps.append((kind, frozenset(choice[kind] for choice in choices)))
    begins = [(condition["active_loop"],) for condition in told.get("condition", ()) if "active_loop" in condition]
    return _Rule(told["rule"], tuple(steps), begins[0] if begins else None)


def _errors(above: type[errors.BookingError]) -> Iterator[str]:
    for error in above.__subclasses__():
        below = list(_errors(error))
        yield from below or [error.__name__]
        if below:
            yield error.__name__
