"""Turns that need no dialogue: what they ask of the database, and what is promised when the dialogue is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, event

from booking_engine import BookingEngine, Clock
from bot.conversations import sms_thread
from bot.dialogue_client import DialogueClient
from bot.handoff import ConversationHandoff
from bot.messages import Answer, Inbound
from bot.notifier import Notifier
from bot.phone_codes import PhoneCodes
from bot.rates import TextRates
from bot.text_budgets import TextBudgets
from bot.turn import TurnTaker
from bot.verification import Verification
from dialogue.words import Languages

from .conftest import OUR_NUMBER

ANA = "+12125550142"
Say = Callable[[str], Answer]


@pytest.fixture
def say(database: Engine, engine: BookingEngine, clock: Clock, codes: PhoneCodes) -> Say:
    """Text the bot while Rasa and Redis are away."""
    languages = Languages()
    budgets = TextBudgets("redis://127.0.0.1:1", TextRates(), lambda: {"US"})
    verification = Verification(codes, languages, clock, budgets, OUR_NUMBER)
    handoff = ConversationHandoff(engine, languages, codes, OUR_NUMBER, budgets)
    notifier = Notifier("redis://127.0.0.1:1")
    away = DialogueClient(["http://127.0.0.1:1"], "token")
    turns = TurnTaker(database, away, languages, clock, verification, handoff, notifier)
    thread = sms_thread(ANA, OUR_NUMBER)

    def text(words: str) -> Answer:
        message = Inbound(thread.id, f"SM-{words}", words)
        return turns.respond(thread, message, seconds=9)

    return text


@pytest.fixture
def statements(database: Engine) -> Iterator[list[str]]:
    """The statements that the database is sent."""
    sent: list[str] = []

    def note(*told: object) -> None:
        sent.append(str(told[2]))

    event.listen(database, "before_cursor_execute", note)
    yield sent
    event.remove(database, "before_cursor_execute", note)


def test_a_message_that_is_answered_is_not_locked_to_promise_an_answer(say: Say, statements: list[str]) -> None:
    assert not say("STOP").promised
    assert [sent for sent in statements if "FROM inbound" in sent and "FOR UPDATE" in sent] == []


def test_a_message_that_is_not_answered_is_promised_one(say: Say, statements: list[str]) -> None:
    assert say("table for 2").promised
    assert [sent for sent in statements if "FROM inbound" in sent and "FOR UPDATE" in sent] != []
    assert say("table for 3").promised, "one that waits for another, too"
