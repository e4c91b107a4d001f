"""Turns that need no dialogue: what they ask of the database, and what is promised when the dialogue is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from booking_engine import BookingEngine, Clock
from bot.conversations import Conversation, sms_thread
from bot.dialogue_client import DialogueClient, DialogueFailed, NoAnswerInTime
from bot.handoff import ConversationHandoff
from bot.messages import Answer, Inbound, Said
from bot.notifier import Notifier
from bot.phone_codes import PhoneCodes
from bot.rates import TextRates
from bot.text_budgets import TextBudgets
from bot.timely_turns import OutOfTime, TimelyTurns
from bot.turn import MOST_ATTEMPTS, Caller, TurnTaker
from bot.verification import Verification
from dialogue.words import Languages
from tests.support import replies

from .conftest import OUR_NUMBER

ANA = "+12125550142"
THREAD = sms_thread(ANA, OUR_NUMBER)
Say = Callable[[str], Answer]


class Dialogue(DialogueClient):
    """The dialogue service, which is away, and is not for those texts of which it is said here what happens to them."""

    def __init__(self) -> None:
        super().__init__(["http://127.0.0.1:1"], "token")
        self.told: dict[str, Answer | Exception] = {}

    def take_turn(self, conversation: Conversation, message: Inbound, text: str, **carried: Any) -> Answer:
        match self.told.get(text):
            case Answer() as answer:
                return answer
            case Exception() as error:
                raise error
        return super().take_turn(conversation, message, text, **carried)


@pytest.fixture
def dialogue() -> Dialogue:
    return Dialogue()


@pytest.fixture
def turns(database: Engine, engine: BookingEngine, clock: Clock, codes: PhoneCodes, dialogue: Dialogue) -> TurnTaker:
    """Turns while Redis is away."""
    languages = Languages()
    budgets = TextBudgets("redis://127.0.0.1:1", TextRates(), lambda: {"US"})
    verification = Verification(codes, languages, clock, budgets, OUR_NUMBER)
    handoff = ConversationHandoff(engine, languages, codes, OUR_NUMBER, budgets)
    notifier = Notifier("redis://127.0.0.1:1")
    return TurnTaker(database, dialogue, languages, clock, verification, handoff, notifier)


@pytest.fixture
def say(turns: TurnTaker) -> Say:
    """Text the bot."""
    return lambda words: turns.respond(THREAD, Inbound(THREAD.id, f"SM-{words}", words), seconds=9)


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


# --- answers that nobody would hear ---


def bodies(database: Engine) -> list[str]:
    """Return the texts that are due."""
    with database.connect() as connection:
        return list(connection.scalars(text("SELECT payload->>'body' FROM outbox ORDER BY due_at")))


@pytest.mark.parametrize("has_hung_up", [True, False])
def test_what_nobody_waits_for_any_more_follows_as_a_text(
    turns: TurnTaker, database: Engine, has_hung_up: bool
) -> None:
    """A web process that was frozen goes on with a request that a balancer has long since given to another one."""
    answer = turns.respond(
        THREAD, Inbound(THREAD.id, "SM1", " "), seconds=9, caller=Caller(has_hung_up=lambda: has_hung_up)
    )
    assert len(answer.said) == (0 if has_hung_up else 1)
    assert len(bodies(database)) == (1 if has_hung_up else 0)
    again = turns.respond(THREAD, Inbound(THREAD.id, "SM1", " "), seconds=9)
    assert [said.text for said in again.said] == [said.text for said in answer.said], (
        "the same message, the same answer"
    )


@pytest.mark.parametrize("has_hung_up", [True, False])
def test_a_repeat_that_is_late_is_said_again_only_to_who_waits(
    turns: TurnTaker, database: Engine, has_hung_up: bool
) -> None:
    """A web process that was frozen finds requests that another one has answered meanwhile."""
    message = Inbound(THREAD.id, "SM1", " ")
    assert len(turns.respond(THREAD, message, seconds=9).said) == 1
    go_on, find = Event(), turns._carried_answer

    def slowly(*args: Any) -> Answer:
        assert go_on.wait(60)
        return find(*args)

    turns._carried_answer = slowly  # type: ignore[method-assign, assignment]
    timely = TimelyTurns(turns, seconds=0.1, threads=1)
    with pytest.raises(OutOfTime):
        timely.respond(THREAD, message, Caller(has_hung_up=lambda: has_hung_up))
    go_on.set()
    timely._pool.shutdown()
    assert len(bodies(database)) == (0 if has_hung_up else 1)


class Held:
    """A request that finds its answer and is late with it: it is held until it may go on."""

    def __init__(self, turns: TurnTaker) -> None:
        self._go_on, stored = Event(), Event()
        store, respond = turns._stored, turns.respond

        def slowly(*args: Any, **kwargs: Any) -> Answer | None:
            answer = store(*args, **kwargs)
            stored.set()
            assert self._go_on.wait(60)
            return answer

        def at_leisure(*args: Any, **kwargs: Any) -> Answer:
            return respond(*args, **{**kwargs, "seconds": 60.0})  # it is found in time, however slow the machine is

        turns._stored, turns.respond = slowly, at_leisure  # type: ignore[method-assign]
        self._timely = TimelyTurns(turns, seconds=0.1, threads=1)
        with pytest.raises(OutOfTime):
            self._timely.respond(THREAD, Inbound(THREAD.id, "SM1", " "))
        assert stored.wait(60)
        turns._stored, turns.respond = store, respond  # type: ignore[method-assign]

    def go_on(self) -> None:
        self._go_on.set()
        self._timely._pool.shutdown()


@pytest.mark.parametrize("has_hung_up", [True, False])
@pytest.mark.parametrize("is_repeated", [True, False])
def test_an_answer_that_comes_late_is_said_by_the_repeat_or_as_a_text(
    turns: TurnTaker, database: Engine, is_repeated: bool, has_hung_up: bool
) -> None:
    """It was found in time, and the request that found it was frozen before it could say so."""
    first = Held(turns)
    repeat = Caller(has_hung_up=lambda: has_hung_up)
    if is_repeated:
        assert len(turns.respond(THREAD, Inbound(THREAD.id, "SM1", " "), seconds=9, caller=repeat).said) == 1
    first.go_on()
    assert len(bodies(database)) == (0 if is_repeated and not has_hung_up else 1)
    assert turns.respond(THREAD, Inbound(THREAD.id, "SM1", " "), seconds=9).said == () or bodies(database) == []


@pytest.mark.parametrize("is_owed", [True, False])
def test_of_a_request_that_nobody_knows_by_id_only_what_is_owed_is_said_later(
    turns: TurnTaker, database: Engine, is_owed: bool
) -> None:
    """A release before this one has put it into the spool."""
    assert len(turns.respond(THREAD, Inbound(THREAD.id, "SM1", " "), seconds=9).said) == 1
    turns.say_later(THREAD.id, "SM1", None, is_owed=is_owed)
    assert len(bodies(database)) == (1 if is_owed else 0)


def test_a_repeat_that_is_late_itself_says_what_it_took_from_the_first(turns: TurnTaker, database: Engine) -> None:
    first = Held(turns)
    given, go_on, has_hung_up, find = Event(), Event(), Event(), turns._carried_answer

    def slowly(*args: Any) -> Answer:
        answer = find(*args)
        given.set()
        assert go_on.wait(60)
        return answer

    turns._carried_answer = slowly  # type: ignore[method-assign, assignment]
    timely = TimelyTurns(turns, seconds=0.5, threads=1)
    with pytest.raises(OutOfTime):
        timely.respond(THREAD, Inbound(THREAD.id, "SM1", " "), Caller(has_hung_up=has_hung_up.is_set))
    assert given.wait(60)
    first.go_on()
    assert bodies(database) == [], "the repeat was given it"
    has_hung_up.set()
    go_on.set()
    timely._pool.shutdown()
    assert len(bodies(database)) == 1


def test_a_second_attempt_says_what_the_first_had_found_before_it_died(
    turns: TurnTaker, dialogue: Dialogue, say: Say
) -> None:
    """The first has answered an older message, and died while it dealt with its own."""

    class Death(BaseException):
        pass

    assert say("older").promised
    dialogue.told["older"] = Answer((Said("To the older one."),))

    def die(*args: Any, **kwargs: Any) -> Answer:
        dialogue.told["newer"] = Answer((Said("To the newer one."),))
        raise Death

    find = turns._find_answer
    turns._find_answer = lambda turn, message, deadline: (  # type: ignore[method-assign]
        die() if message.sid == "SM-newer" else find(turn, message, deadline)
    )
    with pytest.raises(Death):
        say("newer")
    turns._find_answer = find  # type: ignore[method-assign]
    assert [said.text for said in say("newer").said] == ["To the older one.", "To the newer one."]


def test_a_promise_is_said_although_an_older_answer_rides_along(dialogue: Dialogue, say: Say) -> None:
    assert say("older").promised
    dialogue.told["older"] = Answer((Said("To the older one."),))
    answer = say("newer")
    assert answer.promised
    assert answer.said[0].text == "To the older one."
    assert answer.said[1].text.startswith(replies.PROMISE)


def test_an_older_answer_that_was_not_said_and_the_own_one_are_two_texts(
    turns: TurnTaker, dialogue: Dialogue, database: Engine, say: Say
) -> None:
    """The database went away when the response was to say the older answer and a promise, so it said only the promise."""
    assert say("older").promised
    dialogue.told["older"] = Answer((Said("To the older one."),))
    caller, newer = Caller(), Inbound(THREAD.id, "SM-newer", "newer")
    assert turns.respond(THREAD, newer, seconds=9, caller=caller).promised
    turns.say_later(THREAD.id, newer.sid, caller.id, is_owed=True)
    dialogue.told["newer"] = Answer((Said("To the newer one."),))
    turns.finish(THREAD.id, seconds=9)
    assert bodies(database) == ["To the older one.", "To the newer one."]


# --- giving up ---


@pytest.mark.parametrize("error", [DialogueFailed("broken"), NoAnswerInTime("slow")], ids=["failed", "slow"])
def test_a_failure_is_given_up_soon_and_a_time_out_is_not(
    turns: TurnTaker, dialogue: Dialogue, database: Engine, say: Say, error: Exception
) -> None:
    """What takes too long may be Rasa, or all of the machine: an outage is not the fault of the message."""
    dialogue.told["table for 2"] = error
    assert say("table for 2").promised
    for _ in range(MOST_ATTEMPTS):
        turns.finish(THREAD.id, seconds=9)
    is_failure = not isinstance(error, NoAnswerInTime)
    with database.connect() as connection:
        status = connection.execute(text("SELECT status FROM inbound")).scalar_one()
    assert status == ("failed" if is_failure else "promised")
    with database.begin() as connection:
        connection.execute(text("UPDATE inbound SET received_at = now() - interval '31 minutes'"))
    turns.finish(THREAD.id, seconds=9)
    assert len(bodies(database)) == 1, "but nothing is tried without an end"


def test_who_wants_texts_again_is_told_so_by_a_late_text_too(turns: TurnTaker, database: Engine, say: Say) -> None:
    say("STOP")
    turns.receive(THREAD, Inbound(THREAD.id, "SM1", "START"))
    turns.finish(THREAD.id, seconds=9)
    [body] = bodies(database)
    assert "STOP" not in body
