"""Record a chat in the terminal."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from bot.phone_codes import typed_code
from testkit.phone_numbers import Numbers
from testkit.playback.clients import Client, NoAnswer
from testkit.recording.recorded import Arrived, Heard, Recording
from testkit.script.fields import Span, When
from testkit.script.format import Message
from testkit.service import Service

_COMMANDS: dict[str, TypeAdapter[Any]] = {"/pass": TypeAdapter(Span), "/until": TypeAdapter(When)}
_POLL_INTERVAL = 1.0  # seconds
_DELIVERY_TIME = 1.5  # seconds in which a due text reaches the phone


@dataclass
class LiveChat:
    """A diner in the terminal. `/pass 20 minutes` and `/until friday 12:00` move the clock; end of input ends the chat."""

    service: Service
    channel: str
    client: Client
    events: list[Heard | Arrived] = field(default_factory=list)
    _clock: datetime = field(init=False)
    _set_at: float = 0.0
    _asked: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, at: datetime) -> Recording:
        """Chat until the input ends and return the recording.

        Raises:
            testkit.service.ServiceError: the service does not answer.
        """
        self.client.begin(at)
        self._set(at)
        greeting = self.client.said.texts
        _show(greeting)
        stopped = threading.Event()
        listener = threading.Thread(target=self._listen, args=(stopped,), daemon=True)
        listener.start()
        while (line := _next_line()) is not None:
            self._handle(line.strip())
        stopped.set()
        listener.join()
        self._receive_texts()
        return self._recording(greeting)

    def _handle(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word in _COMMANDS:
            self._move_clock(word, rest)
            return
        at, before = self._now(), self._asked
        try:
            said = self.client.say(Message(user=line), line)
        except NoAnswer as error:
            click.echo(f"! {error}", err=True)
            return
        is_phone_code = before == "code" and typed_code(line) == self.service.phone_code(self.client.number)
        self.events.append(Heard(line, at, said.texts, expected=before, is_phone_code=is_phone_code))
        _show(said.texts)
        self._asked = said.expects
        if self.channel == "sms":
            self._asked = self.service.expects(self.client.number, self.client.to)

    def _move_clock(self, word: str, rest: str) -> None:
        now = self._now()
        try:
            wanted = _COMMANDS[word].validate_python(rest)
        except ValidationError as error:
            click.echo(f"! {word}: expected {error.errors()[0]['msg']}", err=True)
            return
        self._set(now + wanted if isinstance(wanted, timedelta) else wanted.after(now))
        self.client.set_clock(self._now())
        self.service.make_due(self.client.number, self._now())
        click.echo(f"  it is {self._now():%a %d %b %Y %H:%M} now")
        time.sleep(_DELIVERY_TIME)
        self._receive_texts(self._clock)

    def _listen(self, stopped: threading.Event) -> None:
        while not stopped.wait(_POLL_INTERVAL):
            self._receive_texts()

    def _receive_texts(self, at: datetime | None = None) -> None:
        with self._lock:
            texts = self.client.wait_for_text(0)
            self.events += [Arrived(text, at or self._now()) for text in texts]
        _show(texts)

    def _set(self, at: datetime) -> None:
        self._clock, self._set_at = at, time.monotonic()

    def _now(self) -> datetime:
        return self._clock + timedelta(seconds=time.monotonic() - self._set_at)

    def _recording(self, greeting: tuple[str, ...]) -> Recording:
        rows = [row for row in self.service.reservations(self.client.number) if row["code"]]
        slugs = dict.fromkeys(row["restaurant"]["slug"] for row in self.service.reservations(self.client.number))
        return Recording(
            channel=self.channel,
            phone=self.client.number,
            events=self.events,
            greeting=greeting,
            reservations=rows,
            restaurants=[self.service.import_line(slug) for slug in slugs],
        )


def live_chat(service: Service, channel: str) -> LiveChat:
    """Return a chat of a diner who is new to the service.

    Raises:
        testkit.service.ServiceError: the service does not answer, or has no testers' API.
    """
    our_number = str(service.config()["numbers"][0]["number"])
    number = Numbers(lambda drawn: bool(service.thread(drawn, our_number) or service.reservations(drawn))).draw()
    return LiveChat(service, channel, Client(service, "diner", channel, number, our_number))


def _next_line() -> str | None:
    try:
        return input()
    except (EOFError, KeyboardInterrupt):
        return None


def _show(texts: tuple[str, ...] | list[str]) -> None:
    for text in texts:
        click.echo(f"  < {text}".replace("\n", "\n    "))
