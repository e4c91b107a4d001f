"""A whole run, errors included, leaves no diner's number, name or words in any log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import text

from tests.support import replies
from tests.support.chat import Chat
from tests.support.http import PLAIN
from tests.support.phone import Phone
from tests.support.running import Stack, wait_until

NAME = ("Quillon", "Featherby")
WORDS = ("zebrafish", "xylophones")
REQUEST = f"table for 2 at Brasserie Tournesol tomorrow at 6pm, we bring {WORDS[0]} and {WORDS[1]}"


def traces(found_in: str, number: str, words: Sequence[str] = (*NAME, *WORDS), *, digits: int = 7) -> list[str]:
    """Return what there is of a diner: their words, and the end of the number in any form.

    `digits`: how many of the number's; seven are without country and area code: "555-0142".
    """
    national = r"\D{0,3}".join(number[-digits:])
    return [found[0] for pattern in (national, *words) for found in re.finditer(pattern, found_in, re.IGNORECASE)]


def all_logs(stack: Stack) -> str:
    """Return all that the service's processes have logged, its databases included."""
    files = [stack.log, *sorted((stack.var / "log").iterdir())]
    return "\n".join(path.read_text(errors="replace") for path in files)


@contextmanager
def missing(stack: Stack, table: str) -> Iterator[None]:
    """Take a table away, so that every statement that needs it fails with its parameters."""
    with stack.database.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    try:
        yield
    finally:
        with stack.database.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))


@pytest.mark.parametrize(
    "written", ["+12125550142", "(212) 555-0142", "5550142", "555.01.42", "QUILLON", "zebrafishes"]
)
def test_the_search_finds_what_is_there(written: str) -> None:
    """The twin: a search that finds nothing proves nothing by itself."""
    assert traces(f"Body={written}", "+12125550142")
    assert not traces("ERROR bot.turn: message SM12 not stored", "+12125550142")


def test_no_log_knows_a_diner(stack: Stack, new_phone: Callable[..., Phone]) -> None:
    phone, refused = new_phone(number="+19195550173"), new_phone(number="+19195550164")  # unlike the service's own
    said: list[str] = []
    log = stack.var / "log"

    said.append(phone.say(f"{REQUEST}, my name is {' '.join(NAME)}"))
    said.append(phone.say("Y"))
    with missing(stack, "inbound"):  # the web process cannot store a message, and then the worker cannot either
        promise = phone.text(f"can we make it 7pm? the {WORDS[0]} are late")
        assert promise[0].startswith(replies.PROMISE)
        wait_until(lambda: "relay failed" in (log / "worker.log").read_text(), "the worker fails too")
    said.append(phone.wait_for_text(seconds=60))
    with missing(stack, "reservation_event"):  # the action app fails, so Rasa does
        promise = phone.text(f"please note that we bring {WORDS[1]}")
        wait_until(lambda: "action" in (log / "rasa.log").read_text(), "Rasa fails")
        rest = httpx.post(
            f"{stack.base_url}/api/restaurants/brasserie-tournesol-new-york/holds",
            json={"starts_at": "2026-12-04T19:00:00-05:00", "party_size": 2},
            headers={"Authorization": f"Bearer {stack.api_key}"},
            timeout=30,
            **PLAIN,
        )
        assert rest.is_server_error
    if promise[0].startswith(replies.PROMISE):
        phone.wait_for_text(1, seconds=60)
    httpx.put(
        f"{stack.base_url}/simulator/api/failures",
        json={"phone": refused.number, "kind": "refused", "code": 21211},
        **PLAIN,
    ).raise_for_status()
    stack.programs.stop("worker")
    with Chat(stack.base_url, stack.api_key) as chat:
        talk = chat.open(restaurant="brasserie-tournesol-new-york", phone=refused.number, name=" ".join(NAME))
        talk.say("table for 2 on Saturday at 8pm")
        talk.say("yes")
    with (
        stack.database.begin() as connection
    ):  # as if a worker had died while it sent: Twilio is asked for texts to this number
        doubted = "UPDATE outbox SET sending_at = created_at WHERE to_phone = :phone AND kind = 'reservation_confirmed'"
        connection.execute(text(doubted), {"phone": refused.number})
    stack.programs.start("worker")
    wait_until(lambda: "is refused for good" in (log / "worker.log").read_text(), "Twilio refuses a text")

    logs = all_logs(stack)
    for failure in ("message not stored", "relay failed", "is refused for good", "UndefinedTable"):
        assert failure in logs, f"the run went through no such failure: {said}"
    assert traces(logs, phone.number) == []
    assert traces(logs, refused.number) == []
