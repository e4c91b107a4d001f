"""The web process dies between the dialogue's answer and its own note of it."""

from __future__ import annotations

from typing import Any

import pytest

from booking_engine import Clock
from bot.codes import Codes
from bot.conversations import sms_thread
from bot.dialogue_client import DialogueClient
from bot.messages import Answer, Inbound
from bot.moving import Mover
from bot.news import News
from bot.turn import TurnTaker
from bot.verification import Limits, Verification
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
    clock, languages, number = Clock(stack.settings.clock_offset), Languages(), stack.sms_number
    verification = Verification(Codes(stack.internal_token), languages, clock, Limits(), number)
    mover, news = Mover(stack.engine, languages, number), News(stack.settings.redis_address)
    turns = TurnTaker(stack.database, dying, languages, clock, verification, mover, news)
    turns.receive(thread, message)
    with pytest.raises(SystemExit):
        turns.answer(thread.id, message.sid, seconds=9)
    assert phone.booking().status == "confirmed"

    [answer] = phone.text("Ana Lima", sid=message.sid)
    assert answer.startswith("Booked!"), answer
    assert len(phone.bookings()) == 1
