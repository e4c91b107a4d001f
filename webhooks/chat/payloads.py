"""The chat API's JSON for threads and answers, shared by the routes and the event stream."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from booking_engine import Clock, Restaurant, bookable_days
from bot.messages import Answer, Said, ThreadMessage

_CLIENT_KEY = "chat-"
_OWN_KEY = "http-"
_STATE = ("expects", "hold", "reservation", "asks")


def sid_of(key: str) -> str:
    """Return the id under which a message with this client message id is stored."""
    return f"{_CLIENT_KEY}{key}"


def sid_without_key(unique: str) -> str:
    """Return the id of a message that the client sent without one."""
    return f"{_OWN_KEY}{unique}"


def moment(now: datetime) -> str:
    """Format a time of the service's clock, to the millisecond."""
    return now.isoformat(timespec="milliseconds")


def answer_in_json(answer: Answer) -> dict[str, Any]:
    """Return an answer's messages, and the state of the conversation after it."""
    state = {name: getattr(answer, name) for name in _STATE}
    return {"messages": [_said(said) for said in answer.said], **state}


def _said(said: Said) -> dict[str, Any]:
    return {"id": said.seq, "text": said.text, "choices": [vars(choice) for choice in said.choices]}


def line_in_json(line: ThreadMessage, clock: Clock) -> dict[str, Any]:
    """Return a message of the thread. `key` is the client message id it was sent with; `at` is on the given clock."""
    is_client_key = line.direction == "in" and (line.sid or "").startswith(_CLIENT_KEY)
    return {
        "id": line.seq,
        "direction": line.direction,
        "text": line.text,
        "choices": line.payload.get("choices", []),
        "at": (line.at + clock.offset).isoformat(),
        "key": (line.sid or "").removeprefix(_CLIENT_KEY) if is_client_key else None,
        "reservation": line.payload.get("reservation"),
    }


def state_of(line: ThreadMessage) -> dict[str, Any] | None:
    """Return the state of the conversation after this message, or None if it is not the last one of an answer."""
    if line.direction == "in" or "expects" not in line.payload:
        return None
    return {name: line.payload.get(name) for name in _STATE}


def state_after(lines: Sequence[ThreadMessage]) -> dict[str, Any]:
    """Return the state of the conversation at the end of the thread."""
    states = (state_of(line) for line in reversed(lines))
    return next((state for state in states if state is not None), dict.fromkeys(_STATE))


def restaurant_in_json(restaurant: Restaurant | None, now: datetime) -> dict[str, Any] | None:
    """Return what a page needs to know about the conversation's restaurant."""
    if restaurant is None:
        return None
    days = bookable_days(restaurant, now)
    region = " ".join(filter(None, (restaurant.region, restaurant.postal_code)))
    address = ", ".join(filter(None, (restaurant.street, restaurant.city, region)))
    return {
        "slug": restaurant.slug,
        "name": restaurant.name,
        "city": restaurant.city,
        "phone": restaurant.phone,
        "address": address if restaurant.street else None,
        "timezone": restaurant.timezone,
        "country": restaurant.country,
        "max_party": restaurant.largest_party,
        "first_day": days.first.isoformat(),
        "last_day": days.last.isoformat(),
        "closed_days": [day.isoformat() for day in days.closed],
    }
