"""Fixtures for the bot's tests: a real PostgreSQL, a real Redis, and a server that speaks Twilio's REST API."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotThere
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, create_database
from bot import twilio_rest
from bot.counters import Counters
from bot.phone_codes import PhoneCodes
from bot.secret_keys import KeyRing
from bot.send_rate import SendRate
from bot.sender import Sender
from bot.sending_lane import SendingLane
from bot.settings import Settings
from deploy.stack.embedded import redis_command
from dialogue.words import Languages
from tests.engine.conftest import copy_database, server_url, template_url
from tests.engine.helpers import as_lines, clock_at, restaurant_line
from tests.support.running import wait_until
from tests.support.twilio_server import TwilioServer

__all__ = ["copy_database", "server_url", "template_url"]

ACCOUNT, TOKEN = "AC" + "0" * 32, "token-of-the-tests"
OUR_NUMBER = "+15550100000"


@pytest.fixture
def clock() -> Clock:
    """A Tuesday noon (UTC) in December 2026."""
    return clock_at("2026-12-01T12:00+00:00")


@pytest.fixture(scope="module")
def module_database(copy_database: Callable[[], str]) -> Iterator[Engine]:
    """A migrated database with one restaurant."""
    engine = create_database(copy_database(), name="bot tests")
    BookingEngine(engine, Clock()).import_restaurants(as_lines(restaurant_line()))
    yield engine
    engine.dispose()


@pytest.fixture
def database(module_database: Engine) -> Iterator[Engine]:
    """A database without conversations and reservations."""
    yield module_database
    with module_database.begin() as connection:
        connection.execute(
            text("TRUNCATE outbox, delivery, outbound, inbound, dialogue, conversation, hold_code CASCADE")
        )


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    """A server that speaks Twilio's REST API."""
    server = TwilioServer(ACCOUNT, TOKEN)
    yield server
    server.close()


@pytest.fixture
def engine(database: Engine, clock: Clock) -> BookingEngine:
    """The booking engine on the test's database and clock."""
    return BookingEngine(database, clock)


@pytest.fixture
def codes() -> PhoneCodes:
    """Phone codes under a test secret."""
    return PhoneCodes(KeyRing("a secret of the tests"), KeyRing("another"))


@pytest.fixture
def sender(database: Engine, engine: BookingEngine, clock: Clock, twilio: TwilioServer, codes: PhoneCodes) -> Sender:
    """A sender that talks to the Twilio server."""
    settings = Settings(twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN, twilio_api_base=twilio.address)
    return Sender(
        database,
        engine,
        twilio_rest.connect(settings),
        Languages(),
        clock,
        codes,
        our_number=OUR_NUMBER,
        status_callback="http://127.0.0.1/webhooks/twilio/status",
    )


@pytest.fixture
def make_lane(
    database: Engine, sender: Sender, clock: Clock, redis: Redis, redis_address: str
) -> Iterator[Callable[..., SendingLane]]:
    """Lanes for all texts, which do not run by themselves. `rate`: per sending number."""
    made: list[SendingLane] = []

    def make(at_once: int = 4, rate: str = "", priorities: tuple[int, ...] = (0, 1, 2)) -> SendingLane:
        lane = SendingLane(
            "test", priorities, database, sender, clock, SendRate(rate, redis_address), Counters(redis_address), at_once
        )
        made.append(lane)
        return lane

    yield make
    for lane in made:
        lane.stop()


@pytest.fixture
def lane(make_lane: Callable[..., SendingLane]) -> SendingLane:
    """A lane for all texts, which does not run by itself."""
    return make_lane()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[tuple[Redis, str]]:
    """The Redis that the service embeds, started with the same command."""
    with tempfile.TemporaryDirectory(prefix="tt-redis-") as folder:
        settings = Settings(tabletalk_var=Path(folder), redis_url="")
        process = subprocess.Popen(redis_command(settings).arguments, stdout=subprocess.DEVNULL)
        client = Redis.from_url(f"unix://{settings.redis_socket}")

        def answers() -> bool:
            try:
                return bool(client.ping())
            except NotThere:
                time.sleep(0.05)
                return False

        try:
            wait_until(answers, "Redis answers")
            yield client, f"unix://{settings.redis_socket}"
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def redis(redis_server: tuple[Redis, str]) -> Redis:
    """An empty Redis."""
    client, _ = redis_server
    client.flushall()
    return client


@pytest.fixture
def redis_address(redis_server: tuple[Redis, str]) -> str:
    """The URL of that Redis."""
    return redis_server[1]
