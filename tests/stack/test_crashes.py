"""The web process dies between the dialogue's answer and its own note of it."""

from __future__ import annotations

from typing import Any

import pytest

from booking_engine import Clock
from bot.conversations import sms_thread
from bot.dialogue_client import DialogueClient
from bot.messages import Answer, Inbound
from bot.turn import TurnTaker
from dialogue.words import Languages
from tests.support.phone import Phone, new_sid
from tests.support.running import Stack


class DyingClient(DialogueClient):
    """Asks the real service, which takes and keeps the turn; then the process is gone."""

    def take_turn(self, *args: Any, **kwargs: Any) -> Answer:
        super().take_turn(*args, **kwargs)
        raise SystemExit


def test_a_turn_that_was_taken_is_answered_and_not_taken_again(stack: Stack, phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 6pm")
    thread = sms_thread(phone.number, phone.to, None)
    message = Inbound(thread.id, new_sid(), "Ana Lima")
    dying = DyingClient(stack.rasa_url, stack.internal_token)
    turns = TurnTaker(stack.database, dying, Languages(), Clock(stack.settings.clock_offset))
    turns.receive(thread, message)
    with pytest.raises(SystemExit):
        turns.answer(thread.id, message.sid, seconds=9)
    assert phone.booking().status == "confirmed"

    [answer] = phone.text("Ana Lima", sid=message.sid)
    assert answer.startswith("Booked!"), answer
    assert len(phone.bookings()) == 1
