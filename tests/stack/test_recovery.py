"""Processes die and conversations continue. The supervisor restarts what `kill -9` has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app import create_context
from bot.conversations import sms_thread
from bot.messages import Answer, Inbound
from bot.timely_turns import OutOfTime, TimelyTurns
from tests.support import lookups, replies
from tests.support.freezing import frozen
from tests.support.http import PLAIN
from tests.support.phone import TWILIO_WAITS, Phone, new_sid
from tests.support.running import Stack, wait_until

_SOON = 15
"""Seconds. A message without a live handler is retried at once; a handler counts as dead only after 20 seconds."""


@pytest.fixture(autouse=True)
def back_to_normal(stack: Stack, phone: Phone) -> Iterator[None]:
    """Restore the service after each test, so that the next one finds it complete and tables can be released.

    Of what was killed, or ended by itself when its parent was, nothing is left, not even a zombie.
    """
    yield
    for name in ("postgres", "redis", "rasa", "actions", "web", "events", "worker"):
        if stack.programs.account_of(name)["statename"] not in ("RUNNING", "STARTING"):
            stack.programs.start(name)
    stack.wait_until_ready()
    wait_until(lambda: _zombies(stack) == [], "whatever has ended is waited for")


def _zombies(stack: Stack) -> list[psutil.Process]:
    return [child for child in psutil.Process(stack.process.pid).children(recursive=True) if _is_zombie(child)]


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_rasa_dies_amid_conversations_and_they_go_on_where_they_were(
    new_phone: Callable[..., Phone], stack: Stack
) -> None:
    """One outage for three phones: an answer to a question, two texts one after the other, and a machine."""
    phone, other, machine = new_phone(), new_phone(), new_phone()
    asked = phone.say("table for 4 at Brasserie Tournesol tomorrow")
    assert "time" in asked
    other.say("hello")
    away = "Automatic reply: I am out of the office until Monday, Dec 14."
    assert len(machine.text(away)) == 1
    assert machine.text(away) == []

    before = stack.programs.kill("rasa")
    sid, sid_of_machine = new_sid(), new_sid()
    begin = time.monotonic()
    promise = phone.text("at 7pm, my name is Ana Lima", sid)
    assert time.monotonic() - begin < 10
    assert len(promise) == 1
    assert promise[0].startswith(replies.PROMISE), promise
    assert phone.text("at 7pm, my name is Ana Lima", sid) == promise, "the same message again, the same answer"
    for text in ("table for 2 at Brasserie Tournesol tomorrow at 6pm", "my name is Ana Lima"):
        assert other.text(text)[0].startswith(replies.PROMISE)
    assert machine.text(away, sid_of_machine) == []
    assert machine.text("what have I booked?")[0].startswith(replies.PROMISE)

    answer = phone.wait_for_text()
    assert "Brasserie Tournesol, Thu, Dec 3, 7:00 PM, 4 people" in answer
    assert stack.programs.account_of("rasa")["pid"] != before
    assert replies.CODE.search(phone.say("Y"))
    assert (phone.booking().when, phone.booking().party_size) == ("2026-12-03 19:00", 4)
    assert len(phone.inbox()) == 1, "the late answer came once"

    other.wait_for_text(1)
    answers = other.inbox()
    assert "name" in answers[0]
    assert replies.CODE.search(answers[1]) or "Reply Y" in answers[1], answers
    assert len(answers) == 2

    assert "no upcoming booking" in machine.wait_for_text()
    assert machine.text(away, sid_of_machine) == []
    assert len(machine.inbox()) == 1, "the machine's text was answered by nothing later on, too"
    assert {row.status for row in lookups.inbound(stack.database, machine.number)} == {"answered", "silenced"}


def test_without_the_action_app_the_answer_is_promised_and_follows(phone: Phone, stack: Stack) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow")
    stack.programs.stop("actions")
    promise = phone.text("6pm")
    assert promise[0].startswith(replies.PROMISE), promise
    stack.programs.start("actions")
    assert "6:00 PM, 2 people" in phone.wait_for_text()
    phone.say("Ana Lima")
    assert phone.booking().when == "2026-12-03 18:00"


def test_rasa_reads_nothing_before_it_knows_the_restaurants(phone: Phone, stack: Stack) -> None:
    phone.say("hello")
    stack.programs.stop("actions")
    stack.programs.kill("rasa")
    promise = phone.text("table for 2 at Brasserie Tournesol tomorrow at 6pm")
    assert promise[0].startswith(replies.PROMISE), promise
    stack.programs.start("actions")
    assert "Brasserie Tournesol, Thu, Dec 3, 6:00 PM, 2 people" in phone.wait_for_text()


@pytest.mark.parametrize("name", ["web", "worker", "redis", "actions"])
def test_a_process_that_is_killed_comes_back_and_works(phone: Phone, stack: Stack, name: str) -> None:
    before = stack.programs.kill(name)
    stack.wait_for_another(name, before)
    stack.wait_until_ready()
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 6pm, my name is Ana Lima")
    phone.say("Y")
    assert phone.booking().status == "confirmed"
    _worker_sends(stack, phone)


def test_the_database_is_killed_and_nothing_is_lost(phone: Phone, stack: Stack) -> None:
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 6pm, my name is Ana Lima")
    stack.database.dispose()
    before = stack.programs.kill("postgres")
    answer = phone.text("Y")
    assert len(answer) == 1
    stack.wait_for_another("postgres", before)
    stack.wait_until_ready()
    wait_until(lambda: len(phone.bookings()) == 1, f"what was said to {answer} is done", seconds=_SOON)
    if answer[0].startswith(replies.PROMISE):
        assert replies.CODE.search(phone.wait_for_text())
    assert len(lookups.inbound(stack.database, phone.number)) == 2


def test_a_text_while_the_database_is_away_is_kept_and_answered(phone: Phone, stack: Stack) -> None:
    phone.say("hello")
    stack.database.dispose()
    stack.programs.stop("postgres")
    promise = phone.text("table for 2 at Brasserie Tournesol tomorrow at 6pm")
    assert promise[0].startswith(replies.PROMISE), promise
    stack.programs.start("postgres")
    begun = time.monotonic()
    assert "Brasserie Tournesol, Thu, Dec 3, 6:00 PM, 2 people" in phone.wait_for_text()
    assert time.monotonic() - begun < _SOON
    assert len(phone.inbox()) == 1


def test_what_comes_first_after_a_restart_of_the_database_is_taken(phone: Phone, stack: Stack) -> None:
    phone.say("hello")
    stack.database.dispose()
    stack.programs.stop("postgres")
    stack.programs.start("postgres")
    wait_until(lambda: _answers(stack.database), "the database is back", seconds=_SOON)
    callback = {"MessageSid": new_sid(), "MessageStatus": "delivered"}
    assert phone.post(callback, path="status").status_code == 204, "the provider does not call twice"
    sid = new_sid()
    said = phone.text("table for 2 at Brasserie Tournesol tomorrow at 6pm", sid)[0]
    log = (stack.var / "log" / "web.log").read_text().splitlines()
    failures = [line for line in log if f"dialogue failed at {sid}" in line and "no answer in time" not in line]
    assert failures == [], "a stale connection is no reason to put the diner off"
    if said.startswith(replies.PROMISE):  # a busy machine may be
        said = phone.wait_for_text()
    assert "Brasserie Tournesol, Thu, Dec 3, 6:00 PM, 2 people" in said


def _answers(database: Engine) -> bool:
    try:
        database.connect().close()
    except OperationalError:
        return False
    return True


def _worker_sends(stack: Stack, phone: Phone) -> None:
    """Wait for a text that only the worker can send: the confirmation of a chat booking."""
    from tests.support.chat import Chat

    known = len(phone.inbox())
    with Chat(stack.base_url, stack.api_key) as chat:
        talk = chat.open(restaurant="brasserie-tournesol-new-york", phone=phone.number, name="Ana Lima")
        talk.say("table for 2 on Saturday at 8pm")
        code = talk.say("yes")["reservation"]["code"]
    assert code in phone.wait_for_text(known)
    assert len(phone.inbox()) == known + 1


def test_a_worker_without_work_takes_quiet_for_no_fault(stack: Stack, phone: Phone) -> None:
    """Otherwise it would back off from Redis for longer each time, up to a minute, and texts would wait."""
    _worker_sends(stack, phone)
    time.sleep(7)  # longer than the 5-second Redis timeout of all other clients
    assert "Timeout reading from socket" not in (stack.var / "log" / "worker.log").read_text()


def test_a_database_that_hangs_keeps_nobody_waiting_and_the_answer_follows_once(phone: Phone, stack: Stack) -> None:
    asked = phone.say("table for 4 at Brasserie Tournesol tomorrow")
    assert "time" in asked
    with frozen(int(stack.programs.account_of("postgres")["pid"])):
        begin = time.monotonic()
        [promise] = phone.text("at 7pm, my name is Ana Lima")
        assert time.monotonic() - begin < TWILIO_WAITS
        assert promise.startswith(replies.PROMISE)
        ready = httpx.get(f"{stack.base_url}/readyz", timeout=10, **PLAIN)
        assert ready.json() == {"ready": True}, "a text that comes now is kept in Redis"
    assert "Brasserie Tournesol, Thu, Dec 3, 7:00 PM, 4 people" in phone.wait_for_text()
    assert replies.CODE.search(phone.say("Y"))
    assert len(phone.inbox()) == 1, "the late answer came once"


def test_reports_on_deliveries_take_no_threads_while_the_database_hangs(phone: Phone, stack: Stack) -> None:
    """An evening's reminders are reported by the thousand, and each of them can wait."""
    phone.say("hello")
    sids = [new_sid() for _ in range(2 * 2 * stack.settings.web_threads)]  # of two processes, and as many again

    def report(sid: str) -> int:
        return phone.post({"MessageSid": sid, "MessageStatus": "delivered"}, path="status").status_code

    with ThreadPoolExecutor(len(sids)) as pool:
        with frozen(int(stack.programs.account_of("postgres")["pid"])):
            reports = [pool.submit(report, sid) for sid in sids]
            wait_until(lambda: any(each.done() for each in reports), "reports are kept in Redis")
            [promise] = phone.text("table for 2 at Brasserie Tournesol tomorrow at 6pm")
            assert promise.startswith(replies.PROMISE)
        assert {each.result() for each in reports} == {204}
    wait_until(lambda: reported(stack, sids) == len(sids), "each of them is stored")
    assert "Brasserie Tournesol, Thu, Dec 3, 6:00 PM, 2 people" in phone.wait_for_text()


def reported(stack: Stack, sids: list[str]) -> int:
    """Return how many of these texts are reported on."""
    query = "SELECT count(*) AS reports FROM delivery WHERE provider_sid = ANY (:sids)"
    return int(lookups.rows(stack.database, query, sids=sids)[0].reports)


def test_what_a_hung_up_request_was_answered_follows_as_a_text(phone: Phone, stack: Stack) -> None:
    """The database hangs between the dialogue's answer and the finish: the turn is over, but nobody has heard it."""
    thread = sms_thread(phone.number, phone.to)
    turns = create_context(stack.settings).turns
    begun, go_on = Event(), Event()
    ask = turns._dialogue.take_turn

    def slowly(*args: Any, **kwargs: Any) -> Answer:
        answer = ask(*args, **kwargs)
        begun.set()
        assert go_on.wait(60)
        return answer

    turns._dialogue.take_turn = slowly  # type: ignore[method-assign]
    timely = TimelyTurns(turns, seconds=3, threads=1)
    message = Inbound(thread.id, new_sid(), "table for 2 at Brasserie Tournesol tomorrow at 5pm")
    with pytest.raises(OutOfTime):
        timely.respond(thread, message)
    assert begun.is_set()
    assert phone.inbox() == []
    go_on.set()
    assert phone.wait_for_text().startswith("I'm holding Brasserie Tournesol")
    assert phone.text(message.text, message.sid) == [], "the same message again: it was answered by that text"
    assert len(phone.inbox()) == 1
