"""Everything at once: diners text, an evening's reminders are due, and each part is killed and frozen, the provider too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from booking_engine import Clock
from deploy.stack.launching import free_ports
from testkit.invariants import breaches
from tests.bot.conftest import ACCOUNT, TOKEN
from tests.engine.helpers import as_lines, restaurant_line
from tests.support import balancer, running
from tests.support.phone import Phone, new_number
from tests.support.running import Stack, wait_until

from . import accounts
from .accounts import Promised
from .conftest import Provider
from .parts import Schedule, second_ones
from .rows import counts, owe_reminders
from .texters import Heard, Texter

OPTED_OUT_NUMBER = "+13015550113"
"""To it the provider sends nothing: see `Mischief.draw`. Responses to its own texts arrive."""

pytestmark = pytest.mark.service  # its own


@pytest.fixture
def soaked(var_folder: Callable[[], Path], provider: Provider) -> Iterator[tuple[Stack, str, Schedule]]:
    """A service with two web processes behind a balancer and two workers, and what can be done to it, in real time."""
    front, web, other, actions, rasa, events = free_ports(6)
    url = f"http://127.0.0.1:{front}"
    stack = running.start(
        var_folder(), PORT=web, ACTIONS_PORT=actions, RASA_PORT=rasa, EVENTS_PORT=events, TABLETALK_NOW=Clock().now().isoformat(),
        PUBLIC_URL=url, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN, TWILIO_API_BASE=provider.address,
        ANSWER_WITHIN=balancer.ANSWER_WITHIN,
    )  # fmt: skip
    with second_ones(stack, var_folder(), other) as second, balancer.balancer(front, (web, other)):
        first = ("postgres", "redis", "rasa", "actions", "worker", "web")
        parts = {name: (stack.programs, name) for name in first}
        parts |= {"second worker": (second, "worker"), "second web": (second, "web")}
        yield stack, url, Schedule({**parts, "provider": provider.pid}, 0, 0)
    assert running.end_all(stack) == []


def test_a_soak_under_all_faults_loses_and_doubles_nothing(
    soaked: tuple[Stack, str, Schedule], provider: Provider, full_size: bool
) -> None:
    stack, url, schedule = soaked
    seconds, diners, pause, reminders = (600.0, 12, 3.0, 600) if full_size else (15.0, 4, 1.0, 40)
    stack.engine.import_restaurants(as_lines(restaurant_line()))
    provider.set(mischief={"share": 0.3 if full_size else 0.1, "undelivered": 0.02 if full_size else 0.0})
    owe_reminders(stack.database, reminders, late=-timedelta(hours=1), step=timedelta(seconds=seconds / reminders))
    numbers = [OPTED_OUT_NUMBER, *(new_number() for _ in range(diners))]
    texters = [Texter(Phone(stack, number, stack.sms_number), url, n, pause) for n, number in enumerate(numbers)]
    over = threading.Event()
    talking = [threading.Thread(target=texter.talk, args=(over,)) for texter in texters]
    for thread in talking:
        thread.start()
    schedule = replace(schedule, seconds_frozen=20.0 if full_size else 2.0, pause=5.0 if full_size else 0.5)
    schedule.rounds(seconds, kills=full_size)
    over.set()
    for thread in talking:
        thread.join()
    mischief = provider.state()
    provider.set(mischief=None)
    wait_until(lambda: is_quiet(stack), "all is answered and sent", seconds=900)

    heard = [each for texter in texters for each in texter.heard]
    state = mischief | provider.state()
    with stack.database.begin() as connection:
        recorded = accounts.records(connection, heard, stack.sms_number)
    print("\n" + accounts.table(heard, state, counts(stack.database), schedule.done))
    found = broken(stack, state["taken"])
    found += accounts.faults_in(heard, recorded)
    print("\n".join(["  breaches of what must hold: " + str(len(found)), *found[:50]]))
    assert found == []
    assert {part for _, part in schedule.done} == set(schedule.parts)
    assert_that_faults_would_be_found(stack, heard, recorded, state["taken"])


def broken(stack: Stack, taken: list[dict[str, str]]) -> list[str]:
    """Return what is wrong with the database, and with what the provider took."""
    with stack.database.connect() as connection:
        arrived = accounts.arrived(connection, taken)
    found = breaches(stack.database, now=Clock().now(), patience=timedelta(0), arrived=arrived)
    return [f"{breach.rule}: {breach.what}" for breach in found]


def is_quiet(stack: Stack) -> bool:
    """Whether everything is answered and sent that is due within ten minutes, and no text waits in Redis."""
    try:
        with stack.database.connect() as connection:
            waiting = connection.exec_driver_sql(_WAITING).scalar_one()
        return waiting == 0 and stack.redis.llen("tabletalk:stash") == 0
    except (OperationalError, RedisError):
        return False


_WAITING = """
    SELECT (SELECT count(*) FROM inbound WHERE status IN ('received', 'promised')) + (
        SELECT count(*) FROM outbox WHERE coalesce(sent_at, failed_at, voided_at) IS NULL
          AND next_attempt_at < now() + interval '10 minutes')
"""


def assert_that_faults_would_be_found(
    stack: Stack, heard: list[Heard], recorded: dict[str, Promised], taken: list[dict[str, str]]
) -> None:
    """The control: each kind of fault, made up in a record that has none, is found."""
    answered = next(each for each in heard if each.texts and recorded[each.sid].texts)
    made_up = {
        "no word within": replace(answered, texts=None),
        "no word": replace(answered, seconds=15.5),
        "instead of": replace(answered, texts=[]),
        "heard": replace(answered, texts=[*(answered.texts or ()), "Booked!"]),
    }
    for told, fault in made_up.items():
        assert [told in line for line in accounts.faults_in([fault], recorded)] == [True]
    assert "lost" in accounts.faults_in([answered], {answered.sid: Promised(None, ())})[0]
    assert "still" in accounts.faults_in([answered], {answered.sid: Promised("promised", ())})[0]
    for wrong in ([*taken, taken[-1]], taken[:-1], [*taken[:-1], {**taken[-1], "sid": "SM0"}]):
        assert len(broken(stack, wrong)) > 0
