"""A diner's end of the line: sends what is said, waits for what comes back, and keeps the thread."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from dialogue.words import Words
from testkit.load_test.diner import Diner
from testkit.load_test.replies import Reply, read_answer, read_text
from testkit.load_test.utterances import TEXTED_CODE
from testkit.service import Service, ServiceError

LATE = 90.0
"""Seconds within which a promised answer must have come."""

_PROMISE = Words().render("utter_bot_later")
_LOOKS_AGAIN = 0.5  # seconds
_BETWEEN_TEXTS = 0.3  # seconds between two messages that are one sentence


@dataclass
class Exchange:
    """A message and what came of it. `seconds` until the first answer, which may have been a promise."""

    said: str
    reply: Reply | None = None
    seconds: float = 0.0
    promised: bool = False
    began: float = 0.0
    ended: float = 0.0
    error: str = ""


@dataclass
class Line(ABC):
    """One diner's conversation."""

    service: Service
    diner: Diner
    exchanges: list[Exchange] = field(default_factory=list)

    def say(self, messages: list[str]) -> Reply | None:
        """Say it, as one or several messages at once; the reply to the last of them, None when any stays without one."""
        messages = [self.written(message) for message in messages]
        if len(messages) == 1:
            return self._exchange(messages[0])
        with ThreadPoolExecutor(len(messages)) as pool:
            pending = []
            for message in messages:
                pending.append(pool.submit(self._exchange, message))
                time.sleep(_BETWEEN_TEXTS)
            replies = [one.result() for one in pending]
        return None if None in replies else replies[-1]

    def _exchange(self, message: str) -> Reply | None:
        begin = time.perf_counter()
        exchange = Exchange(message, began=begin)
        self.exchanges.append(exchange)
        try:
            reply = self.send(message)
            exchange.ended = time.perf_counter()
            exchange.seconds = exchange.ended - begin
            if reply is not None and _PROMISE in reply.text:
                exchange.promised = True
                reply = self._wait(exchange)
        except ServiceError as error:
            exchange.error, reply = str(error), None
        exchange.reply = reply
        return reply

    def _wait(self, exchange: Exchange) -> Reply | None:
        """What was promised, once it is there: by itself, or together with the answer to another message."""
        until = time.monotonic() + LATE
        while time.monotonic() < until:
            time.sleep(_LOOKS_AGAIN)
            others = (one for one in reversed(self.exchanges) if one.ended > exchange.began and not one.promised)
            if other := next((one for one in others if one.reply is not None), None):
                return other.reply
            if reply := self.late():
                return reply
        return None

    def written(self, message: str) -> str:
        """The message with the code that the diner's phone shows by now, where it is to be typed."""
        return (self.service.phone_code(self.diner.phone) or message) if message == TEXTED_CODE else message

    @abstractmethod
    def send(self, message: str) -> Reply | None:
        """Send a message; what the response says."""

    @abstractmethod
    def late(self) -> Reply | None:
        """What has come by itself since."""


@dataclass
class TextLine(Line):
    """By SMS, through the simulated Twilio."""

    to: str = ""
    _seen: int = 0

    def send(self, message: str) -> Reply | None:
        delivery = self.service.send_text(self.diner.phone, self.to, message, repeat=self.diner.persona.twilio_repeats)
        # Twilio's repeat may bring what was only promised the first time.
        answers = [text for text in delivery.replies if text != _PROMISE]
        return read_text(answers or delivery.replies) if delivery.replies else None

    def late(self) -> Reply | None:
        lines = self.service.thread(self.diner.phone, self.to, after=self._seen)
        self._seen = max((line["id"] for line in lines), default=self._seen)
        texts = [line["text"] for line in lines if line.get("via") == "rest"]
        return read_text(texts) if texts else None


@dataclass
class ChatLine(Line):
    """Over the chat API, as the widget does."""

    def __post_init__(self) -> None:
        known = (
            {"phone": self.diner.phone, "name": self.diner.name} if self.diner.persona.channel == "signed_in" else {}
        )
        self._chat = self.service.open_chat(**known)

    def send(self, message: str) -> Reply | None:
        answer = self.service.say(self._chat, message)
        return read_answer(answer) if answer["messages"] else None

    def late(self) -> Reply | None:
        told = self.service.chat_state(self._chat)
        said = [line for line in told["messages"] if line["direction"] == "out"]
        promised = max((n for n, line in enumerate(said) if line["text"] == _PROMISE), default=-1)
        new = said[promised + 1 :]
        return read_answer({**told, "messages": new}) if new else None


def line_for(diner: Diner, service: Service, our_number: str) -> Line:
    """The line on which this diner talks. Raises ServiceError when a chat cannot be opened."""
    if diner.persona.channel in ("chat", "signed_in"):
        return ChatLine(service, diner)
    own = diner.desired.restaurant.sms_number if diner.persona.channel == "own_number" else None
    return TextLine(service, diner, to=own or our_number)
