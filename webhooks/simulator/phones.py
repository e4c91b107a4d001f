"""The simulated phones: a text goes the same way as through Twilio, with a valid signature."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import httpx
from redis.exceptions import RedisError
from twilio.request_validator import RequestValidator

from bot.rendering import segments
from bot.settings import Settings
from webhooks.simulator.inbox import Inbox

_TWILIO_WAITS = 15.0  # seconds until it gives up on a webhook


@dataclass(frozen=True)
class Delivery:
    """Result of a text: the webhook's status and the texts in its response."""

    sid: str
    status: int
    replies: list[str]
    elapsed_ms: int


class Phones:
    """Sends texts as diners' phones would. Safe to share between threads."""

    def __init__(self, settings: Settings, inbox: Inbox) -> None:
        self._settings = settings
        self._inbox = inbox
        self._validator = RequestValidator(settings.auth_token)
        self._client = httpx.Client(timeout=_TWILIO_WAITS, trust_env=False)

    def text(
        self,
        phone: str,
        our_number: str,
        body: str,
        *,
        media: int = 0,
        times: int = 1,
        sid: str | None = None,
        opt_out_type: str | None = None,
    ) -> Delivery:
        """Send a text `times` times with one MessageSid, and add it and the replies to the phone's thread.

        A `sid` that was sent before counts as Twilio's retry: only lines that the thread lacks are added. If Redis is
        down, the thread stays unchanged, but the text is still answered.

        Raises:
            httpx.HTTPError: the webhook is unreachable or times out.
        """
        known = self._lines_of(sid, phone, our_number) if sid else []
        sid = sid or ("MM" if media else "SM") + secrets.token_hex(16)
        if not known:
            self._show(phone, our_number, _sent_line(sid, body, has_media=media > 0))
        begin = time.perf_counter()
        responses = [self._post(sid, phone, our_number, body, media, opt_out_type) for _ in range(times)]
        elapsed = int((time.perf_counter() - begin) * 1000)
        replies = _replies(responses)
        shown_before = {line["text"] for line in known if line["direction"] == "out"}
        for reply in replies:
            if reply not in shown_before:
                self._show(phone, our_number, _received_line(sid, reply))
        return Delivery(sid, responses[0].status_code, replies, elapsed)

    def _lines_of(self, sid: str, phone: str, our_number: str) -> list[dict[str, Any]]:
        with suppress(RedisError):
            return [line for line in self._inbox.read(phone, our_number, after=0, wait=0) if line["sid"] == sid]
        return []

    def _show(self, phone: str, our_number: str, line: dict[str, Any]) -> None:
        with suppress(RedisError):
            self._inbox.add(phone, our_number, line)

    def _post(
        self, sid: str, phone: str, our_number: str, body: str, media: int, opt_out_type: str | None
    ) -> httpx.Response:
        path = "/webhooks/twilio/sms"
        form = {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self._settings.account_sid,
            "From": phone,
            "To": our_number,
            "Body": body,
            "NumMedia": str(media),
            "NumSegments": str(max(1, segments(body))),
            "ApiVersion": "2010-04-01",
            **({"OptOutType": opt_out_type} if opt_out_type else {}),
        }
        signature = self._validator.compute_signature(self._settings.public_address + path, form)
        return self._client.post(
            self._settings.local_address + path, data=form, headers={"X-Twilio-Signature": signature}
        )


def _sent_line(sid: str, body: str, *, has_media: bool) -> dict[str, Any]:
    shown = body or ("(a picture)" if has_media else "")
    return {"direction": "in", "text": shown, "sid": sid, "status": "sent", "segments": max(1, segments(shown))}


def _received_line(sid: str, reply: str) -> dict[str, Any]:
    return {"direction": "out", "text": reply, "sid": sid, "status": "received", "segments": segments(reply)}


def _replies(responses: Sequence[httpx.Response]) -> list[str]:
    """Return the texts to show. A repeated answer is shown once; a different one is a bug and must be visible."""
    answers = [_texts(response) for response in responses if response.status_code == httpx.codes.OK]
    return [text for n, texts in enumerate(answers) if n == 0 or texts != answers[0] for text in texts]


def _texts(response: httpx.Response) -> list[str]:
    root = ElementTree.fromstring(response.text)  # noqa: S314 - our own response
    return [message.text or "" for message in root.iter("Message")]
