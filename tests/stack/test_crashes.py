"""The web process dies after the dialogue has answered and before it has recorded the answer."""

from __future__ import annotations

from typing import Any

import pytest

from booking_engine import Clock
from bot.context import open_budgets
from bot.conversations import sms_thread
from bot.dialogue_client import DialogueClient
from bot.handoff import ConversationHandoff
from bot.messages import Answer, Inbound
from bot.notifier import Notifier
from bot.phone_codes import PhoneCodes
from bot.turn import TurnTaker
from bot.verification import Verification
from dialogue.words import Languages
from tests.support.phone import Phone, new_sid
from tests.support.running import Stack


class DyingClient(DialogueClient):
    """Sends the turn to the real service, which takes it, and then simulates the death of the process."""

    def take_turn(self, *args: Any, **kwargs: Any) -> Answer:
        super().take_turn(*args, **kwargs)
        raise SystemExit


def die_at(stack: Stack, phone: Phone, text: str) -> str:
    """Send a message whose turn the dialogue takes, but whose answer is lost with the process. Return its SID."""
    thread = sms_thread(phone.number, phone.to)
    message = Inbound(thread.id, new_sid(), text)
    dying = DyingClient([stack.rasa_url], stack.internal_token)
    clock, languages, number = Clock(stack.settings.clock_offset), Languages(), stack.sms_number
    codes, budgets = (
        PhoneCodes(stack.settings.for_codes, stack.settings.for_digests),
        open_budgets(stack.settings, stack.engine),
    )
    verification = Verification(codes, languages, clock, budgets, number)
    handoff = ConversationHandoff(stack.engine, languages, codes, number, budgets)
    notifier = Notifier(stack.settings.redis_address)
    turns = TurnTaker(stack.database, dying, languages, clock, verification, handoff, notifier)
    with pytest.raises(SystemExit):
        turns.respond(thread, message, seconds=9)
    return message.sid


def test_a_turn_that_was_taken_is_answered_and_not_taken_again(stack: Stack, phone: Phone) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 6pm")
    sid = die_at(stack, phone, "Ana Lima")
    assert phone.booking().status == "confirmed"

    [answer] = phone.text("Ana Lima", sid=sid)
    assert answer.startswith("Booked!"), answer
    assert len(phone.bookings()) == 1


def test_two_wishes_that_were_taken_are_answered_and_not_taken_again(stack: Stack, phone: Phone) -> None:
    for wish in ("table for 2 at Brasserie Tournesol tomorrow at 6pm", "Ana Lima"):
        phone.say(wish)
    for wish in ("table for 2 at Cedar Staircase on friday at 6pm", "Y"):
        phone.say(wish)
    both = "cancel the cedar one and make the other one 4 people"
    sid = die_at(stack, phone, both)

    answer = " ".join(phone.text(both, sid=sid))
    assert "Cancelled: Cedar Staircase" in answer
    assert "Your booking is now Brasserie Tournesol" in answer
    assert sorted((b.status, b.party_size) for b in phone.bookings()) == [("cancelled", 2), ("confirmed", 4)]
