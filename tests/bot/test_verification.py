"""Phone verification by texted codes, and limits on those codes. Real PostgreSQL, the real outbox."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import Engine, text

from booking_engine import Clock
from bot import conversations
from bot.conversations import sms_thread
from bot.messages import Answer
from bot.phone_codes import GOOD_FOR, MOST_WRONG, PhoneCodes, typed_code
from bot.secret_keys import KeyRing
from bot.sending_lane import SendingLane
from tests.support.sending import send_due
from tests.support.twilio_server import TwilioServer

from .chats import ANA, ASKED, BEN, TOO_MANY, Chats
from .conftest import OUR_NUMBER


@pytest.fixture
def chats(database: Engine, codes: PhoneCodes, clock: Clock, redis: Redis) -> Chats:
    return Chats(database, codes, clock, redis)


def other_than(code: str, by: int = 1) -> str:
    """Return a different, wrong code."""
    return f"{(int(code) + by) % 10**6:06}"


def test_the_right_code_makes_the_phone_the_conversations(chats: Chats) -> None:
    chat = chats.open()
    assert chats.ask(chat, ANA).said == ASKED.said
    assert chats.type(chat, f"it's {chats.code(chat)}") == ("right", ANA)
    assert chats.type(chat, chats.code(chat)) == (None, None), "it is good once"
    with chats.database.connect() as connection:
        known = conversations.find(connection, chat.id)
    assert known is not None
    assert known.phone == ANA


def test_after_five_wrong_ones_even_the_right_one_is_void(chats: Chats) -> None:
    chat = chats.open()
    chats.ask(chat, ANA)
    code = chats.code(chat)
    came = [chats.type(chat, other_than(code, n + 1))[0] for n in range(MOST_WRONG)]
    assert came == ["wrong"] * (MOST_WRONG - 1) + ["void"]
    assert chats.type(chat, code) == ("void", None)


def test_a_code_is_good_for_ten_minutes(chats: Chats, clock: Clock) -> None:
    chat = chats.open()
    chats.ask(chat, ANA)
    clock.offset += GOOD_FOR + timedelta(seconds=1)
    assert chats.type(chat, chats.code(chat)) == ("lapsed", None)


def test_only_the_newest_code_counts(chats: Chats) -> None:
    chat = chats.open()
    chats.ask(chat, ANA)
    first = chats.code(chat)
    chats.ask(chat, BEN)
    assert chats.type(chat, first) == ("wrong", None)
    assert chats.type(chat, chats.code(chat)) == ("right", BEN)


def test_a_code_that_is_still_good_is_not_texted_again(chats: Chats) -> None:
    chat = chats.open()
    chats.ask(chat, ANA)
    chats.ask(chat, ANA, anew=False)
    assert (chats.count(), chats.count("outbox")) == (1, 1)


def test_the_code_of_one_conversation_is_none_in_another(chats: Chats) -> None:
    mine, theirs = chats.open(), chats.open()
    chats.ask(mine, ANA)
    chats.ask(theirs, ANA)
    assert chats.type(theirs, chats.code(mine)) == ("wrong", None)


@pytest.mark.parametrize("asked_for", [None, "party_size", "confirmation", "choice"])
def test_six_digits_are_no_code_when_none_was_asked_for(chats: Chats, asked_for: str | None) -> None:
    chat = chats.open()
    chats.ask(chat, ANA)
    assert chats.type(replace(chat, expects=asked_for), chats.code(chat)) == (None, None)


def test_whoever_is_known_is_texted_no_code(chats: Chats) -> None:
    chat = chats.open(phone=BEN)
    chats.ask(chat, ANA)
    assert chats.count() == 0


ASK: dict[str, Callable[[Chats, int], Answer]] = {
    "phone from an address": lambda chats, n: chats.ask(chats.open(), ANA, address="198.51.100.7"),
    "phone from a network": lambda chats, n: chats.ask(chats.open(), ANA, address=f"2001:db8::{n}:1"),
    "phone": lambda chats, n: chats.ask(chats.open(), ANA, address=f"198.51.100.{n}"),
    "address": lambda chats, n: chats.ask(chats.open(), f"+12125{n:02}0142", address="198.51.100.7"),
    "ipv6 network": lambda chats, n: chats.ask(chats.open(), f"+12125{n:02}0142", address=f"2001:db8::{n}:1"),
    "prefix": lambda chats, n: chats.ask(chats.open(), f"+121255501{n:02}", address=f"198.51.100.{n}"),
}


@pytest.mark.parametrize(
    ("whose", "most"),
    [
        ("phone from an address", 3),
        ("phone from a network", 3),
        ("phone", 6),
        ("address", 4),
        ("ipv6 network", 4),
        ("prefix", 9),
    ],
)
def test_codes_are_limited_whatever_else_changes(chats: Chats, redis: Redis, whose: str, most: int) -> None:
    said = [ASK[whose](chats, n).said[-1].text for n in range(most + 1)]
    assert [TOO_MANY in words for words in said] == [False] * most + [True]
    assert OUR_NUMBER in said[-1], "a text from the phone itself is never in anybody's way"
    assert chats.count("outbox") == most
    redis.flushall()  # as time does
    assert TOO_MANY not in ASK[whose](chats, 50).said[-1].text


def test_a_strangers_requests_leave_a_diners_own_codes_alone(chats: Chats) -> None:
    for _ in range(9):
        chats.ask(chats.open(), ANA, address="198.51.100.66")
    mine = chats.open()
    assert TOO_MANY not in chats.ask(mine, ANA, address="198.51.100.7").said[-1].text
    assert chats.type(mine, chats.code(mine)) == ("right", ANA)
    for n in range(9):  # now with as many addresses as it takes
        chats.ask(chats.open(), ANA, address=f"198.51.100.{100 + n}")
    assert TOO_MANY in chats.ask(chats.open(), ANA, address="198.51.100.200").said[-1].text
    assert TOO_MANY not in chats.ask(chats.open(), ANA, address="198.51.100.7").said[-1].text


@pytest.mark.parametrize(
    "phone",
    ["+18765550123", "+8821312345678", "+19005550123", "+442079460123"],
    ids=["JM", "satellite", "premium", "GB"],
)
def test_a_country_that_is_not_served_is_texted_no_code(chats: Chats, phone: str) -> None:
    answer = chats.ask(chats.open(), phone)
    assert "can't text" in answer.said[-1].text
    assert answer.expects == "code", "which the phone itself can ask for"
    assert chats.count("outbox") == 0


def test_who_texts_from_what_is_no_phone_has_to_show_one(chats: Chats, clock: Clock) -> None:
    thread = replace(sms_thread("22395", OUR_NUMBER), address="22395", expects="code")
    with chats.database.begin() as connection:
        conversations.remember(connection, thread)
    assert chats.ask(thread, ANA).said == ASKED.said
    assert chats.type(thread, other_than(chats.code(thread))) == ("wrong", "22395")
    assert chats.type(thread, chats.code(thread)) == ("right", ANA)
    assert chats.type(thread, "table for 2") == (None, ANA), "it is known who it is"
    with chats.database.connect() as connection:
        known = conversations.find(connection, thread.id)
    assert known is not None
    assert (known.phone, known.address) == ("22395", "22395"), "the thread is still with the one who texts"
    clock.offset += timedelta(hours=12, seconds=1)
    assert chats.type(thread, "table for 2") == (None, "22395"), "somebody else may text from there by now"


def test_a_conversation_gets_few_codes_whatever_numbers_it_names(chats: Chats) -> None:
    chat = chats.open()
    answers = [chats.ask(chat, f"+121255501{n:02}") for n in range(6)]
    assert [TOO_MANY in answer.said[-1].text for answer in answers] == [False] * 5 + [True]
    assert answers[-1].said[0].text == "Noted.", "only the question is replaced"
    assert (answers[-1].expects, chats.count("outbox")) == ("code", 5)


def test_a_code_goes_out_by_text_and_stands_nowhere(
    chats: Chats, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    chat = chats.open()
    chats.ask(chat, ANA)
    code = chats.code(chat)
    send_due(lane)
    [sent] = twilio.taken
    assert (sent["To"], sent["From"]) == (ANA, OUR_NUMBER)
    assert sent["Body"].startswith(f"{code} is your code")
    with chats.database.connect() as connection:
        for table in ("outbox", "phone_code", "inbound", "outbound"):
            rows = connection.execute(text(f"SELECT t::text FROM {table} AS t")).scalars()
            assert not any(code in row for row in rows), table


def test_a_code_that_could_not_be_sent_in_time_is_not_sent(
    chats: Chats, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    chats.ask(chats.open(), ANA)
    clock.offset += GOOD_FOR
    send_due(lane)
    assert twilio.taken == []


def test_without_the_secret_an_id_is_worth_nothing() -> None:
    code_id = uuid.uuid4()
    made = {PhoneCodes(KeyRing(f"secret {n}"), KeyRing("another")).code(code_id) for n in range(50)}
    assert len(made) > 40
    assert all(len(code) == 6 and code.isdecimal() for code in made)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("482913", "482913"),
        (" 482 913.", "482913"),
        ("482-913", "482913"),
        ("it's 004213", "004213"),
        ("make it 8", None),
        ("48291", None),
        ("4829130", None),
        ("482913 or 482914", None),
        ("2125550142", None),
        ("٤٨٢٩١٣", None),
        ("", None),
    ],
)
def test_six_digits_are_a_code_however_they_are_typed(words: str, code: str | None) -> None:
    assert typed_code(words) == code


@pytest.mark.parametrize(
    "words",
    [
        "482913",
        "482 913",
        "482-913",
        "482.913",
        "it's 482913.",
        "code:482913",
        "(482913)",
        "*482913*, thanks",
        "_482913_",
        "my code\n482913\nis that right?",
        "验证码482913",
        "コードは482913です",
    ],
)
def test_six_digits_that_are_a_word_of_their_own_are_a_code(words: str) -> None:
    assert typed_code(words) == "482913"


@pytest.mark.parametrize(
    "words",
    [
        "cancel 228420X",
        "228420x",
        "X228420",
        "228-420X",
        "A228 420",
        "move K228420B to 8",
        "it's228420",
        "228420é",
        "228420Д",
        "٤228420",
    ],
)
def test_six_digits_glued_to_a_letter_or_digit_are_no_code(words: str) -> None:
    assert typed_code(words) is None
