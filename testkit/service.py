"""A running service as its testers see it: phones, chats, the testers' clock, and a look at what was booked and sent.

Everything here goes through HTTP: the simulator's API under `/simulator/api` (development only) and the public chat API.
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

import httpx

from webhooks.simulator.phones import Delivery

_SECONDS = 60.0  # for an answer; a whole evening is booked in one request
_AT_ONCE = 64  # connections
_CODE_COMES_WITHIN = 20.0  # seconds
_LOOKS_EVERY = 0.1
_SIX_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")

Failure = Literal["refused", "undelivered"]


class ServiceError(Exception):
    """The service refused a request of a tester's, or could not be reached; the message says which and why."""


@dataclass(frozen=True)
class ChatThread:
    """A conversation of the chat API and the token that opens it."""

    id: str
    token: str
    opened: dict[str, Any]
    """The answer to the opening: `messages`, `expects`, …"""


class Service:
    """A client of the testers' API and of the chat API. Safe to share between threads.

    Every method raises `ServiceError` when the service says no or does not answer. Times are aware datetimes.
    """

    def __init__(self, base_url: str, api_key: str = "") -> None:
        self.base_url = base_url.rstrip("/")
        self._key = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
        self._client = httpx.Client(base_url=self.base_url, timeout=_SECONDS, limits=limits, trust_env=False)

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def config(self) -> dict[str, Any]:
        """`numbers`: those that can be texted, each with `number` and `label`, the service's own first; `now`: its clock."""
        return self._ask("GET", "/simulator/api/config")

    # --- clocks ---

    def set_clock(self, phone: str, to: str, at: datetime) -> None:
        """From now on it is `at` in the thread of these two numbers, and its clock ticks."""
        self._ask("PUT", "/simulator/api/clock", json={"from": phone, "to": to, "at": at.isoformat()})

    def set_chat_clock(self, conversation_id: str, at: datetime) -> None:
        """From now on it is `at` in that conversation of the chat API."""
        self._ask("PUT", "/simulator/api/clock", json={"conversation_id": conversation_id, "at": at.isoformat()})

    # --- talking ---

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
        """Text as a phone does, by way of the simulated Twilio. `repeat`: Twilio delivers it twice; a known `sid`: once more."""
        wish = {
            "from": phone,
            "to": to,
            "body": body,
            "media": media,
            "repeat": repeat,
            "sid": sid,
            "opt_out_type": opt_out_type,
        }
        answer = self._ask("POST", "/simulator/api/messages", json=wish)
        return Delivery(**{name: answer[name] for name in Delivery.__dataclass_fields__})

    def expects(self, phone: str, to: str) -> str | None:
        """What the bot waits for in the thread of these two numbers, in the chat API's words."""
        found: str | None = self._ask("GET", "/simulator/api/expects", params={"phone": phone, "to": to})["expects"]
        return found

    def thread(self, phone: str, to: str, *, after: int = 0, wait: float = 0.0) -> list[dict[str, Any]]:
        """Messages of a phone's thread with an id above `after`; waits up to `wait` seconds for the first of them."""
        params = {"phone": phone, "to": to, "after": after, "wait": wait}
        found: list[dict[str, Any]] = self._ask("GET", "/simulator/api/threads", params=params)["messages"]
        return found

    def open_chat(self, **wish: str) -> ChatThread:
        """Open a conversation of the chat API: `restaurant` (slug), `phone`, `name`, `locale`."""
        opened = self._ask("POST", "/api/chat/conversations", json=wish, headers=self._key)
        return ChatThread(opened["conversation_id"], opened["token"], opened)

    def say(self, chat: ChatThread, text: str, *, key: str | None = None) -> dict[str, Any]:
        """Say something in a chat; the answer as the chat API gives it. `key`: the Idempotency-Key of the message."""
        headers = {"Authorization": f"Bearer {chat.token}"} | ({"Idempotency-Key": key} if key else {})
        return self._ask("POST", f"/api/chat/conversations/{chat.id}/messages", json={"text": text}, headers=headers)

    def chat_messages(self, chat: ChatThread) -> list[dict[str, Any]]:
        """The whole thread of a chat."""
        found: list[dict[str, Any]] = self.chat_state(chat)["messages"]
        return found

    def chat_state(self, chat: ChatThread) -> dict[str, Any]:
        """The whole thread of a chat, and what it `expects`, its `hold` and `reservation` now."""
        headers = {"Authorization": f"Bearer {chat.token}"}
        return self._ask("GET", f"/api/chat/conversations/{chat.id}/messages", headers=headers)

    # --- restaurants and reservations ---

    def restaurant(self, slug: str) -> dict[str, Any]:
        """A restaurant as the REST API shows it."""
        return self._ask("GET", f"/api/restaurants/{slug}", headers=self._key)

    def find_restaurants(self, name: str) -> list[dict[str, Any]]:
        """Restaurants whose name is like that one, as the REST API lists them, best first."""
        answer = self._ask("GET", "/api/restaurants", params={"q": name}, headers=self._key)
        found: list[dict[str, Any]] = answer["restaurants"]
        return found

    def import_line(self, slug: str) -> dict[str, Any]:
        """A restaurant as it was imported, with defaults filled in."""
        return self._ask("GET", f"/simulator/api/restaurants/{slug}")

    def restaurants(self, *, most: int) -> list[dict[str, Any]]:
        """Up to so many restaurants, as the public list tells of them."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None and len(found) < most:
            page = self._ask("GET", "/api/restaurants", params={"cursor": cursor} if cursor else {}, headers=self._key)
            found += page["restaurants"]
            cursor = page["next_cursor"]
        return found[:most]

    def import_restaurants(self, restaurants: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Import restaurants, each as a line of the import format; all of them or none."""
        lines = "".join(json.dumps(restaurant) + "\n" for restaurant in restaurants)
        kind = {"Content-Type": "application/x-ndjson"}
        return self._ask("POST", "/simulator/api/restaurants", content=lines.encode(), headers=kind)

    def reservations(self, phone: str) -> list[dict[str, Any]]:
        """Holds and reservations of a phone, oldest first, whatever became of them."""
        answer = self._ask("GET", "/simulator/api/reservations", params={"phone": phone})
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
        """Book a table past all dialogue; `at`: the time at which it is booked."""
        wish = {
            "restaurant": restaurant,
            "starts_at": starts_at.isoformat(),
            "party_size": party_size,
            "name": name,
            "phone": phone,
            "notes": notes,
            "at": at.isoformat() if at else None,
        }
        return self._ask("POST", "/simulator/api/reservations", json=wish)

    def give_back(self, phone: str, at: datetime | None = None) -> int:
        """Cancel and release all that a phone has, without a word to anybody; how many those were."""
        params = {"phone": phone} | ({"at": at.isoformat()} if at else {})
        return int(self._ask("DELETE", "/simulator/api/reservations", params=params)["given_back"])

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
        """Book every table of a service date for an invented phone; how many reservations that took.

        `leave`: openings to keep free, each with `starts_at` ("19:00") and `party_size`.
        """
        wish = {
            "restaurant": restaurant,
            "date": day.isoformat(),
            "service_period": service_period,
            "phone": phone,
            "at": at.isoformat(),
            "leave": [dict(opening) for opening in leave],
        }
        return int(self._ask("POST", "/simulator/api/evenings", json=wish)["reservations"])

    # --- texts that the service sends by itself ---

    def outbox(self, phone: str) -> list[dict[str, Any]]:
        """Rows of the outbox for a phone, oldest first."""
        found: list[dict[str, Any]] = self._ask("GET", "/simulator/api/outbox", params={"phone": phone})["texts"]
        return found

    def phone_code(self, phone: str) -> str | None:
        """The six digits that came to a phone last, to be typed into a chat; waits for a text that is on its way."""
        until = time.monotonic() + _CODE_COMES_WITHIN
        while True:
            codes = [row for row in self.outbox(phone) if row["kind"] == "phone_code"]
            is_coming = bool(codes) and codes[-1]["status"] in ("pending", "sending")
            if not is_coming or time.monotonic() > until:
                break
            time.sleep(_LOOKS_EVERY)
        arrived = [_SIX_DIGITS.search(row["text"]) for row in codes if row["status"] == "sent"]
        return arrived[-1].group() if arrived and arrived[-1] else None

    def make_due(self, phone: str, at: datetime) -> int:
        """Unsent texts to that phone that are due by `at` become due now; how many those were."""
        return int(self._ask("POST", "/simulator/api/outbox/due", json={"phone": phone, "at": at.isoformat()})["due"])

    def fail_texts(self, phone: str, code: int, kind: Failure, times: int = 1) -> None:
        """The next `times` texts to that phone are refused by Twilio, or reported undelivered, with that error code."""
        wish = {"phone": phone, "code": code, "kind": kind, "times": times}
        self._ask("PUT", "/simulator/api/failures", json=wish)

    # --- what the dialogue did ---

    def coverage(self, phone: str, to: str) -> dict[str, list[Any]]:
        """`intents`, `actions`, `responses` and engine `errors` of the thread of these two numbers so far."""
        return self._ask("GET", "/simulator/api/coverage", params={"phone": phone, "to": to})

    def chat_coverage(self, conversation_id: str) -> dict[str, list[Any]]:
        """The same of a conversation of the chat API."""
        return self._ask("GET", "/simulator/api/coverage", params={"conversation_id": conversation_id})

    # --- the wire ---

    def is_ready(self) -> bool:
        """Whether the service can serve just now."""
        try:
            return self._client.get("/readyz", timeout=5).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            answer = self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise ServiceError(f"{method} {self.base_url}{path}: {error or type(error).__name__}") from error
        if not answer.is_success:
            raise ServiceError(f"{method} {path}: {answer.status_code} {_reason(answer)}")
        content: dict[str, Any] = answer.json()
        return content


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:300]
    return str(problem.get("detail") or problem.get("error") or problem)[:500]
