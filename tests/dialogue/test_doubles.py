"""A booking near to the one that is held."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from booking_engine import ReservationUnknown
from dialogue.effects import GetReservation
from dialogue.tasks.doubles import set_aside_other


def test_a_booking_that_there_was_not_yet_is_named_by_nothing() -> None:
    """A message whose first attempt died is dealt with again as of when it came, and the other booking is younger."""
    turn = SimpleNamespace(state=SimpleNamespace(hold=SimpleNamespace(nearby="ABC234")), entities=["something"])
    steps = set_aside_other(cast(Any, turn))
    assert isinstance(next(steps), GetReservation)
    with pytest.raises(StopIteration) as done:
        steps.throw(ReservationUnknown("ABC234"))
    assert done.value.value is False
    assert turn.entities == ["something"]
