"""An answer in time even when the database hangs: the turn goes on in a thread of its own, and the request does not wait."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone

from bot.conversations import Conversation
from bot.messages import Answer, Inbound
from bot.turn import Caller, TurnTaker

logger = logging.getLogger(__name__)

_GRACE = 0.5  # seconds that a turn may be late
_HANGING = 4  # turns that may hang for each thread that serves requests


class OutOfTime(Exception):
    """The turn is not done yet, and it is not known whether the message is stored. The turn goes on."""


class TimelyTurns:
    """Takes turns with a deadline that depends on nothing but this process. Safe to share between threads."""

    def __init__(self, turns: TurnTaker, *, seconds: float, threads: int) -> None:
        """`seconds`: for a turn. `threads`: of the server, each of which waits for one turn at a time."""
        self._turns = turns
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(threads * (1 + _HANGING), thread_name_prefix="turn")

    def respond(self, conversation: Conversation, message: Inbound, caller: Caller | None = None) -> Answer:
        """Return the answer to a message, or a promise of one. An answer that comes after the deadline is sent as a text.

        Raises what `TurnTaker.respond` does, and OutOfTime.
        """
        caller = caller or Caller()
        answering = self._pool.submit(self._turns.respond, conversation, message, seconds=self._seconds, caller=caller)
        try:
            return answering.result(self._seconds + _GRACE)
        except NotDone:
            answering.add_done_callback(lambda late: self._say_later(late, conversation, message, caller))
            raise OutOfTime from None

    def _say_later(self, late: Future[Answer], conversation: Conversation, message: Inbound, caller: Caller) -> None:
        """Hand over to the outbox what the response to the request would have said. Runs in the turn's thread."""
        if late.exception() is not None:
            return  # nothing was answered, so the worker will
        # The client of a repeat that hung up has it from the request that found it, and was not told to wait by this one.
        is_owed = not (late.result().is_repeat and caller.has_hung_up())
        try:
            self._turns.say_later(conversation.id, message.sid, caller.id, is_owed=is_owed)
        except Exception:
            logger.exception("the late answer to %s is not sent", message.sid)
