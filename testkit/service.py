"""HTTP client for testing a running service: phones, chats, test clocks, reservations and the outbox.

It uses the simulator's API under `/simulator/api` (development only) and the public chat and REST APIs.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Any, Literal
from uuid import uuid4

import httpx

from webhooks.simulator.phones import Delivery

_TIMEOUT = 60.0  # seconds; filling an evening is one request
_MAX_CONNECTIONS = 64
_CODE_TIMEOUT = 20.0  # seconds
_POLL_INTERVAL = 0.1
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts while the service says that it cannot reach its data (503): as long as a patient diner waits."""
_SIX_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")

Failure = Literal["refused", "undelivered"]


class ServiceError(Exception):
    """The service refused a request or could not be reached. The message says which and why."""


@dataclass(frozen=True)
class ChatThread:
    """A conversation of the chat API and its access token."""

    id: str
    token: str
    opened: dict[str, Any]
    """Response to the opening request: `messages`, `expects`, …"""


class Service:
    """Client of the simulator's API and the chat API. Safe to share between threads.

    Every method raises `ServiceError` if the service refuses the request or does not answer. Times are aware datetimes.
    """

    def __init__(self, base_url: str, api_key: str = "") -> None:
        self.base_url = base_url.rstrip("/")
        self._key = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        limits = httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=_MAX_CONNECTIONS)
        self._client = httpx.Client(base_url=self.base_url, timeout=_TIMEOUT, limits=limits, trust_env=False)

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def config(self) -> dict[str, Any]:
        """Return `numbers`, each with `number` and `label`, the service's own first, and `now`, the service's clock."""
        return self._request("GET", "/simulator/api/config")

    # --- clocks ---

    def set_clock(self, phone: str, to: str, at: datetime) -> None:
        """Set the clock of the thread between two numbers to `at`. It keeps ticking from there."""
        self._request("PUT", "/simulator/api/clock", json={"from": phone, "to": to, "at": at.isoformat()})

    def set_chat_clock(self, conversation_id: str, at: datetime) -> None:
        """Set the clock of a chat conversation to `at`. It keeps ticking from there."""
        self._request("PUT", "/simulator/api/clock", json={"conversation_id": conversation_id, "at": at.isoformat()})

    # --- messages ---

    def send_text(
        self,
        phone: str,
        to: str,
        body: str,
        *,
        media: int = 0,
        repeat: bool = False,
        sid: str | None = None,
        opt_out_type: str | None = None,
    ) -> Delivery:
        """Send a text through the simulated Twilio.

        `repeat`: Twilio delivers it twice. A `sid` that was sent before is delivered again.
        """
        payload = {
            "from": phone,
            "to": to,
            "body": body,
            "media": media,
            "repeat": repeat,
            "sid": sid,
            "opt_out_type": opt_out_type,
        }
        answer = self._request("POST", "/simulator/api/messages", json=payload)
        return Delivery(**{name: answer[name] for name in Delivery.__dataclass_fields__})

    def expects(self, phone: str, to: str) -> str | None:
        """Return what the bot expects next in the thread between two numbers, as in the chat API."""
        found: str | None = self._request("GET", "/simulator/api/expects", params={"phone": phone, "to": to})["expects"]
        return found

    def thread(self, phone: str, to: str, *, after: int = 0, wait: float = 0.0) -> list[dict[str, Any]]:
        """Return the thread's messages with an id above `after`, waiting up to `wait` seconds for the first."""
        params = {"phone": phone, "to": to, "after": after, "wait": wait}
        found: list[dict[str, Any]] = self._request("GET", "/simulator/api/threads", params=params)["messages"]
        return found

    def open_chat(self, **options: str) -> ChatThread:
        """Open a chat conversation. Options: `restaurant` (slug), `phone`, `name`, `locale`."""
        opened = self._repeat("POST", "/api/chat/conversations", json=options, headers=self._key)
        return ChatThread(opened["conversation_id"], opened["token"], opened)

    def say(self, chat: ChatThread, text: str, *, key: str | None = None) -> dict[str, Any]:
        """Send a chat message and return the chat API's response.

        `key`: the Idempotency-Key of the message, one of its own by default, so that it can be sent again after a 503.
        """
        headers = {"Authorization": f"Bearer {chat.token}", "Idempotency-Key": key or str(uuid4())}
        return self._repeat("POST", f"/api/chat/conversations/{chat.id}/messages", json={"text": text}, headers=headers)

    def chat_messages(self, chat: ChatThread) -> list[dict[str, Any]]:
        """Return all messages of a chat."""
        found: list[dict[str, Any]] = self.chat_state(chat)["messages"]
        return found

    def chat_state(self, chat: ChatThread) -> dict[str, Any]:
        """Return a chat's `messages` and its current `expects`, `hold` and `reservation`."""
        headers = {"Authorization": f"Bearer {chat.token}"}
        return self._request("GET", f"/api/chat/conversations/{chat.id}/messages", headers=headers)

    # --- restaurants and reservations ---

    def restaurant(self, slug: str) -> dict[str, Any]:
        """Return a restaurant from the REST API."""
        return self._request("GET", f"/api/restaurants/{slug}", headers=self._key)

    def find_restaurants(self, name: str) -> list[dict[str, Any]]:
        """Search the REST API for restaurants by name, best match first."""
        answer = self._request("GET", "/api/restaurants", params={"q": name}, headers=self._key)
        found: list[dict[str, Any]] = answer["restaurants"]
        return found

    def import_line(self, slug: str) -> dict[str, Any]:
        """Return a restaurant in the import format, with defaults filled in."""
        return self._request("GET", f"/simulator/api/restaurants/{slug}")

    def restaurants(self, *, most: int) -> list[dict[str, Any]]:
        """Return up to `most` restaurants from the REST API's list."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None and len(found) < most:
            page = self._request(
                "GET", "/api/restaurants", params={"cursor": cursor} if cursor else {}, headers=self._key
            )
            found += page["restaurants"]
            cursor = page["next_cursor"]
        return found[:most]

    def import_restaurants(self, restaurants: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Import restaurants given in the import format, all or none of them."""
        lines = "".join(json.dumps(restaurant) + "\n" for restaurant in restaurants)
        kind = {"Content-Type": "application/x-ndjson"}
        return self._request("POST", "/simulator/api/restaurants", content=lines.encode(), headers=kind)

    def reservations(self, phone: str) -> list[dict[str, Any]]:
        """Return all holds and reservations of a phone, oldest first, in any status."""
        answer = self._request("GET", "/simulator/api/reservations", params={"phone": phone})
        found: list[dict[str, Any]] = answer["reservations"]
        return found

    def make_reservation(
        self,
        restaurant: str,
        starts_at: datetime,
        party_size: int,
        *,
        name: str,
        phone: str,
        notes: str = "",
        at: datetime | None = None,
    ) -> dict[str, Any]:
        """Book a table without a dialogue. `at`: when the reservation is made."""
        body = {
            "restaurant": restaurant,
            "starts_at": starts_at.isoformat(),
            "party_size": party_size,
            "name": name,
            "phone": phone,
            "notes": notes,
            "at": at.isoformat() if at else None,
        }
        return self._request("POST", "/simulator/api/reservations", json=body)

    def give_back(self, phone: str, at: datetime | None = None) -> int:
        """Cancel all reservations and release all holds of a phone, sending no texts. Return how many there were."""
        params = {"phone": phone} | ({"at": at.isoformat()} if at else {})
        return int(self._request("DELETE", "/simulator/api/reservations", params=params)["given_back"])

    def fill_evening(
        self,
        restaurant: str,
        day: date,
        *,
        phone: str,
        at: datetime,
        service_period: str | None = None,
        leave: Iterable[Mapping[str, Any]] = (),
    ) -> int:
        """Book every table on a service date for a made-up phone. Return the number of reservations made.

        `leave`: openings to keep available, each with `starts_at` ("19:00") and `party_size`.
        """
        body = {
            "restaurant": restaurant,
            "date": day.isoformat(),
            "service_period": service_period,
            "phone": phone,
            "at": at.isoformat(),
            "leave": [dict(opening) for opening in leave],
        }
        return int(self._request("POST", "/simulator/api/evenings", json=body)["reservations"])

    # --- outbox ---

    def outbox(self, phone: str) -> list[dict[str, Any]]:
        """Return the outbox rows of a phone, oldest first."""
        found: list[dict[str, Any]] = self._request("GET", "/simulator/api/outbox", params={"phone": phone})["texts"]
        return found

    def phone_code(self, phone: str) -> str | None:
        """Return the last verification code texted to a phone, waiting for one that is being sent."""
        deadline = time.monotonic() + _CODE_TIMEOUT
        while True:
            codes = [row for row in self.outbox(phone) if row["kind"] == "phone_code"]
            is_unsent = bool(codes) and codes[-1]["status"] in ("pending", "sending")
            if not is_unsent or time.monotonic() > deadline:
                break
            time.sleep(_POLL_INTERVAL)
        arrived = [_SIX_DIGITS.search(row["text"]) for row in codes if row["status"] == "sent"]
        return arrived[-1].group() if arrived and arrived[-1] else None

    def make_due(self, phone: str, at: datetime) -> int:
        """Make unsent texts to a phone that are due by `at` due now. Return how many there were."""
        return int(
            self._request("POST", "/simulator/api/outbox/due", json={"phone": phone, "at": at.isoformat()})["due"]
        )

    def fail_texts(self, phone: str, code: int, kind: Failure, times: int = 1) -> None:
        """Let Twilio refuse the next `times` texts to a phone, or report them undelivered, with that error code."""
        body = {"phone": phone, "code": code, "kind": kind, "times": times}
        self._request("PUT", "/simulator/api/failures", json=body)

    # --- dialogue coverage ---

    def coverage(self, phone: str, to: str) -> dict[str, list[Any]]:
        """Return the `intents`, `actions`, `responses` and engine `errors` of the thread between two numbers."""
        return self._request("GET", "/simulator/api/coverage", params={"phone": phone, "to": to})

    def chat_coverage(self, conversation_id: str) -> dict[str, list[Any]]:
        """Return the same for a chat conversation."""
        return self._request("GET", "/simulator/api/coverage", params={"conversation_id": conversation_id})

    # --- HTTP ---

    def is_ready(self) -> bool:
        """Return whether every part of the service is ready."""
        try:
            return all(self._client.get("/readyz?verbose", timeout=5).json()["parts"].values())
        except (httpx.HTTPError, ValueError, KeyError):
            return False

    def _repeat(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """Make a request that may be made twice, again while it answers 503, like a diner who taps "Try again"."""
        for pause in _PAUSES:
            answer = self._send(method, path, **request)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return self._content(answer)
            time.sleep(pause)
        return self._request(method, path, **request)

    def _request(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        return self._content(self._send(method, path, **request))

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise ServiceError(f"{method} {self.base_url}{path}: {error or type(error).__name__}") from error

    def _content(self, answer: httpx.Response) -> dict[str, Any]:
        if not answer.is_success:
            method, path = answer.request.method, answer.request.url.path
            raise ServiceError(f"{method} {path}: {answer.status_code} {_reason(answer)}")
        content: dict[str, Any] = answer.json()
        return content


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:300]
    return str(problem.get("detail") or problem.get("error") or problem)[:500]
