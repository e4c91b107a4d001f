"""Dialogue coverage: the parts that exist, read from the dialogue's sources, and the parts that a thread reached."""

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
_PARTS = "utter_part_"  # sentence parts, not responses
_WITHOUT_RASA = ("utter_bot_", "utter_sms_")
_BLANK = re.compile(r"\\\{\w+\\\}")


@dataclass(frozen=True)
class _Event:
    """A recognized intent or an executed action, and the form that was active afterwards."""

    kind: str
    name: str
    loop: str | None


@dataclass(frozen=True)
class _Rule:
    """A rule's steps, each with its alternatives. `begins_in`: the form that must be active before, if that matters."""

    name: str
    steps: tuple[tuple[str, frozenset[str | None]], ...]
    begins_in: tuple[str | None] | None

    def occurs_in(self, events: Sequence[_Event]) -> bool:
        """Return whether the events contain all steps of the rule in a row."""
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


def coverage_of(reported: Mapping[str, Any], texts: Iterable[str] = ()) -> Coverage:
    """Return the coverage of a thread. `texts`: the bot's texts, to find responses that were sent without Rasa."""
    events = [_Event(event["kind"], event["name"], event["loop"]) for event in reported.get("events", ())]
    said = list(texts)
    without_rasa = {name for name, pattern in _patterns().items() if any(pattern.search(text) for text in said)}
    return Coverage(
        intents=set(reported.get("intents", ())),
        rules={rule.name for rule in _rules() if rule.occurs_in(events)},
        actions=set(reported.get("actions", ())),
        responses={name for name in reported.get("responses", ()) if not name.startswith(_PARTS)} | without_rasa,
        errors=set(reported.get("errors", ())),
    )


@cache
def everything() -> Coverage:
    """Return all parts of the dialogue."""
    domain = _read(_DIALOGUE / "rasa" / "domain" / "domain.yml")
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
    """Patterns that recognize responses sent without Rasa by their wording."""
    return {
        name: re.compile(_BLANK.sub(".+?", re.escape(text)), re.DOTALL)
        for name, text in Words().texts.items()
        if name.startswith(_WITHOUT_RASA)
    }


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_rule(entry) for entry in _read(_DIALOGUE / "rasa" / "rules.yml")["rules"])


def _rule(entry: Mapping[str, Any]) -> _Rule:
    steps = []
    for step in entry["steps"]:
        choices = step.get("or", [step])
        kind = next(key for key in ("intent", "action", "active_loop") if key in choices[0])
        steps.append((kind, frozenset(choice[kind] for choice in choices)))
    begins = [(condition["active_loop"],) for condition in entry.get("condition", ()) if "active_loop" in condition]
    return _Rule(entry["rule"], tuple(steps), begins[0] if begins else None)


def _errors(above: type[errors.BookingError]) -> Iterator[str]:
    for error in above.__subclasses__():
        below = list(_errors(error))
        yield from below or [error.__name__]
        if below:
            yield error.__name__
