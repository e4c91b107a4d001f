"""An evening's reminders at once, a provider that hangs or is away, and answers that somebody waits for meanwhile."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import psutil
from redis import Redis
from sqlalchemy import Engine, text

from booking_engine import Clock
from bot import conversations, messages, turn_store, twilio_rest
from bot.messages import Inbound
from bot.settings import Settings
from tests.bot.conftest import ACCOUNT, TOKEN
from tests.support.running import wait_until

from .conftest import Provider
from .rows import answer_delays, counts, owe_answers, owe_reminders

StartWorker = Callable[..., subprocess.Popen[bytes]]

AT_ONCE, LATENCY = 32, 0.1
MOST_TIMES_IDEAL = 1.3


def rate_of_bare_requests(provider: Provider, requests: int) -> float:
    """Return how many texts a second this machine gets to the provider, 32 at once, without database and all."""
    settings = Settings(twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN, twilio_api_base=provider.address)
    twilio = twilio_rest.connect(settings, connections=AT_ONCE)

    def send(number: int) -> None:
        twilio.create(
            to=f"+1313555{number:04}", from_number="+15550100000", body="x" * 100, status_callback="http://x/"
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(send, range(AT_ONCE)))
        begun = time.monotonic()
        list(pool.map(send, range(requests)))
        return requests / (time.monotonic() - begun)


def test_all_due_texts_are_sent_once_and_answers_do_not_wait(
    database: Engine, provider: Provider, start_worker: StartWorker, full_size: bool
) -> None:
    texts = 20_000 if full_size else 600
    provider.set(seconds=LATENCY)
    bare = rate_of_bare_requests(provider, texts // 10) if full_size else 0.0
    owe_reminders(database, texts)
    start_worker(send_at_once=AT_ONCE)
    wait_until(lambda: counts(database)["sent"], "the first is sent")
    begun, answers = time.monotonic(), 0
    done = counts(database)["sent"]
    while counts(database)["open"]:
        if answers < texts // 200:
            owe_answers(database, answers)
            answers += 1
        time.sleep(0.5 if full_size else 0.05)
    seconds = time.monotonic() - begun
    state = provider.state()
    sent = Counter(one["To"] for one in state["taken"] if not one["To"].startswith("+1313"))
    assert set(sent.values()) == {1}, "none is sent twice"
    assert len(sent) == texts + answers
    assert state["most_at_once"] <= AT_ONCE + 8
    assert counts(database)["most_attempts"] == 1
    delays = answer_delays(database, state["taken"])
    ideal = (texts - done) / (AT_ONCE / LATENCY)
    print(
        f"{texts - done} texts in {seconds:.1f} s, {seconds / ideal:.2f} times the ideal; bare requests: {bare:.0f} a second"
    )
    print(f"{len(delays)} answers, after {max(delays):.2f} s at most")
    if full_size:
        assert seconds < MOST_TIMES_IDEAL * (texts - done) / min(bare, AT_ONCE / LATENCY)
        assert max(delays) < 3


def test_a_provider_that_hangs_holds_up_no_turn(
    database: Engine, provider: Provider, start_worker: StartWorker, full_size: bool
) -> None:
    texts = 500 if full_size else 60
    provider.set(hangs=True)
    owe_reminders(database, texts)
    owe_answers(database, 0, 20)
    start_worker(send_at_once=AT_ONCE)
    wait_until(lambda: provider.state()["most_at_once"] >= AT_ONCE, "as many as may be hang")
    thread = promise_an_answer(database)
    wait_until(lambda: status_of(database, thread) == "answered", "a conversation is answered meanwhile")
    assert counts(database)["sent"] == 0
    provider.set(hangs=False)
    seconds = 900 if full_size else 120  # what hung is looked up after a pause, and the breaker's pauses have grown
    wait_until(lambda: counts(database)["open"] == 0, "all are sent", seconds=seconds)
    assert counts(database)["sent"] == texts + 20
    sent = Counter(one["To"] for one in provider.state()["taken"])
    assert set(sent.values()) == {1}, "what hung was taken, and is not sent again"


def promise_an_answer(database: Engine) -> UUID:
    """Store a message of a chat that needs no Rasa, and whose answer is promised and due."""
    thread = conversations.Conversation(uuid4(), "chat")
    message = Inbound(thread.id, "client-1", " ")
    with database.begin() as connection:
        conversations.remember(connection, thread)
    turn_store.receive(database, thread, message, now=Clock().now(), take=False)
    with database.begin() as connection:
        messages.set_status(connection, message, "promised", retry_at=Clock().now())
    return thread.id


def status_of(database: Engine, conversation_id: UUID) -> str:
    """Return what came of the conversation's message."""
    with database.connect() as connection:
        query = text("SELECT status FROM inbound WHERE conversation_id = :id")
        return str(connection.execute(query, {"id": conversation_id}).scalar_one())


def test_while_the_provider_is_away_nothing_piles_up_and_then_the_oldest_go_first(
    database: Engine,
    redis: Redis,
    provider: Provider,
    start_worker: StartWorker,
    full_size: bool,
    outage_seconds: float,
) -> None:
    texts = 20_000 if full_size else 300
    useless = texts // 10
    provider.stop()
    owe_reminders(database, texts)
    owe_reminders(database, useless, late=timedelta(hours=12), prefix="+1213")
    owe_answers(database, 0, 10)
    worker = psutil.Process(start_worker(send_at_once=AT_ONCE).pid)
    wait_until(lambda: tried(database), "a text is tried", seconds=60)
    before, begun = worker.cpu_times(), time.monotonic()
    pauses, memory = watch_outage(database, redis, outage_seconds)
    after, seconds = worker.cpu_times(), time.monotonic() - begun
    share = (after.user + after.system - before.user - before.system) / seconds
    print(f"{tried(database)} texts tried in {seconds:.0f} s, {share:.1%} of a core, {memory:.1f} MB in Redis at most, "
          f"{redis.dbsize()} keys, pauses of {[round(pause, 1) for pause in pauses]} s")  # fmt: skip
    assert tried(database) < 80, "only a few try whether the provider is back"
    assert counts(database)["most_attempts"] <= 1
    assert int(redis.dbsize()) < 100
    assert memory < 50
    if full_size:
        assert share < 0.05
        assert pauses[0] < 10, "pauses begin short"
        assert pauses[-1] > 25, "and grow to about a minute"
    provider.start()
    begun = time.monotonic()
    wait_until(lambda: counts(database)["open"] == 0, "all are sent", seconds=600)
    found, taken = counts(database), provider.state()["taken"]
    print(f"afterwards, within {time.monotonic() - begun:.0f} s: {found}, {len(taken)} taken by the provider")
    assert (found["sent"], found["dropped"], found["dead"]) == (texts + 10, useless, 0)
    assert set(Counter(one["To"] for one in taken).values()) == {1}
    places = [int(one["To"].removeprefix("+12125")) for one in taken if one["To"].startswith("+12125")]
    strays = [place for n, place in enumerate(places) if abs(place - n) > 4 * AT_ONCE]
    assert len(strays) < len(places) / 20, "the oldest promises come first"


def watch_outage(database: Engine, redis: Redis, seconds: float) -> tuple[list[float], float]:
    """Watch for so long. Return the pauses between tries to send a reminder, in seconds, and the most MB in Redis."""
    until = time.monotonic() + seconds
    tries: dict[str, float] = {}
    memory = 0.0
    while time.monotonic() < until:
        with database.connect() as connection:
            version = str(connection.execute(_LAST_TRIED).scalar_one())
        tries.setdefault(version, time.monotonic())
        memory = max(memory, int(redis.info("memory")["used_memory"]) / 1e6)
        time.sleep(0.25)
    return [later - earlier for earlier, later in pairwise(tries.values())], memory


def tried(database: Engine) -> int:
    """Return how many texts were tried in vain."""
    with database.connect() as connection:
        query = "SELECT count(*) FROM outbox WHERE last_error LIKE 'unavailable%' AND dropped_at IS NULL"
        return int(connection.execute(text(query)).scalar_one())


# Each try in vain writes the row anew.
_LAST_TRIED = text("""
    SELECT max(CAST(CAST(xmin AS text) AS bigint)) FROM outbox
    WHERE kind = 'reminder' AND last_error LIKE 'unavailable%' AND dropped_at IS NULL AND claimed_until IS NULL
""")


def test_what_workers_leave_behind_is_sent_once(
    database: Engine, provider: Provider, start_worker: StartWorker, full_size: bool
) -> None:
    texts = 4000 if full_size else 400
    provider.set(seconds=LATENCY)
    owe_reminders(database, texts)
    first, second = start_worker(send_at_once=8), start_worker(send_at_once=8)
    wait_until(lambda: counts(database)["sent"] > texts // 10, "some are sent", seconds=60)
    # What a killed or frozen worker has begun is looked up when its claim has run out.
    first.send_signal(signal.SIGKILL if full_size else signal.SIGTERM)
    assert first.wait(30) == (-signal.SIGKILL if full_size else 0)
    if full_size:
        second.send_signal(signal.SIGSTOP)
        start_worker(send_at_once=8)
        wait_until(lambda: counts(database)["open"] == 0, "another has done it all", seconds=600)
        second.send_signal(signal.SIGCONT)
    wait_until(lambda: counts(database)["open"] == 0, "all are sent", seconds=120)
    state = provider.state()
    assert len(state["taken"]) == len({one["To"] for one in state["taken"]}) == counts(database)["sent"] == texts
    assert (state["lists"] > 0) == full_size, "who is asked to end leaves nothing in doubt"
    assert notices(database) == texts


def notices(database: Engine) -> int:
    """Return how many texts stand in the diners' threads."""
    with database.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM outbound")).scalar_one())
