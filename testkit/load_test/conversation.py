"""A simulated diner's connection to the service: sends messages, waits for replies, and records the thread."""

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
"""Seconds within which a promised answer must arrive."""

_PROMISE = Words().render("utter_bot_later")
_POLL_INTERVAL = 0.5  # seconds
_BETWEEN_TEXTS = 0.3  # seconds between two texts sent in a row


@dataclass
class Exchange:
    """A message and its reply. `seconds`: time until the first answer, which may have been a promise."""

    said: str
    reply: Reply | None = None
    seconds: float = 0.0
    promised: bool = False
    began: float = 0.0
    ended: float = 0.0
    error: str = ""


@dataclass
class Line(ABC):
    """One diner's conversation over one channel."""

    service: Service
    diner: Diner
    exchanges: list[Exchange] = field(default_factory=list)

    def say(self, messages: list[str]) -> Reply | None:
        """Send the messages at once and return the reply to the last one, or None if any of them got no reply."""
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
        """Wait for the promised answer, which arrives on its own or as part of the answer to another message."""
        deadline = time.monotonic() + LATE
        while time.monotonic() < deadline:
            time.sleep(_POLL_INTERVAL)
            others = (one for one in reversed(self.exchanges) if one.ended > exchange.began and not one.promised)
            if other := next((one for one in others if one.reply is not None), None):
                return other.reply
            if reply := self.late():
                return reply
        return None

    def written(self, message: str) -> str:
        """Replace the placeholder `TEXTED_CODE` with the code that was texted to the diner."""
        return (self.service.phone_code(self.diner.phone) or message) if message == TEXTED_CODE else message

    @abstractmethod
    def send(self, message: str) -> Reply | None:
        """Send a message and return the reply in the response, if any."""

    @abstractmethod
    def late(self) -> Reply | None:
        """Return the answer that has arrived after a promise, if any."""


@dataclass
class TextLine(Line):
    """A conversation by SMS, through the simulated Twilio."""

    to: str = ""
    _seen: int = 0

    def send(self, message: str) -> Reply | None:
        """Send a text and return the reply in the webhook's response, if any."""
        delivery = self.service.send_text(self.diner.phone, self.to, message, repeat=self.diner.persona.twilio_repeats)
        # Twilio's second delivery may get the answer that the first one was only promised.
        answers = [text for text in delivery.replies if text != _PROMISE]
        return read_text(answers or delivery.replies) if delivery.replies else None

    def late(self) -> Reply | None:
        """Return the texts sent through Twilio's REST API since the last call, if any."""
        lines = self.service.thread(self.diner.phone, self.to, after=self._seen)
        self._seen = max((line["id"] for line in lines), default=self._seen)
        texts = [line["text"] for line in lines if line.get("via") == "rest"]
        return read_text(texts) if texts else None


@dataclass
class ChatLine(Line):
    """A conversation over the chat API, as in the widget."""

    def __post_init__(self) -> None:
        signed_in = (
            {"phone": self.diner.phone, "name": self.diner.name} if self.diner.persona.channel == "signed_in" else {}
        )
        self._chat = self.service.open_chat(**signed_in)

    def send(self, message: str) -> Reply | None:
        """Send a chat message and return the reply, if any."""
        answer = self.service.say(self._chat, message)
        return read_answer(answer) if answer["messages"] else None

    def late(self) -> Reply | None:
        """Return what the bot has said since its last promise, if anything."""
        state = self.service.chat_state(self._chat)
        said = [line for line in state["messages"] if line["direction"] == "out"]
        promised = max((n for n, line in enumerate(said) if line["text"] == _PROMISE), default=-1)
        new = said[promised + 1 :]
        return read_answer({**state, "messages": new}) if new else None


def line_for(diner: Diner, service: Service, our_number: str) -> Line:
    """Open the conversation on the diner's channel. Raises ServiceError if a chat cannot be opened."""
    if diner.persona.channel in ("chat", "signed_in"):
        return ChatLine(service, diner)
    own = diner.desired.restaurant.sms_number if diner.persona.channel == "own_number" else None
    return TextLine(service, diner, to=own or our_number)
