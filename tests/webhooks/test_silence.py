"""Machines that text us are answered once in an hour, and then by an empty response, which is their answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import text

from tests.support import lookups
from tests.support.chat import Chat
from tests.support.phone import Phone, new_sid
from tests.support.running import Stack

AWAY = "Automatic reply: I am out of the office until Monday, Dec 14. For urgent matters contact the front desk."
LIKED = "Liked “I think that was meant for somebody else. I book restaurant tables by text.”"
CODE = "Your verification code is 205713. It expires in 10 minutes. Do not share it with anyone."
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response />'


def pass_time(stack: Stack, phone: Phone, **delta: float) -> None:
    """Advance the clock of the phone's thread."""
    shift = text("UPDATE conversation SET clock_shift = clock_shift + :delta WHERE phone = :phone RETURNING id")
    with stack.database.begin() as connection:
        moved = connection.execute(shift, {"delta": timedelta(**delta), "phone": phone.number}).all()
    assert len(moved) == 1


def test_two_autoresponders_text_each_other_once_an_hour_at_most(phone: Phone, stack: Stack) -> None:
    answered = []
    for number in range(20):  # two hours, less six minutes
        answered.append(len(phone.text(f"{AWAY} Ticket {number}")))
        pass_time(stack, phone, minutes=6)
    assert [number for number, count in enumerate(answered) if count] == [0, 10]
    assert set(answered) == {0, 1}


def test_the_same_automatic_text_again_and_again_is_answered_once(phone: Phone, stack: Stack) -> None:
    answered = 0
    for _ in range(20):
        answered += len(phone.text(AWAY))
        pass_time(stack, phone, minutes=20)
    assert answered == 1


def test_whatever_kind_of_machine_it_is(phone: Phone) -> None:
    assert [len(phone.text(body)) for body in (LIKED, AWAY, CODE, LIKED)] == [1, 0, 0, 0]
    assert len(phone.text("hello")) == 1


def test_the_empty_answer_is_the_answer(phone: Phone, stack: Stack) -> None:
    phone.text(AWAY)
    sid = new_sid()
    response = phone.post(phone.form(CODE, sid))
    assert response.headers["Content-Type"].startswith("text/xml")
    assert response.text == EMPTY
    with ThreadPoolExecutor(8) as pool:
        again = list(pool.map(lambda _: phone.post(phone.form(CODE, sid)).text, range(8)))
    assert set(again) == {EMPTY}, "a repeated webhook gets the same answer"
    assert [row.status for row in lookups.inbound(stack.database, phone.number)] == ["answered", "silenced"]
    assert [row.reply_to for row in lookups.outbound(stack.database, phone.number) if row.reply_to == sid] == []
    assert lookups.outbox(stack.database, phone.number) == []
    assert len(phone.text("what can you do?")) == 1, "nothing of it is left to be answered"


def test_eight_deliveries_of_a_first_text_are_one_answer_and_of_the_next_none(phone: Phone) -> None:
    for body, count in ((AWAY, 1), (CODE, 0)):
        sid = new_sid()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: phone.text(body, sid), range(8)))  # noqa: B023
        assert all(answer == answers[0] for answer in answers), answers
        assert len(answers[0]) == count


def test_a_repeated_first_text_keeps_its_answer(phone: Phone, stack: Stack) -> None:
    sid = new_sid()
    first = phone.text(AWAY, sid)
    assert len(first) == 1
    assert phone.text(CODE) == []
    pass_time(stack, phone, minutes=90)
    assert phone.text(AWAY, sid) == first
    assert len(phone.text(AWAY)) == 1, "and the repetition was no text of its own"


def test_a_keyword_is_answered_however_often(phone: Phone) -> None:
    phone.text(AWAY)
    for _ in range(4):
        assert len(phone.text("STOP")) == 1
    assert len(phone.text("I would rather have no texts", OptOutType="STOP")) == 1
    for _ in range(4):
        assert len(phone.text("START")) == 1


def test_short_answers_and_wishes_are_never_left_without_one(phone: Phone) -> None:
    assert phone.text(AWAY)
    assert phone.text(AWAY) == []
    for body in ("Y", "Y", "Y", "Y", "1", "1", "1", "1", "no thanks", "no thanks", "no thanks", "no thanks"):
        assert len(phone.text(body)) == 1, body
    for _ in range(4):
        assert len(phone.text("Table for 2 at Brasserie Tournesol tomorrow at 6pm, my name is Ana Lima")) == 1


def test_a_text_is_kept_as_it_came_and_no_second_time(phone: Phone, stack: Stack) -> None:
    phone.text(AWAY)
    known = lookups.rows(
        stack.database, "SELECT lately::text FROM conversation WHERE phone = :phone", phone=phone.number
    )
    assert "automatic_at" in known[0].lately
    assert "office" not in known[0].lately


def test_a_thread_in_which_all_is_acted_on_remembers_nothing(phone: Phone, stack: Stack) -> None:
    phone.say("Table for 2 at Brasserie Tournesol tomorrow at 6pm, my name is Ana Lima")
    phone.say("Y")
    known = lookups.rows(stack.database, "SELECT lately FROM conversation WHERE phone = :phone", phone=phone.number)
    assert [row.lately for row in known] == [None]


def test_in_a_chat_every_message_is_answered(chat: Chat) -> None:
    conversation = chat.open()
    for _ in range(4):
        assert conversation.say(AWAY)["messages"]
