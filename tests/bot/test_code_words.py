"""Words that a phone texts us to ask for its code, when others have used up those that may be texted to it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import Engine

from booking_engine import Clock
from bot import conversations
from bot.code_words import new_word, texted_word
from bot.conversations import Conversation, sms_thread
from bot.hold_verification import Booking, CodeNotTexted, HoldVerification, NoCodeWaiting, WordToText
from bot.messages import Inbound, Verify
from bot.phone_codes import GOOD_FOR, MOST_WRONG, PhoneCodes
from bot.rates import TextRates
from bot.sending_lane import SendingLane
from bot.text_budgets import Caller, TextBudgets
from tests.support import lookups
from tests.support.sending import send_due
from tests.support.twilio_server import TwilioServer

from .chats import ANA, ASKED, BEN, TOO_MANY, Chats
from .conftest import OUR_NUMBER

OWN_NUMBER = "+15550100009"
"""A restaurant's."""
HOLD = "a hold"
BOOKING = Booking("Ana Lima", ANA, "by the window")


@pytest.fixture
def chats(database: Engine, codes: PhoneCodes, clock: Clock, redis: Redis) -> Chats:
    return Chats(database, codes, clock, redis)


@pytest.fixture
def holds(database: Engine, codes: PhoneCodes, clock: Clock, redis_address: str, redis: Redis) -> HoldVerification:
    """Codes for holds, of which a phone gets two an hour."""
    budgets = TextBudgets(redis_address, TextRates(codes_per_phone_in_all="2/hour"), lambda: {"US"})
    return HoldVerification(database, codes, clock, budgets, OUR_NUMBER)


def use_up(chats: Chats, phone: str = ANA, addresses: int = 6) -> None:
    """Ask for codes to a phone from many addresses, as somebody does who wants to keep it from being verified."""
    with chats.database.begin() as connection:
        for n in range(addresses):
            chat = chats.new()
            conversations.remember(connection, chat)
            address = chats.verification.digest_of_address(f"198.51.{100 + n // 250}.{n % 250}")
            message = Inbound(chat.id, "the number", phone, address=address)
            chats.verification.settle(connection, chat, message, replace(ASKED, verify=Verify(phone)))


def told_word(chats: Chats, chat: Conversation, phone: str = ANA, *, anew: bool = True) -> str:
    """Ask for a code where none is left, and return the word that is told instead."""
    answer = chats.ask(chat, phone, address="203.0.113.7", anew=anew)
    assert answer.expects == "code"
    return word_in(answer.said[-1].text)


def word_in(said: str) -> str:
    [word] = re.findall(r"\b[A-Z2-9]{6}\b", said)
    assert texted_word(word) == word
    return str(word)


def texts_to(twilio: TwilioServer, phone: str) -> list[str]:
    return [str(sent["Body"]) for sent in twilio.taken if sent["To"] == phone]


def asked_for(body: str) -> str:
    """Return the code in the answer to a word."""
    match = re.match(r"(\d{6}) is your code, good for", body)
    assert match is not None, body
    return match[1]


def test_a_thousand_addresses_cannot_keep_a_phone_from_being_verified(
    chats: Chats, lane: SendingLane, twilio: TwilioServer
) -> None:
    use_up(chats, addresses=1000)
    send_due(lane)
    assert len(texts_to(twilio, ANA)) == 6, "its budget, and no more"

    mine = chats.open()
    answer = chats.ask(mine, ANA, address="203.0.113.7")
    send_due(lane)
    assert TOO_MANY in answer.said[-1].text, "this is what it is about"
    assert len(texts_to(twilio, ANA)) == 6

    assert chats.text(ANA, word_in(answer.said[-1].text)).said == (), "the code is all the answer"
    send_due(lane)
    *before, newest = texts_to(twilio, ANA)
    assert len(before) == 6
    assert chats.type(mine, asked_for(newest)) == ("right", ANA)


def test_no_digits_are_right_before_the_phone_has_texted_its_word(chats: Chats) -> None:
    """Or who opens chats without end could try codes without end."""
    use_up(chats)
    chat = chats.open()
    word = told_word(chats, chat)
    code = chats.code(chat)
    assert [chats.type(chat, code) for _ in range(MOST_WRONG + 1)] == [(None, None)] * (MOST_WRONG + 1)
    chats.text(ANA, word)
    assert chats.type(chat, code) == ("right", ANA)


def test_a_word_from_another_phone_is_no_word(chats: Chats, database: Engine) -> None:
    use_up(chats)
    chat = chats.open()
    word = told_word(chats, chat)
    for sender in (BEN, "22395", "Larder"):
        assert chats.text(sender, word).promised, "it is for the dialogue, like any text"
    assert chats.type(chat, chats.code(chat)) == (None, None)
    assert [row for row in lookups.outbox(database, ANA) if row.conversation_id is not None] == []


def test_a_short_code_that_is_taken_for_a_phone_does_not_ask_for_its_codes(chats: Chats) -> None:
    thread = replace(sms_thread("22395", OUR_NUMBER), expects="code")
    with chats.database.begin() as connection:
        conversations.remember(connection, thread)
    chats.ask(thread, ANA)
    assert chats.type(thread, chats.code(thread)) == ("right", ANA)
    use_up(chats)
    chat = chats.open()
    assert chats.text("22395", told_word(chats, chat)).promised
    assert chats.type(chat, chats.code(chat)) == (None, None)


def test_the_answer_warns_of_sharing_it_and_stands_nowhere(
    chats: Chats, lane: SendingLane, twilio: TwilioServer
) -> None:
    use_up(chats)
    chat = chats.open()
    chats.text(ANA, told_word(chats, chat))
    code = chats.code(chat)
    send_due(lane)
    newest = texts_to(twilio, ANA)[-1]
    assert newest.startswith(code)
    assert "share it with nobody" in newest
    for table in ("outbox", "phone_code", "inbound", "outbound"):
        rows = lookups.rows(chats.database, f"SELECT t::text FROM {table} AS t")
        assert not any(code in str(row) for row in rows), table


def test_the_answer_comes_from_the_number_that_was_texted(
    chats: Chats, lane: SendingLane, twilio: TwilioServer
) -> None:
    use_up(chats)
    chat = chats.open()
    chats.text(ANA, told_word(chats, chat), our_number=OWN_NUMBER)
    send_due(lane)
    assert (twilio.taken[-1]["From"], twilio.taken[-1]["To"]) == (OWN_NUMBER, ANA)
    assert chats.type(chat, asked_for(texts_to(twilio, ANA)[-1]))[0] == "right"


def test_a_word_is_told_where_the_country_is_not_served(chats: Chats) -> None:
    phone, chat = "+442079460123", chats.open()
    answer = chats.ask(chat, phone)
    assert OUR_NUMBER in answer.said[-1].text
    chats.text(phone, word_in(answer.said[-1].text))
    assert chats.type(chat, chats.code(chat)) == ("right", phone)


def test_a_word_texted_twice_brings_the_same_code_twice(chats: Chats, lane: SendingLane, twilio: TwilioServer) -> None:
    use_up(chats)
    chat = chats.open()
    word = told_word(chats, chat)
    for _ in range(2):
        chats.text(ANA, word)
        send_due(lane)
    first, second = texts_to(twilio, ANA)[-2:]
    assert first == second
    assert chats.type(chat, asked_for(first)) == ("right", ANA)
    assert "does not count any more" in chats.text(ANA, word).said[0].text, "once it is used, there is no more of it"


def test_a_repeated_delivery_of_the_word_brings_one_code(chats: Chats, lane: SendingLane, twilio: TwilioServer) -> None:
    use_up(chats)
    word = told_word(chats, chats.open())
    thread = sms_thread(ANA, OUR_NUMBER)
    message = Inbound(thread.id, "SM-once", word)
    for _ in range(3):
        chats.turns.respond(thread, message, seconds=9)
    send_due(lane)
    assert len(texts_to(twilio, ANA)) == 6 + 1


def test_a_word_counts_for_ten_minutes(chats: Chats, clock: Clock, database: Engine) -> None:
    use_up(chats)
    chat = chats.open()
    word = told_word(chats, chat)
    clock.offset += GOOD_FOR + timedelta(seconds=1)
    assert "does not count any more" in chats.text(ANA, word).said[0].text
    assert chats.type(chat, chats.code(chat)) == (None, None)
    assert len(lookups.outbox(database, ANA)) == 6


def test_only_the_newest_word_of_a_chat_counts(chats: Chats, clock: Clock) -> None:
    use_up(chats)
    use_up(chats, BEN)
    chat = chats.open()
    first = told_word(chats, chat)
    assert told_word(chats, chat) == first, "who asks once more is told the same"
    clock.offset += timedelta(seconds=1)
    told_word(chats, chat, BEN)
    assert chats.text(ANA, first).promised, "it is no word any more"


def test_a_code_that_is_on_its_way_stays_right_beside_its_word(chats: Chats, database: Engine) -> None:
    chat = chats.open()
    chats.ask(chat, ANA, address="203.0.113.7")
    code = chats.code(chat)
    use_up(chats)
    word = told_word(chats, chat)
    assert chats.code(chat) == code
    chats.text(ANA, word)
    assert chats.type(chat, code) == ("right", ANA)


def test_after_five_wrong_tries_the_word_counts_no_more(chats: Chats) -> None:
    use_up(chats)
    chat = chats.open()
    word = told_word(chats, chat)
    chats.text(ANA, word)
    code = int(chats.code(chat))
    for n in range(MOST_WRONG):
        chats.type(chat, f"{(code + n + 1) % 10**6:06}")
    assert "does not count any more" in chats.text(ANA, word).said[0].text
    assert told_word(chats, chat) != word


def test_who_has_opted_out_is_told_how_to_hear_from_us_again(chats: Chats, database: Engine) -> None:
    use_up(chats)
    word = told_word(chats, chats.open())
    chats.text(ANA, "STOP")
    assert "START" in chats.text(ANA, word).said[0].text
    assert [row for row in lookups.outbox(database, ANA) if row.conversation_id is not None] == []


def test_the_word_leaves_open_what_the_dialogue_has_asked(chats: Chats) -> None:
    use_up(chats)
    word = told_word(chats, chats.open())
    thread = sms_thread(ANA, OUR_NUMBER)
    chats.text(ANA, "STOP")
    chats.text(ANA, "START")
    asked = "UPDATE dialogue SET expects = 'party_size' WHERE id = :id"
    with chats.database.begin() as connection:
        connection.exec_driver_sql(asked.replace(":id", "%s"), (thread.id,))
    chats.text(ANA, word)
    with chats.database.connect() as connection:
        known = conversations.find(connection, thread.id)
    assert known is not None
    assert known.expects == "party_size"


def ask_for_hold(holds: HoldVerification, hold_id: str = HOLD, booking: Booking = BOOKING) -> WordToText:
    """Confirm a hold where no code is left, and return the word that is told instead."""
    with pytest.raises(CodeNotTexted) as refused:
        holds.ask(hold_id, booking, Caller("203.0.113.7"))
    return refused.value.word


def use_up_of_holds(holds: HoldVerification, addresses: int = 3) -> None:
    for n in range(addresses):
        try:
            holds.ask(f"hold {n}", BOOKING, Caller(f"198.51.{n // 250}.{n % 250}"))
        except CodeNotTexted:
            continue


def test_a_thousand_addresses_cannot_keep_a_hold_from_being_verified(
    chats: Chats, holds: HoldVerification, lane: SendingLane, twilio: TwilioServer
) -> None:
    use_up_of_holds(holds, addresses=1000)
    told = ask_for_hold(holds)
    with pytest.raises(NoCodeWaiting):
        holds.check(HOLD, code_of(chats, HOLD))
    chats.text(ANA, told.word.lower())
    send_due(lane)
    *before, newest = texts_to(twilio, ANA)
    assert len(before) == 2, "its budget, and no more"
    assert holds.check(HOLD, asked_for(newest)) == BOOKING
    for n in (500, 999):
        with pytest.raises(NoCodeWaiting):
            holds.check(f"hold {n}", code_of(chats, f"hold {n}"))


def code_of(chats: Chats, hold_id: str) -> str:
    [row] = lookups.rows(chats.database, "SELECT code_id FROM hold_code WHERE hold_id = :hold_id", hold_id=hold_id)
    return chats.codes.code(row.code_id)


def test_the_hold_is_booked_as_it_was_confirmed_last(chats: Chats, holds: HoldVerification) -> None:
    use_up_of_holds(holds)
    first = ask_for_hold(holds)
    later = replace(BOOKING, name="Ana Maria Lima")
    assert ask_for_hold(holds, booking=later).word == first.word
    chats.text(ANA, first.word)
    assert holds.check(HOLD, code_of(chats, HOLD)) == later


def test_a_word_of_a_hold_that_names_another_phone_by_now_counts_no_more(chats: Chats, holds: HoldVerification) -> None:
    use_up_of_holds(holds)
    first = ask_for_hold(holds)
    abroad = replace(BOOKING, phone="+442079460123")
    second = ask_for_hold(holds, booking=abroad)
    assert second.word != first.word
    assert chats.text(ANA, first.word).promised
    with pytest.raises(NoCodeWaiting):
        holds.check(HOLD, code_of(chats, HOLD))
    chats.text(abroad.phone, second.word)
    assert holds.check(HOLD, code_of(chats, HOLD)) == abroad


@pytest.mark.parametrize("typed", ["K7QX4T", "k7qx4t", " K7QX4T. ", "K7Q X4T", "K7Q-X4T", '"K7QX4T"', "k 7 q x 4 t"])
def test_a_word_is_read_however_it_is_typed(typed: str) -> None:
    assert texted_word(typed) == "K7QX4T"


@pytest.mark.parametrize(
    "said",
    [
        "please",
        "rhythm",
        "thanks",
        "482936",
        "K7QX4",
        "K7QX4T2",
        "K7QX4T please",
        "table for 2",
        "",
        "Y",
        "STOP",
        "7pm",
    ],
)
def test_what_diners_say_is_no_word(said: str) -> None:
    assert texted_word(said) is None


def test_words_are_rare() -> None:
    words = {new_word() for _ in range(5000)}
    assert len(words) > 4990
    assert all(texted_word(word) == word for word in words)
    assert len({word[n] for word in words for n in range(1, 6)}) == 27
