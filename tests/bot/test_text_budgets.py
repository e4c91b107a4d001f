"""Budgets of the texts that others can make us send."""

from __future__ import annotations

import uuid
from functools import partial

import pytest
from redis import Redis
from sqlalchemy import Engine

from booking_engine import BookingEngine
from booking_engine.availability.preferences import NO_PREFERENCES
from bot import conversations
from bot.conversations import Conversation
from bot.handoff import ConversationHandoff
from bot.messages import Answer, Inbound, Said
from bot.phone_codes import PhoneCodes
from bot.rates import TextRates
from bot.secret_keys import KeyRing
from bot.text_budgets import Caller, TextBudgets, is_served
from dialogue.effects import ConfirmHold, Origin, PlaceHold
from dialogue.words import Languages
from tests.engine.helpers import evening
from tests.support import lookups

ANA = "+12125550142"


def budgets(redis: Redis, **rates: str) -> TextBudgets:
    address = f"unix://{redis.connection_pool.connection_kwargs['path']}"
    return TextBudgets(address, TextRates(**rates), lambda: {"US"})


@pytest.mark.parametrize(
    ("rates", "callers"),
    [
        ({"notifications_per_phone": "2/hour"}, [(ANA, Caller(key=str(n))) for n in range(3)]),
        ({"notifications_per_key": "2/hour"}, [(f"+1212{n}550142", Caller(key="one")) for n in (555, 556, 557)]),
        ({"notifications_per_address": "2/hour"}, [(f"+1212{n}550142", Caller("there")) for n in (555, 556, 557)]),
        ({"notifications_per_prefix": "2/hour"}, [(f"+1212555010{n}", Caller(key=str(n))) for n in range(3)]),
        ({"notifications_per_day": "2/day"}, [(f"+1{n}5550142", Caller(key=str(n))) for n in (212, 313, 414)]),
        ({"notifications_per_day": "5/day;2/hour"}, [(ANA, Caller())] * 3),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_each_budget_ends_by_itself(redis: Redis, rates: dict[str, str], callers: list[tuple[str, Caller]]) -> None:
    taken = [budgets(redis, **rates).take_notification(phone, caller) for phone, caller in callers]
    assert taken == [True, True, False], "whichever process counts"
    usual = budgets(redis, notifications_per_day="9/day")
    assert all(usual.take_notification(phone, caller) for phone, caller in callers)


def test_the_day_of_codes_ends_for_everybody(redis: Redis) -> None:
    day = budgets(redis, codes_per_day="2/day")
    asked = [day.refuse_code(f"+1{n}5550142", Caller(str(n)), str(n)) for n in (212, 313, 414)]
    assert asked == [None, None, "budget"]


@pytest.mark.parametrize(
    ("phone", "is_one"),
    [
        (ANA, True),
        ("+15550100000", True),  # of nobody: as the largest country of its calling code
        ("+18765550123", False),  # Jamaica, under the same calling code
        ("+14165550123", False),  # Canada
        ("+19005550123", False),  # premium
        ("+442079460123", False),
        ("+8821312345678", False),
        ("+80012345678", False),
    ],
)
def test_a_number_is_of_a_country_and_costs_no_more_than_others(phone: str, is_one: bool) -> None:
    assert is_served(phone, {"US"}) is is_one


@pytest.mark.parametrize("is_left", [True, False])
def test_a_chat_books_all_the_same_when_no_text_is_left(
    redis: Redis, database: Engine, engine: BookingEngine, is_left: bool
) -> None:
    phone = "+12125550177" if is_left else "+12125550178"
    rates = {} if is_left else {"notifications_per_phone": "1/hour"}
    may_text = partial(budgets(redis, **rates).take_notification, phone, Caller())
    may_text()
    origin = Origin(engine, "chat", f"message {is_left}", "chat", may_text=may_text)
    restaurant = engine.restaurant("larder")
    hold = PlaceHold(restaurant, evening(restaurant), 2, phone, NO_PREFERENCES)(origin)
    made = ConfirmHold(hold.id, "Ana Lima", phone, "", "en")(origin)
    assert made.status == "confirmed"
    told = [row.kind for row in lookups.outbox(database, phone) if row.kind != "reminder"]
    assert told == (["reservation_confirmed"] if is_left else [])


def test_a_chat_moves_to_a_phone_as_often_as_it_may_be_texted(
    redis: Redis, database: Engine, engine: BookingEngine
) -> None:
    chat = Conversation(id=uuid.uuid4(), channel="chat", phone="+12125550179")
    codes = PhoneCodes(KeyRing("for codes"), KeyRing("for digests"))
    few = budgets(redis, notifications_per_phone="2/hour")
    handoff = ConversationHandoff(engine, Languages(), codes, "+15550100000", few)
    asked = Answer((Said("I have texted you."), Said("How many?")), expects="party_size", moves=True)
    said = []
    with database.begin() as connection:
        conversations.remember(connection, chat)
        for n in range(3):
            message = Inbound(chat.id, f"message {n}", "text me")
            said.append(handoff.settle(connection, chat, message, asked, engine.clock.now()).said[0].text)
    assert said[:2] == ["I have texted you."] * 2
    assert "too many texts" in said[2]
    assert len(lookups.outbox(database, "+12125550179")) == 2, "one each time"
