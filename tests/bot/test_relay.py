"""The relay: open messages become jobs, texts set aside in Redis are stored, and one thing that goes wrong stops no other."""

from __future__ import annotations

import json
import os
import pickle
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DataError, OperationalError

from booking_engine import BookingEngine, Clock
from bot import conversations, inbox_spool, jobs, messages, turn_store
from bot.counters import Counters
from bot.former_jobs import delete_former_jobs
from bot.inbox_spool import PutAside
from bot.jobs import TurnsWorker
from bot.messages import Inbound
from bot.relay import Relay
from bot.retention import Retention
from bot.secret_keys import KeyRing
from bot.settings import Settings
from tests.engine.helpers import PHONE, pass_time

from .conftest import OUR_NUMBER

Replay = Callable[[dict[str, str]], None]


class Turns:
    """Stands in for the turns, of which a job only needs to know that it was asked."""

    def __init__(self) -> None:
        self.finished: list[str] = []

    def finish(self, conversation_id: Any, *, seconds: float) -> None:
        self.finished.append(str(conversation_id))


@pytest.fixture
def stored() -> list[dict[str, str]]:
    return []


@pytest.fixture
def make_relay(database: Engine, redis: Redis, redis_address: str, clock: Clock) -> Callable[[Replay], Relay]:
    return lambda replay: Relay(database, redis, clock, Counters(redis_address), replay)


@pytest.fixture
def relay(make_relay: Callable[[Replay], Relay], stored: list[dict[str, str]]) -> Relay:
    return make_relay(stored.append)


def put_aside(redis: Redis) -> list[PutAside]:
    return inbox_spool.aside(redis)


# --- jobs ---


def receive(database: Engine, clock: Clock, *, promised: bool = False) -> conversations.Conversation:
    thread = conversations.sms_thread(PHONE, OUR_NUMBER)
    message = Inbound(thread.id, "SM1", "hello")
    turn_store.receive(database, thread, message, now=clock.now(), take=False)
    if promised:
        with database.begin() as connection:
            messages.set_status(connection, message, "promised", retry_at=clock.now())
    return thread


def test_a_message_left_behind_becomes_a_job_once(database: Engine, clock: Clock, redis: Redis, relay: Relay) -> None:
    receive(database, clock)
    queue = jobs.turns_queue(redis)
    assert relay.look()
    assert queue.job_ids == [], "its handler may still be at it"
    with database.begin() as connection:
        connection.execute(text("UPDATE inbound SET received_at = now() - interval '30 seconds'"))
    relay.look()
    relay.look()
    assert len(queue.job_ids) == 1


def test_a_promised_answer_is_due_when_its_time_has_come_and_its_job_runs(
    engine: BookingEngine, database: Engine, clock: Clock, redis: Redis, relay: Relay
) -> None:
    thread = receive(database, clock, promised=True)
    pass_time(engine, seconds=1)
    relay.look()
    turns = Turns()
    jobs.configure(cast(Any, turns))
    TurnsWorker.on(redis).work(burst=True, logging_level="WARNING")
    assert turns.finished == [str(thread.id)]


def test_a_job_that_redis_forgot_is_made_again(database: Engine, clock: Clock, redis: Redis, relay: Relay) -> None:
    receive(database, clock, promised=True)
    for _ in range(2):
        relay.look()
        assert len(jobs.turns_queue(redis).job_ids) == 1
        redis.flushall()


def test_jobs_are_json(database: Engine, clock: Clock, redis: Redis, relay: Relay) -> None:
    thread = receive(database, clock, promised=True)
    relay.look()
    (job,) = jobs.turns_queue(redis).jobs
    assert json.loads(job.data) == ["finish_turns", None, [str(thread.id)], {}]


@pytest.mark.parametrize("name", ["os.mkdir", "bot.jobs.configure", "subprocess.run", ""])
def test_a_job_that_names_anything_else_is_not_run(redis: Redis, tmp_path: Any, name: str) -> None:
    queue = jobs.turns_queue(redis)
    job = queue.enqueue("finish_turns", str(tmp_path / "made"), job_id="planted", failure_ttl=60)
    redis.hset(job.key, "data", json.dumps([name, None, [str(tmp_path / "made")], {}]))
    TurnsWorker.on(redis).work(burst=True, logging_level="CRITICAL")
    assert list(tmp_path.iterdir()) == []
    job.refresh()  # type: ignore[no-untyped-call]
    assert job.get_status() == "failed"


@pytest.mark.parametrize("field", ["success_callback_name", "failure_callback_name", "stopped_callback_name"])
def test_a_job_calls_nobody_back(redis: Redis, tmp_path: Any, field: str) -> None:
    queue = jobs.turns_queue(redis)
    turns = Turns()
    jobs.configure(cast(Any, turns))
    job = queue.enqueue("finish_turns", "0" * 32, job_id="planted", result_ttl=60)
    redis.hset(job.key, field, "tests.bot.test_relay.called_back")
    TurnsWorker.on(redis).work(burst=True, logging_level="CRITICAL")
    assert len(turns.finished) == 1
    assert CALLED_BACK == []


CALLED_BACK: list[str] = []


def called_back(job: Any, *args: Any) -> None:
    CALLED_BACK.append(job.id)


def test_a_job_that_another_worker_has_done_meanwhile_ends_no_loop(redis: Redis) -> None:
    """The relay queues a conversation again while a worker is at it, and the other worker is done first."""
    queue = jobs.turns_queue(redis)
    finished: list[str] = []

    class Deleting(Turns):
        def finish(self, conversation_id: Any, *, seconds: float) -> None:
            finished.append(str(conversation_id))
            redis.delete(queue.fetch_job(jobs.turns_job_id(conversation_id)).key)  # type: ignore[union-attr]

    jobs.configure(cast(Any, Deleting()))
    for _ in range(2):
        jobs.enqueue_turns(queue, uuid4())
    TurnsWorker.on(redis).work(burst=True, logging_level="WARNING")
    assert len(finished) == 2


def test_a_pickled_job_of_an_earlier_release_is_not_read(redis: Redis, tmp_path: Any) -> None:
    Queue(jobs.TURNS, connection=redis).enqueue("os.mkdir", str(tmp_path / "made"), job_id="old")
    TurnsWorker.on(redis).work(burst=True, logging_level="CRITICAL")
    assert list(tmp_path.iterdir()) == []
    assert jobs.turns_queue(redis).job_ids == [], "and it stops no other"


def fails(*arguments: str) -> None:
    raise RuntimeError(f"cannot send {arguments}")


def _unpacked(value: bytes) -> bytes:
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def contents(redis: Redis) -> str:
    """Return all that is in Redis, unpacked, as text."""
    found = []
    for key in redis.scan_iter("*"):
        found.append(repr([key, redis.dump(key)]))
        if redis.type(key) == b"hash":
            found += [repr(_unpacked(cast(bytes, value))) for value in redis.hgetall(key).values()]
    return "\n".join(found)


def test_what_earlier_releases_left_is_deleted_and_nothing_else(
    database: Engine, engine: BookingEngine, clock: Clock, redis: Redis, relay: Relay
) -> None:
    secret = "a-word-of-a-diner"
    for name in ("texts", jobs.TURNS):
        former = Queue(name, connection=redis)
        former.enqueue(fails, secret)
        SimpleWorker([former], connection=redis).work(burst=True, logging_level="CRITICAL")
        assert len(former.failed_job_registry) == 1, "RQ keeps it for a year"
        former.enqueue(fails, secret)
        former.enqueue_in(timedelta(days=1), fails, secret)
    assert secret in contents(redis), "this is what it is about"
    thread = receive(database, clock, promised=True)
    relay.look()
    other = redis.hset("tabletalk:counters", "texts", 1)

    assert delete_former_jobs(redis) == 6
    left = contents(redis)
    assert secret not in left
    assert "texts" not in {key.decode().split(":")[-1] for key in redis.scan_iter("rq:*")}
    assert other == redis.exists("tabletalk:counters")
    assert jobs.turns_queue(redis).job_ids == [jobs.turns_job_id(thread.id)]
    assert delete_former_jobs(redis) == 0, "there is no more to do"
    turns = Turns()
    jobs.configure(cast(Any, turns))
    TurnsWorker.on(redis).work(burst=True, logging_level="WARNING")
    assert turns.finished == [str(thread.id)]


def test_no_pickle_is_opened_to_delete_it(redis: Redis, tmp_path: Any) -> None:
    class Opens:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "made"),)

    for data in (pickle.dumps(Opens()), zlib.compress(pickle.dumps(Opens())), b"", zlib.compress(b"9" * 10_000_000)):
        redis.hset(Job.key_for("planted"), "data", data)
        assert delete_former_jobs(redis) == 1
    assert list(tmp_path.iterdir()) == []


def test_tidying_deletes_them_and_does_the_rest_without_redis(
    database: Engine, engine: BookingEngine, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    Queue("texts", connection=redis).enqueue(fails, "a word")
    keys, periods = KeyRing("a key"), Settings().periods
    assert Retention(database, engine, redis, keys, periods).tidy()["former_jobs"] == 1
    away = Retention(database, engine, Redis(port=1), keys, periods)
    assert away.tidy()["former_jobs"] == 0
    assert "stays for now" in caplog.text


# --- how much a look reads ---

_MESSAGES = """
    INSERT INTO inbound (conversation_id, sid, text, status, received_at)
    SELECT CAST(:id AS uuid), 'SM' || n, repeat('x', 60), 'answered', now() - interval '1 hour'
    FROM generate_series(1, :count) AS n
"""


def pages_read(database: Engine, bound: str = "") -> int:
    """Return how many pages the look at open messages reads. `bound`: a status that is a parameter of the plan."""
    statement = str(messages._WAITING).replace(":now", "'2040-01-01'").replace(":crashed_before", "'2040-01-01'")
    statement = statement.replace(":most", "$1").replace(f"'{bound}'", "$2")
    with database.connect() as connection:
        connection.exec_driver_sql(f"PREPARE look (bigint, text) AS {statement}")
        explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE look (40, '{bound}')"
        (plan,) = connection.exec_driver_sql(explain).scalar_one()
        connection.exec_driver_sql("DEALLOCATE look")
        connection.rollback()
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


def fill(database: Engine, clock: Clock, count: int) -> None:
    """Store that many messages, a hundred of which, all over the table, wait."""
    thread = conversations.sms_thread(PHONE, OUR_NUMBER)
    values = {"id": thread.id, "count": count}
    unhurried = create_engine(database.url, isolation_level="AUTOCOMMIT")
    with unhurried.connect() as connection:
        conversations.remember(connection, thread)
        connection.execute(text(_MESSAGES), values)
        connection.execute(text("VACUUM ANALYZE inbound"))
        connection.execute(
            text("""
                UPDATE inbound SET status = CASE WHEN n % 2 = 0 THEN 'promised' ELSE 'received' END, retry_at = received_at
                FROM generate_series(1, 100) AS n
                WHERE conversation_id = CAST(:id AS uuid) AND sid = 'SM' || n * (CAST(:count AS integer) / 100)
            """),
            values,
        )
    unhurried.dispose()


def test_a_look_reads_few_pages_however_many_messages_there_are(
    database: Engine, clock: Clock, full_size: bool
) -> None:
    fill(database, clock, 1_000_000 if full_size else 30_000)
    read = pages_read(database)
    print(f"a look reads {read} pages")
    assert read <= 100


def test_twin_with_a_bound_status_a_look_reads_the_table(database: Engine, clock: Clock) -> None:
    fill(database, clock, 30_000)
    assert pages_read(database, bound="promised") > 500


# --- texts that waited for the database ---


def test_what_waited_for_the_database_comes_in_order(redis: Redis, relay: Relay, stored: list[dict[str, str]]) -> None:
    forms = [{"MessageSid": f"SM{n}", "Body": "caf\u00e9 \U0001f600"} for n in range(5)]
    for form in forms:
        inbox_spool.put(redis, form)
    relay.look()
    assert stored == forms
    relay.look()
    assert stored == forms, "none comes twice"


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_lose_none(redis: Redis, redis_address: str, workers: int, full_size: bool) -> None:
    sids = [f"SM{n}" for n in range(20_000 if full_size else 2_000)]
    for sid in sids:
        inbox_spool.put(redis, {"MessageSid": sid})
    stored: list[str] = []

    def drain(_: int) -> None:
        with Redis.from_url(redis_address) as client:
            while client.llen("tabletalk:stash"):
                inbox_spool.drain(client, lambda form: stored.append(form["MessageSid"]))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(drain, range(workers)))
    assert set(stored) == set(sids)
    assert list(dict.fromkeys(stored)) == sids, "and they keep their order"


def test_twin_that_takes_off_whatever_comes_first_loses_some(
    redis: Redis, redis_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Redis, "lrem", lambda self, key, count, value: self.lpop(key))
    inbox_spool.put(redis, {"MessageSid": "SM1"})
    inbox_spool.put(redis, {"MessageSid": "SM2"})
    stored: list[str] = []

    def store_while_another_does(form: dict[str, str]) -> None:
        stored.append(form["MessageSid"])
        if len(stored) == 1:  # a second worker reads the same text and takes it off first
            inbox_spool.drain(Redis.from_url(redis_address), lambda form: None)

    inbox_spool.drain(redis, store_while_another_does)
    assert "SM2" not in stored


def test_a_crash_while_one_is_stored_loses_none(redis: Redis, relay: Relay, stored: list[dict[str, str]]) -> None:
    class Death(BaseException):
        pass

    def die(form: dict[str, str]) -> None:
        raise Death

    for n in range(3):
        inbox_spool.put(redis, {"MessageSid": f"SM{n}"})
    with pytest.raises(Death):
        inbox_spool.drain(redis, die)
    relay.look()
    assert [form["MessageSid"] for form in stored] == ["SM0", "SM1", "SM2"]


def test_while_the_database_is_away_a_message_stays(redis: Redis, make_relay: Callable[[Replay], Relay]) -> None:
    def fail(form: dict[str, str]) -> None:
        raise OperationalError("INSERT", {}, Exception("the connection is lost"))

    inbox_spool.put(redis, {"MessageSid": "SM1"})
    assert not make_relay(fail).look()
    kept: list[dict[str, str]] = []
    make_relay(kept.append).look()
    assert kept == [{"MessageSid": "SM1"}]
    assert put_aside(redis) == []


@pytest.mark.parametrize(
    "error", [DataError("INSERT", {}, Exception("NUL")), ValueError("no number"), KeyError("MessageSid")]
)
def test_what_cannot_be_stored_is_put_aside_with_its_reason_and_stops_nobody(
    database: Engine, clock: Clock, redis: Redis, redis_address: str, make_relay: Callable[[Replay], Relay],
    error: Exception,
) -> None:  # fmt: skip
    kept: list[str] = []

    def store(form: dict[str, str]) -> None:
        if form["MessageSid"] == "poison":
            raise error
        kept.append(form["MessageSid"])

    for sid in ("SM1", "poison", "SM2"):
        inbox_spool.put(redis, {"MessageSid": sid})
    receive(database, clock, promised=True)
    assert make_relay(store).look()
    assert kept == ["SM1", "SM2"]
    assert len(jobs.turns_queue(redis).job_ids) == 1
    [aside] = put_aside(redis)
    assert (json.loads(aside.form), aside.reason) == ({"MessageSid": "poison"}, type(error).__name__)
    assert (Counters(redis_address).read() or {})["messages_put_aside",] == 1


def test_what_is_no_json_is_put_aside_too(redis: Redis, relay: Relay, stored: list[dict[str, str]]) -> None:
    redis.rpush("tabletalk:stash", b"\xff{")
    inbox_spool.put(redis, {"MessageSid": "SM1"})
    relay.look()
    assert stored == [{"MessageSid": "SM1"}]
    assert len(put_aside(redis)) == 1
