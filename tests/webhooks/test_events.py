"""The event stream: what waiting visitors receive, when, and who receives it."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.support.chat import Chat, Conversation
from tests.support.http import PLAIN
from tests.support.running import Stack, wait_until
from tests.support.watching import Watching

SLUG = "brasserie-tournesol-new-york"


def watch(talk: Conversation, **headers: str) -> Watching:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Watching(talk.opened["events"], talk.headers | more)


@pytest.fixture
def talk(chat: Chat) -> Conversation:
    return chat.open(restaurant=SLUG)


def test_whoever_waits_is_told_what_is_said_in_either_direction(talk: Conversation) -> None:
    with watch(talk) as watching:
        assert watching.received["Content-Type"].startswith("text/event-stream")
        assert watching.received["Cache-Control"] == "no-store"
        [greeting] = watching.wait_for(1)
        assert greeting["text"] == talk.opened["messages"][0]["text"]
        key = secrets.token_hex(8)
        answer = talk.post("a table please", Idempotency_Key=key).json()
        _, said, answered = watching.wait_for(3)
    assert (said["direction"], said["text"], said["key"]) == ("in", "a table please", key)
    assert "expects" not in said
    assert (answered["direction"], answered["id"]) == ("out", answer["messages"][0]["id"])
    assert {name: answered[name] for name in ("expects", "asks", "hold", "reservation")} == {
        name: answer[name] for name in ("expects", "asks", "hold", "reservation")
    }
    assert answered["now"]
    thread = {line["id"]: line for line in talk.thread()["messages"]}
    for event in (greeting, said, answered):
        assert event["event_id"] == event["id"]
        assert {name: event[name] for name in thread[event["id"]]} == thread[event["id"]]


def test_who_comes_again_is_told_only_what_is_new(talk: Conversation) -> None:
    talk.say("a table please")
    ids = [line["id"] for line in talk.thread()["messages"]]
    with watch(talk, Last_Event_ID=str(ids[1])) as watching:
        assert [event["id"] for event in watching.wait_for(1)] == [ids[2]]
        talk.say("2")
        assert [event["direction"] for event in watching.wait_for(3)] == ["out", "in", "out"]


def test_news_comes_at_once(talk: Conversation) -> None:
    waits = []
    with watch(talk) as watching:
        for number in range(5):
            talk.say("hello")
            answered = time.monotonic()
            waits.append(watching.wait_for(1 + 2 * (number + 1))[-1]["arrived"] - answered)
    assert statistics.median(waits) < 10, "without Redis they would be looked for once a minute"


def test_every_window_is_told_once(talk: Conversation) -> None:
    with watch(talk) as one, watch(talk) as other:
        talk.say("a table please")
        talk.say("2")
        ids = [[event["id"] for event in watching.wait_for(5)] for watching in (one, other)]
        time.sleep(0.3)
        assert ids[0] == ids[1] == [line["id"] for line in talk.thread()["messages"]]
        assert len(one.events) == len(other.events) == 5


def test_nobody_is_told_of_another_conversation(chat: Chat, talk: Conversation) -> None:
    other = chat.open(restaurant=SLUG)
    with watch(talk) as watching:
        watching.wait_for(1)
        other.say("hello")
        time.sleep(0.5)
        assert len(watching.events) == 1
        talk.say("hello")
        assert {event["id"] for event in watching.wait_for(3)} == {line["id"] for line in talk.thread()["messages"]}


def test_a_token_that_is_given_back_ends_its_streams(chat: Chat, talk: Conversation) -> None:
    with watch(talk) as watching:
        watching.wait_for(1)
        assert chat.client.delete(talk.path.removesuffix("/messages"), headers=talk.headers).status_code == 204
        watching.wait(lambda: watching.has_ended, "the stream ends")
    with watch(talk) as watching:
        assert watching.status == 401


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": "Bearer wrong"}, 401, "wrong_token"),
        ({"Authorization": ""}, 401, "wrong_token"),
        ({"Origin": "https://evil.example"}, 403, "origin_not_allowed"),
        ({"Origin": "null"}, 403, "origin_not_allowed"),
        ({"Last-Event-ID": "x"}, 422, "invalid_last_event_id"),
        ({"Last-Event-ID": "-1"}, 422, "invalid_last_event_id"),
        ({"Last-Event-ID": "9" * 40}, 422, "invalid_last_event_id"),
    ],
    ids=str,
)
def test_who_may_not_watch_is_told_why(talk: Conversation, headers: dict[str, str], status: int, code: str) -> None:
    answer = httpx.get(talk.opened["events"], headers=talk.headers | headers, timeout=10, **PLAIN)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_page_of_ours_may_read_the_stream_from_its_other_port(chat: Chat, stack: Stack) -> None:
    opened = chat.client.post("/api/chat/conversations", json={}, headers={"Origin": stack.base_url}).json()
    headers = {"Authorization": f"Bearer {opened['token']}", "Origin": stack.base_url}
    with Watching(opened["events"], headers) as watching:
        assert watching.status == 200
        assert watching.received["Access-Control-Allow-Origin"] == stack.base_url
    asked = httpx.options(
        opened["events"],
        headers={"Origin": stack.base_url, "Access-Control-Request-Headers": "authorization,last-event-id"},
        trust_env=False,
    )
    assert "last-event-id" in asked.headers["Access-Control-Allow-Headers"].lower()


def test_of_too_many_watchers_the_oldest_gives_way(talk: Conversation) -> None:
    with watch(talk) as oldest, ExitStack() as windows:
        oldest.wait_for(1)
        others = [windows.enter_context(watch(talk)) for _ in range(8)]
        oldest.wait(lambda: oldest.has_ended, "the oldest stream ends")
        talk.say("hello")
        for other in others:
            assert other.status == 200
            other.wait_for(3)


def test_visitors_who_wait_hold_nobody_up(chat: Chat, stack: Stack) -> None:
    """Uses more visitors than the public app has threads, all of which they would occupy."""
    with ExitStack() as windows:
        for _ in range(stack.settings.web_threads * 2 // 8 + 2):
            talk = chat.open()
            for _ in range(8):
                windows.enter_context(watch(talk))
        begin = time.monotonic()
        assert chat.open().say("hello")["messages"]
        assert time.monotonic() - begin < 30


@pytest.fixture
def both_back(stack: Stack) -> Iterator[None]:
    yield
    for name in ("redis", "events"):
        if stack.programs.account_of(name)["statename"] not in ("RUNNING", "STARTING"):
            stack.programs.start(name)
    stack.wait_until_ready()


@pytest.mark.usefixtures("both_back")
def test_what_was_said_while_redis_was_away_is_told_when_it_is_back(talk: Conversation, stack: Stack) -> None:
    with watch(talk) as watching:
        watching.wait_for(1)
        stack.programs.stop("redis")
        assert talk.say("a table please")["expects"] == "time"
        assert len(watching.events) == 1
        stack.programs.start("redis")
        assert [event["direction"] for event in watching.wait_for(3, seconds=30)] == ["out", "in", "out"]


@pytest.mark.usefixtures("both_back")
def test_without_the_stream_the_thread_can_be_read_and_afterwards_it_goes_on(talk: Conversation, stack: Stack) -> None:
    with watch(talk) as watching:
        last = watching.wait_for(1)[0]["event_id"]
        pid = stack.programs.kill("events")
        watching.wait(lambda: watching.has_ended, "the stream is cut")
    assert talk.say("a table please")["expects"] == "time"
    assert len(talk.thread()["messages"]) == 3
    stack.wait_for_another("events", pid)

    def goes_on() -> bool:
        with watch(talk, Last_Event_ID=str(last)) as again:
            return again.status == 200 and len(again.wait_for(2)) == 2

    wait_until(goes_on, "the stream is back", seconds=30)
