"""The diners of a script. Each has a phone number, a channel, and a thread."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from testkit.playback.checks import Said
from testkit.script.expectations import Reply
from testkit.script.format import Message
from testkit.service import ChatThread, Service, ServiceError

_LONG_POLL = 5.0  # seconds that one request waits for new messages


class NoAnswer(Exception):
    """A message did not get a proper answer."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected = expected
        self.found = found


@dataclass
class Client:
    """One diner in one thread. `to`: the service's number in that thread."""

    service: Service
    name: str
    channel: str
    number: str
    to: str
    chat_options: dict[str, str] = field(default_factory=dict)
    """Parameters for opening a chat."""
    chat: ChatThread | None = None
    said: Said = field(default_factory=Said)
    """The answer to the last message."""
    _last: tuple[str, str, Message, Said] | None = None
    _seen: int = 0

    def begin(self, at: datetime | None) -> None:
        """Open the chat, if this is one, and set the thread's clock unless `at` is None."""
        if self.channel == "chat":
            self.chat = self.service.open_chat(**self.chat_options)
            self.said = _said_in_chat(self.chat.opened)
        if at is not None:
            self.set_clock(at)

    def set_clock(self, at: datetime) -> None:
        """Set the thread's test clock."""
        if self.chat is not None:
            self.service.set_chat_clock(self.chat.id, at)
        if self.channel == "sms":
            self.service.set_clock(self.number, self.to, at)

    def say(self, message: Message, words: str) -> Said:
        """Send a message and return the answer. Safe to call concurrently for one diner.

        Raises:
            NoAnswer: the service returned an error, or repeated deliveries got different answers.
        """
        sid = ("MM" if message.media else "SM") + secrets.token_hex(16)
        said = self._deliver(sid, words, message, message.times)
        self._last = (sid, words, message, said)
        return said

    def repeat(self, times: int) -> Said:
        """Deliver the last message again, as Twilio does on a retry, and return the answer.

        Raises:
            NoAnswer: there is no last message, or the answer differs from the first one.
        """
        if self._last is None:
            raise NoAnswer("a message that can be repeated", "none")
        sid, words, message, before = self._last
        said = self._deliver(sid, words, message, times)
        if said.texts != before.texts:
            raise NoAnswer(f"the same answer again: {before.text or 'none'}", said.text or "no answer")
        return said

    def _deliver(self, sid: str, words: str, message: Message, times: int) -> Said:
        if times == 1:
            return self._send(sid, words, message)
        with ThreadPoolExecutor(times) as threads:
            answers = list(threads.map(lambda _: self._send(sid, words, message), range(times)))
        for other in answers[1:]:
            if other.texts != answers[0].texts:
                raise NoAnswer(f"the same answer each time: {answers[0].text or 'none'}", other.text or "no answer")
        return answers[0]

    def _send(self, sid: str, words: str, message: Message) -> Said:
        begin = time.perf_counter()
        if self.chat is not None:
            said = _said_in_chat(self.service.say(self.chat, words, key=sid))
        else:
            done = self.service.send_text(
                self.number, self.to, words, media=message.media, sid=sid, opt_out_type=message.opt_out_type
            )
            if done.status != HTTPStatus.OK:
                raise NoAnswer("HTTP status 200 from the webhook", str(done.status))
            said = Said(tuple(done.replies))
        return replace(said, elapsed_ms=round((time.perf_counter() - begin) * 1000))

    def answer_to(self, wanted: Reply) -> Said:
        """Return the last answer. For SMS, `expects` is queried only when `wanted` checks it."""
        if self.chat is None and wanted.expects is not None:
            return replace(self.said, expects=self.service.expects(self.number, self.to))
        return self.said

    def wait_for_text(self, seconds: float) -> list[str]:
        """Return the unsolicited texts since the last call, waiting up to `seconds` for the first one."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            texts = self._texts(max(0.0, min(left, _LONG_POLL)))
            if texts or left <= 0:
                return texts

    def _texts(self, wait: float) -> list[str]:
        news = self.service.thread(self.number, self.to, after=self._seen, wait=wait)
        if news:
            self._seen = news[-1]["id"]
        return [str(line["text"]) for line in news if line.get("via") == "rest"]

    def coverage(self) -> dict[str, list[Any]]:
        """Return what the dialogue has done in this thread; empty if there was no dialogue."""
        try:
            if self.chat is not None:
                return self.service.chat_coverage(self.chat.id)
            return self.service.coverage(self.number, self.to)
        except ServiceError:
            return {}


def _said_in_chat(answer: dict[str, Any]) -> Said:
    texts = [
        "\n".join([message["text"], *(f"{choice['text']} {choice['label']}" for choice in message.get("choices", []))])
        for message in answer["messages"]
    ]
    return Said(tuple(texts), answer["expects"])
