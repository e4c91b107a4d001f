"""Effects name what the engine really has. Pure: no Rasa, no database."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

from booking_engine import BookingEngine
from dialogue.effects import Effect

EFFECTS = Effect.__subclasses__()


def arguments(effect: type[Effect[object]]) -> set[str]:
    """Return the names of the arguments that an effect gives to the engine."""
    names = {each.name for each in fields(effect)} - {"change"}  # type: ignore[arg-type]
    of_commands = {"command_id", "channel"} if effect.verb is not Effect.verb else set()
    return names | of_commands | ({"notify"} if effect.texts is not Effect.texts else set())


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.__name__)
def test_an_effect_gives_the_engine_what_it_takes(effect: type[Effect[object]]) -> None:
    taken = inspect.signature(getattr(BookingEngine, effect.asks)).parameters
    needed = {name for name, parameter in taken.items() if parameter.default is inspect.Parameter.empty} - {"self"}
    assert arguments(effect) <= set(taken)
    assert needed <= arguments(effect)
