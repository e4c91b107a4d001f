"""Diners who text for as long as a test lasts, and what each of them has heard."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from xml.etree import ElementTree

import httpx

from tests.support import replies
from tests.support.http import PLAIN
from tests.support.phone import TWILIO_WAITS, Phone, new_sid

_TALKS = (
    ("table for 2 at Brasserie Tournesol on friday at {hour}pm", "Ana Lima", "Y", "make it 3 people", "cancel it"),
    ("table for 4 at Brasserie Tournesol on saturday at {hour}pm", "Y", "Leo Park", "Y", "what have I booked?"),
    ("hi", "is there parking at Cedar Staircase?", "table for 2 there on friday at {hour}pm, Mia Chen", "Y", "thanks"),
    ("what have I booked?", "cancel it", "Y", "table for 2 at Brasserie Tournesol on sunday at 7pm", "Kim Roe", "Y"),
    ("Automatic reply: I am out of the office until Monday.", "Automatic reply: I am out of the office until Monday."),
    ("", "\U0001f600", "table for 99 at Cedar Staircase tomorrow"),
)


@dataclass
class Heard:
    """What came of a text. `texts`: of the last response; None if there was none in time. `seconds`: that the slowest one took."""

    number: str
    sid: str
    said: str
    seconds: float = 0.0
    texts: list[str] | None = None
    trouble: str = ""


@dataclass
class Texter:
    """A diner who says one thing after another. Some of it comes twice, some while an answer is still awaited."""

    phone: Phone
    url: str
    seed: int
    pause: float
    heard: list[Heard] = field(default_factory=list)

    def talk(self, over: threading.Event) -> None:
        """Text until it is over."""
        dice = random.Random(self.seed)
        with ThreadPoolExecutor(4) as pool:
            while not over.is_set():
                for line in dice.choice(_TALKS):
                    asked = pool.submit(self.say, line.format(hour=dice.randint(5, 9)), twice=dice.random() < 0.05)
                    if dice.random() > 0.1:
                        asked.result()
                    if over.wait(dice.uniform(0.5, 1.5) * self.pause):
                        break

    def say(self, text: str, *, twice: bool = False) -> Heard:
        """Text, as Twilio passes it on: once, or twice where Twilio has lost the first response."""
        heard = Heard(self.phone.number, new_sid(), text)
        self.heard.append(heard)
        form = self.phone.form(text, heard.sid)
        for _ in range(1 + twice):
            begun = time.monotonic()
            try:
                response = self._post(form)
                response.raise_for_status()
                heard.texts = [one.text or "" for one in ElementTree.fromstring(response.text).iter("Message")]
            except httpx.HTTPError as error:
                heard.trouble = f"{type(error).__name__} {getattr(getattr(error, 'response', None), 'status_code', '')}"
            heard.seconds = max(heard.seconds, time.monotonic() - begun)
        return heard

    def _post(self, form: dict[str, str]) -> httpx.Response:
        headers = {"X-Twilio-Signature": self.phone.signature_of(form)}
        url = f"{self.url}/webhooks/twilio/sms"
        return httpx.post(url, data=form, headers=headers, timeout=TWILIO_WAITS, **PLAIN)


def without_promises(texts: Sequence[str]) -> list[str]:
    """Leave out the promises of an answer."""
    return [text for text in texts if not text.startswith(replies.PROMISE)]
