"""A database that takes no writes, has no connection left, or no room: texts are kept, told so in time, and answered once.

All with a server of their own, whose data is on a small file system, and without Rasa: a text without words needs none.
"""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psycopg
import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine, text

from app import create_app
from booking_engine import BookingEngine, Clock, create_database
from bot import inbox_spool
from bot.settings import Settings
from tests.bot.conftest import ACCOUNT, OUR_NUMBER, TOKEN
from tests.bot.test_edge import PUBLIC, post
from tests.engine.helpers import as_lines, restaurant_line
from tests.support import replies
from tests.support.running import wait_until

from .cluster import Cluster, full_disk, no_connections, no_room_for_the_log, read_only, small_disk
from .conftest import Provider
from .rows import counts, owe_reminders

StartWorker = Callable[..., subprocess.Popen[bytes]]
Outage = Callable[[Cluster], AbstractContextManager[None]]

SOON = 10.0  # seconds
FIRST, SECOND = "+14155550101", "+14155550102"


@pytest.fixture(scope="module")
def cluster(var_folder: Callable[[], Path]) -> Iterator[Cluster]:
    folder = var_folder()
    with small_disk(folder / "postgres"):
        running = Cluster(folder)
        yield running
        running.stop()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Engine]:
    """The database on the small file system, with one restaurant and nothing else."""
    engine = create_database(cluster.address, name="faults", pre_ping=True)
    BookingEngine(engine, Clock()).import_restaurants(as_lines(restaurant_line()))
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE outbox, delivery, outbound, inbound, dialogue, conversation CASCADE"))
    engine.dispose()
    yield engine
    engine.dispose()


@pytest.fixture
def client(cluster: Cluster, redis_address: str, provider: Provider, tmp_path: Path) -> Iterator[FlaskClient]:
    settings = Settings(
        tabletalk_var=tmp_path, public_url=PUBLIC, database_url=cluster.address, redis_url=redis_address,
        twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN, twilio_api_base=provider.address, rasa_port=9,
    )  # fmt: skip
    with create_app(settings).test_client() as client:
        yield client


def texted(client: FlaskClient, phone: str, sid: str) -> list[str]:
    """Send a text without words. Return what is answered, which must be soon."""
    begun = time.monotonic()
    form = {"MessageSid": sid, "From": phone, "To": OUR_NUMBER, "Body": " ", "NumMedia": "0"}
    response = post(client, "/webhooks/twilio/sms", **form)
    assert time.monotonic() - begun < SOON
    assert response.status_code == 200
    return [one.text or "" for one in ElementTree.fromstring(response.text).iter("Message")]


def is_refused(cluster: Cluster) -> type[Exception] | None:
    """Return what the database says to a text that is stored, or None if it is stored. Stores nothing."""
    try:
        with cluster.connect("tabletalk") as connection, connection.transaction(force_rollback=True):
            connection.execute(_STORE)
    except psycopg.Error as error:
        return type(error)
    return None


_STORE = """
    INSERT INTO inbound (conversation_id, sid, text, status)
    SELECT id, 'control ' || gen_random_uuid(), repeat('x', 500), 'answered' FROM conversation LIMIT 1
"""


@pytest.mark.parametrize(
    ("outage", "refusal"),
    [
        (read_only, psycopg.errors.ReadOnlySqlTransaction),
        (no_connections, psycopg.OperationalError),
        (full_disk, psycopg.errors.DiskFull),
        (no_room_for_the_log, psycopg.OperationalError),
    ],
)
def test_a_text_that_comes_meanwhile_is_kept_and_answered_once(
    cluster: Cluster,
    database: Engine,
    redis: Redis,
    client: FlaskClient,
    provider: Provider,
    start_worker: StartWorker,
    outage: Outage,
    refusal: type[Exception],
) -> None:
    [answer] = texted(client, FIRST, "SM1")
    assert not answer.startswith(replies.PROMISE)
    assert is_refused(cluster) is None, "the control: without the outage a text is stored"
    provider.set(seconds=0.3)
    owe_reminders(database, 100)
    start_worker(send_at_once=4)
    wait_until(lambda: counts(database)["sent"] > 5, "texts are being sent", seconds=60)
    database.dispose()

    with outage(cluster):
        assert is_refused(cluster) is refusal
        told = [texted(client, SECOND, sid) for sid in ("SM2", "SM3", "SM2")]
        assert all(one[0].startswith(replies.PROMISE) for one in told), told
        report = {"MessageSid": "SM9", "MessageStatus": "delivered"}
        begun = time.monotonic()
        assert post(client, "/webhooks/twilio/status", **report).status_code == 204
        assert time.monotonic() - begun < SOON
        assert client.get("/readyz").status_code == 200, "a text that comes now is kept"
        assert is_refused(cluster) is refusal

    wait_until(lambda: done(database) == (0, 0), "all is answered and sent", seconds=120)
    taken = Counter((one["To"], one["Body"]) for one in provider.state()["taken"])
    assert taken.pop((SECOND, answer)) == 2, "each of the two texts is answered, once"
    assert set(taken.values()) == {1}, "no reminder is sent twice"
    assert len(taken) == 100, "and none is lost"
    assert found(database, "SELECT sid, status FROM inbound ORDER BY sid") == [
        ("SM1", "answered"), ("SM2", "answered"), ("SM3", "answered"),
    ]  # fmt: skip
    assert ("SM9", "delivered") in found(database, "SELECT provider_sid, status FROM delivery")
    assert inbox_spool.aside(redis) == []
    assert texted(client, FIRST, "SM1") == [answer], "the same message again, the same answer"


def found(database: Engine, query: str) -> list[Any]:
    """Return the rows of a query."""
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def done(database: Engine) -> tuple[int, int] | None:
    """Return how many texts are to be answered and sent, or None while the database is not back."""
    try:
        waiting = found(database, "SELECT count(*) FROM inbound WHERE status IN ('received', 'promised')")[0][0]
        return waiting, counts(database)["open"]
    except Exception:
        return None
