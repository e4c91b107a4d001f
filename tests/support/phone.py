"""A diner's phone behind Twilio: it sends signed webhooks and receives TwiML and texts from the REST API."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from xml.etree import ElementTree

import httpx
from twilio.request_validator import RequestValidator

from tests.support import lookups, replies
from tests.support.http import PLAIN
from tests.support.lookups import Booked
from tests.support.running import Stack, wait_until

TWILIO_WAITS = 15.0  # seconds until it gives up on a webhook
_CODE = re.compile(r"(\d{6}) is your code")
LATE = 60.0
"""Seconds within which a promised answer must arrive."""

_AREA_CODES = (201, 203, 207, 215, 240, 267, 301, 302, 304, 305, 315, 321, 330, 336, 339, 351, 386, 401, 407, 410)
_NUMBERS = (f"+1{area}55501{last:02d}" for area, last in product(_AREA_CODES, range(100)))


def new_number() -> str:
    """Return a unique number from the range reserved for fiction, in an eastern state."""
    return next(_NUMBERS)


def new_sid() -> str:
    """Return a random message SID."""
    return "SM" + secrets.token_hex(16)


@dataclass
class Phone:
    """Sends texts from a number to one of ours. Checks every answer against the rules for texts."""

    stack: Stack
    number: str
    to: str
    said: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of message and answer, shown when a test fails."""

    def post(self, form: dict[str, str], *, signature: str | None = None, path: str = "sms") -> httpx.Response:
        """Send a webhook with these fields, with Twilio's signature or another one."""
        right = self.signature_of(form, path) if signature is None else signature
        return httpx.post(
            f"{self.stack.base_url}/webhooks/twilio/{path}",
            data=form,
            headers=httpx.Headers({"X-Twilio-Signature": right}, encoding="utf-8"),
            timeout=TWILIO_WAITS,
            **PLAIN,
        )

    def signature_of(self, form: dict[str, str], path: str = "sms") -> str:
        """Return Twilio's signature of a webhook with these fields."""
        url = f"{self.stack.public_url}/webhooks/twilio/{path}"
        return str(RequestValidator(self.stack.auth_token).compute_signature(url, form))

    def form(self, body: str, sid: str | None = None, media: int = 0, **fields: str) -> dict[str, str]:
        """Return the webhook fields that Twilio sends for a text."""
        sid = sid or new_sid()
        return {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self.stack.account_sid,
            "From": self.number,
            "To": self.to,
            "Body": body,
            "NumMedia": str(media),
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
            **fields,
        }

    def text(self, body: str, sid: str | None = None, media: int = 0, **fields: str) -> list[str]:
        """Send a text and return the texts in the webhook's response."""
        begin = time.monotonic()
        response = self.post(self.form(body, sid, media, **fields))
        seconds = time.monotonic() - begin
        assert response.status_code == httpx.codes.OK, f"{response.status_code} to {body[:80]!r}: {response.text[:300]}"
        answers = [message.text or "" for message in ElementTree.fromstring(response.text).iter("Message")]
        self.said.append((body, " | ".join(answers)))
        assert seconds < TWILIO_WAITS, f"{seconds:.1f} s for {body[:80]!r}: Twilio has hung up"
        return [replies.check(answer) for answer in answers]

    def say(self, body: str) -> str:
        """Send a text and return the only answer, waiting for it if it is promised for later."""
        known = len(self.inbox())
        answers = self.text(body)
        assert len(answers) == 1, f"{len(answers)} answers to {body!r}: {answers}"
        if not answers[0].startswith(replies.PROMISE):
            return answers[0]
        return self.wait_for_text(known)

    def inbox(self) -> list[str]:
        """Return the texts that arrived through the REST API, oldest first."""
        return [replies.check(str(line["text"])) for line in self._thread(0.0) if line.get("via") == "rest"]

    def wait_for_text(self, known: int = 0, *, seconds: float = LATE) -> str:
        """Wait for the text that arrives after the first `known` ones."""
        until = time.monotonic() + seconds
        while len(texts := self.inbox()) <= known:
            assert time.monotonic() < until, f"no text within {seconds:.0f} s; so far: {self.said}, {texts}"
            time.sleep(0.2)
        return texts[known]

    def codes(self) -> list[str]:
        """Return the six-digit codes that arrived, oldest first."""
        return [match[1] for text in self.inbox() if (match := _CODE.match(text))]

    def wait_for_code(self, known: int = 0) -> str:
        """Wait for the code that arrives after the first `known` ones."""
        wait_until(lambda: len(self.codes()) > known, "a code comes by text")
        return self.codes()[known]

    def _thread(self, wait: float) -> list[dict[str, Any]]:
        params: dict[str, Any] = {"phone": self.number, "to": self.to, "after": 0, "wait": wait}
        answer = httpx.get(f"{self.stack.base_url}/simulator/api/threads", params=params, timeout=40, **PLAIN)
        messages: list[dict[str, Any]] = answer.raise_for_status().json()["messages"]
        return messages

    def bookings(self) -> list[Booked]:
        """Return the number's confirmed and cancelled reservations, oldest first."""
        return lookups.bookings(self.stack.database, self.number)

    def booking(self) -> Booked:
        """Return the number's only reservation."""
        found = self.bookings()
        assert len(found) == 1, f"{len(found)} bookings after {self.said}"
        return found[0]
