"""A diner who asks to be forgotten is so: nothing of them is in the database, searched as a dump of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from redis import Redis
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.diners import Diners
from tests.support import replies
from tests.support.chat import Chat
from tests.support.phone import Phone
from tests.support.running import Stack, wait_until

from .test_logs import traces

NAME = ("Ottilie", "Brambleworth")  # nobody else's in this service
REQUEST = "table for 2 at Brasserie Tournesol tomorrow at 6pm, we bring a wolfhound"


def dump(stack: Stack) -> str:
    """Return all data of the service's database, every schema, as pg_dump writes it."""
    server = Path(psutil.Process(int(stack.programs.account_of("postgres")["pid"])).exe())
    url = make_url(stack.settings.database_address).set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(
        [str(server.with_name("pg_dump")), "--data-only", url], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def diners(stack: Stack) -> Diners:
    """What forgets, on the service's database, clock and keys."""
    redis = Redis.from_url(stack.settings.redis_address)
    return Diners(stack.database, stack.engine, redis, stack.engine.clock, stack.settings.for_digests)


def test_who_asks_by_text_is_forgotten(stack: Stack, new_phone: Callable[..., Phone]) -> None:
    phone = new_phone(number="+19195550138")
    phone.say(f"{REQUEST}, my name is {' '.join(NAME)}")
    assert replies.CODE.search(phone.say("Y"))
    with Chat(stack.base_url, stack.api_key) as chat:
        talk = chat.open(restaurant="brasserie-tournesol-new-york", phone=phone.number, name=" ".join(NAME))
        talk.say("table for 2 on Saturday at 8pm")
        talk.say("yes")
    phone.wait_for_text()
    assert traces(dump(stack), phone.number, (*NAME, "wolfhound"), digits=10), "the twin: a dump has it before"

    named = phone.say("please delete all my personal data")
    assert "6:00 PM" in named
    assert "8:00 PM" in named
    assert [each.status for each in phone.bookings()] == ["confirmed", "confirmed"], "nothing goes before a yes"
    assert phone.say("yes").startswith("Cancelled")
    stack.programs.stop("worker")
    with stack.database.begin() as connection:  # as if ten minutes had passed, or a hundred days
        connection.execute(text("UPDATE conversation SET forget_at = forget_at - interval '1 hour'"))
        old = "INSERT INTO delivery (provider_sid, status, received_at) VALUES ('SMold', 'sent', now() - interval '100 days')"
        connection.execute(text(old))
    stack.programs.start("worker")
    wait_until(lambda: not _is_known(stack, phone), "the worker forgets the diner", seconds=60)
    wait_until(lambda: not _has_delivery(stack, "SMold"), "the worker tidies", seconds=60)

    assert traces(dump(stack), phone.number, (*NAME, "wolfhound"), digits=10) == []
    with stack.database.connect() as connection:
        kept = connection.execute(text("SELECT status, party_size FROM reservation WHERE diner_phone = ''")).all()
        consent = connection.execute(text("SELECT opted_out, agreed_by FROM text_consent")).all()
    assert [tuple(row) for row in kept].count(("cancelled", 2)) >= 2, "the bookings stay, without a person"
    assert (False, "text") in [tuple(row) for row in consent]
    assert "table" in phone.say("hello"), "who comes back is a new diner"


def test_who_wanted_no_texts_gets_none_when_coming_back(
    stack: Stack, new_phone: Callable[..., Phone], diners: Diners
) -> None:
    phone = new_phone(number="+19195550127")
    phone.text("STOP")
    assert diners.forget(phone.number).conversations == 1
    with Chat(stack.base_url, stack.api_key) as chat:
        talk = chat.open(restaurant="brasserie-tournesol-new-york", phone=phone.number, name=" ".join(NAME))
        talk.say("table for 2 on Saturday at 8pm")
        talk.say("yes")

    def is_given_up() -> bool:
        with stack.database.connect() as connection:
            query = "SELECT last_error FROM outbox WHERE to_phone = :phone AND failed_at IS NOT NULL"
            return "the diner has opted out" in connection.scalars(text(query), {"phone": phone.number}).all()

    wait_until(is_given_up, "the confirmation is held back")
    assert phone.inbox() == []
    assert "Welcome back" in phone.text("START")[0]


def _has_delivery(stack: Stack, sid: str) -> bool:
    with stack.database.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM delivery WHERE provider_sid = :sid"), {"sid": sid}))


def _is_known(stack: Stack, phone: Phone) -> bool:
    with stack.database.connect() as connection:
        return bool(
            connection.scalar(text("SELECT count(*) FROM conversation WHERE phone = :phone"), {"phone": phone.number})
        )
