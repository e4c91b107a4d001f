"""Each text is sent exactly once, whatever the provider and the network do. Real HTTP, real PostgreSQL, the real outbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from booking_engine import BookingEngine, Clock, outbox
from bot import conversations, sending_lane
from bot.send_rate import SendRate
from bot.sender import MOST_ATTEMPTS, Attempt, Routed
from bot.sending_lane import SendingLane
from tests.engine.helpers import PHONE, as_lines, book, evening, pass_time, restaurant_line
from tests.support.running import wait_until
from tests.support.sending import finish, send_due
from tests.support.twilio_server import Trouble, TwilioServer

from .conftest import OUR_NUMBER

LEASE = timedelta(seconds=45)
CUT = Trouble(0)
ANOTHER_PHONE = "+14155550188"


def queue(database: Engine, clock: Clock, body: str = "Good evening", phone: str = PHONE, **more: Any) -> UUID:
    with database.begin() as connection:
        return outbox.enqueue_text(
            connection,
            to_phone=phone,
            conversation_id=more.get("conversation_id"),
            payload={"body": body},
            due_at=clock.now(),
            dedupe_id=None,
        )


def row(database: Engine) -> Any:
    with database.connect() as connection:
        return connection.execute(text("SELECT * FROM outbox ORDER BY created_at DESC")).one()


def bodies(twilio: TwilioServer) -> list[str]:
    return [taken["Body"] for taken in twilio.taken]


def test_a_text_is_sent_and_noted(database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer) -> None:
    queue(database, clock, body="Good evening\n1 7:00 PM")
    assert send_due(lane) == 1
    assert [(t["To"], t["From"], t["Body"]) for t in twilio.taken] == [(PHONE, OUR_NUMBER, "Good evening\n1 7:00 PM")]
    assert twilio.taken[0]["StatusCallback"].endswith("/webhooks/twilio/status")
    assert row(database).provider_sid == twilio.taken[0]["sid"]
    assert row(database).sent_at is not None
    assert send_due(lane) == 0


@pytest.mark.parametrize("status", [500, 503])
def test_a_text_that_was_taken_and_answered_by_a_fault_is_looked_up_and_not_sent_again(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer, status: int
) -> None:
    queue(database, clock)
    twilio.troubles = [Trouble(status, 20500, takes=True)]
    send_due(lane)
    assert row(database).sent_at is None, "nobody knows yet"
    assert send_due(lane) == 0, "not at once"
    pass_time(engine, seconds=11)
    assert send_due(lane) == 1
    assert (twilio.lists, len(twilio.taken)) == (1, 1)
    assert row(database).provider_sid == twilio.taken[0]["sid"]


@pytest.mark.parametrize("trouble", [CUT, Trouble(500, 20500)])
def test_a_text_that_was_not_taken_is_sent_after_asking(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer, trouble: Trouble
) -> None:
    queue(database, clock)
    twilio.troubles = [trouble]
    send_due(lane)
    assert twilio.taken == []
    pass_time(engine, seconds=11)
    send_due(lane)
    assert twilio.lists == 1
    assert len(twilio.taken) == 1
    assert row(database).sent_at is not None


@pytest.mark.parametrize("trouble", [Trouble(500, 20500), CUT, Trouble(0, takes=True)])
def test_pauses_grow_and_end(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer, trouble: Trouble
) -> None:
    queue(database, clock)
    twilio.always = trouble
    pauses = []
    for _ in range(MOST_ATTEMPTS - 1):
        assert send_due(lane) == 1
        pauses.append(round((row(database).retry_at - clock.now()).total_seconds()))
        assert row(database).failed_at is None
        twilio.taken.clear()  # the provider forgets it, so that it cannot be found
        pass_time(engine, seconds=pauses[-1] + 1)
    assert send_due(lane) == 1
    assert twilio.attempts == MOST_ATTEMPTS
    assert pauses == sorted(pauses)
    assert pauses[0] == 10
    assert pauses[-1] == 3600
    assert "fate unknown" in row(database).last_error
    assert row(database).failed_at is not None
    assert row(database).dropped_at is None, "somebody should look at it"
    pass_time(engine, hours=9)
    assert send_due(lane) == 0


@pytest.mark.parametrize("code", [21211, 21614, 30006])
def test_a_number_that_cannot_be_texted_is_given_up_at_once(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer, code: int
) -> None:
    queue(database, clock)
    twilio.troubles = [Trouble(400, code)]
    send_due(lane)
    pass_time(engine, hours=2)
    assert send_due(lane) == 0
    assert twilio.attempts == 1
    assert str(code) in row(database).last_error
    assert row(database).dropped_at is None, "somebody should look at it"


@pytest.mark.parametrize("trouble", [Trouble(429, 20429), Trouble(400, 21611), Trouble(401, 20003)])
def test_what_is_not_the_texts_fault_counts_for_nothing(
    database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer, trouble: Trouble
) -> None:
    queue(database, clock)
    twilio.troubles = [trouble] * (MOST_ATTEMPTS + 2)
    for _ in range(MOST_ATTEMPTS + 2):
        assert send_due(lane) == 1
    assert (row(database).attempts, row(database).failed_at) == (0, None)
    send_due(lane)
    assert (twilio.lists, len(twilio.taken)) == (0, 1), "it was certainly not taken, so nobody needs to ask"


def test_a_provider_that_throttles_is_left_alone_for_as_long_as_it_says(
    database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    for n in range(3):
        queue(database, clock, f"text {n}", f"+1415555{n:04}")
    twilio.always = Trouble(429, 20429, retry_after=40)
    assert send_due(lane) == 3
    now = time.monotonic()
    assert (lane.breaker.allowance(1, now + 39), lane.breaker.allowance(1, now + 40)) == (0, 1)
    assert lane.step(0) == 0
    twilio.always = None
    assert send_due(lane) == 3
    assert sorted(bodies(twilio)) == ["text 0", "text 1", "text 2"]


def test_after_an_opt_out_nothing_more_is_sent(
    database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    thread = conversations.sms_thread(PHONE, OUR_NUMBER)
    with database.begin() as connection:
        conversations.remember(connection, thread)
    queue(database, clock, conversation_id=thread.id)
    twilio.troubles = [Trouble(400, 21610)]
    send_due(lane)
    queue(database, clock, "And another", conversation_id=thread.id)
    send_due(lane)
    assert twilio.attempts == 1
    with database.begin() as connection:
        known = conversations.find(connection, thread.id)
        assert known is not None
        assert known.opted_out
        conversations.note(connection, thread.id, opted_out=False)
    queue(database, clock, "Welcome back", conversation_id=thread.id)
    send_due(lane)
    assert bodies(twilio) == ["Welcome back"]


def test_a_crash_between_sending_and_noting_sends_once(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    queue(database, clock)
    with database.begin() as connection:
        outbox.claim_due(connection, uuid4(), priority=0, now=clock.now(), limit=1, lease=LEASE)
    twilio.take({"To": PHONE, "From": OUR_NUMBER, "Body": "Good evening"})  # the worker dies here
    assert send_due(lane) == 0, "somebody else may still be at it"
    pass_time(engine, seconds=46)
    assert send_due(lane) == 1
    assert len(twilio.taken) == 1
    assert row(database).provider_sid == twilio.taken[0]["sid"]


def test_another_text_to_the_same_phone_is_not_taken_for_this_one(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    twilio.take({"To": PHONE, "From": OUR_NUMBER, "Body": "Something else"})
    queue(database, clock)
    twilio.troubles = [CUT]
    send_due(lane)
    pass_time(engine, seconds=11)
    send_due(lane)
    assert bodies(twilio) == ["Something else", "Good evening"]


def test_an_equal_text_that_was_sent_before_is_not_taken_for_this_one(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    queue(database, clock)
    send_due(lane)
    queue(database, clock)
    twilio.troubles = [CUT]
    send_due(lane)
    pass_time(engine, seconds=11)
    send_due(lane)
    assert bodies(twilio) == ["Good evening"] * 2
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(DISTINCT provider_sid) FROM outbox")).scalar_one() == 2


def test_texts_to_one_phone_keep_their_order_and_others_do_not_wait_for_them(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    for part in ("first", "second"):
        queue(database, clock, part)
    twilio.troubles = [Trouble(500, 20500)]
    send_due(lane)
    queue(database, clock, "to another", ANOTHER_PHONE)
    send_due(lane)
    assert bodies(twilio) == ["to another"]
    pass_time(engine, seconds=11)
    send_due(lane)
    assert bodies(twilio) == ["to another", "first", "second"]


def test_a_confirmation_is_written_in_the_restaurants_own_time(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    restaurant = engine.restaurant("larder")
    made = book(engine, restaurant, evening(restaurant), notify=True)
    send_due(lane)
    [sent] = twilio.taken
    assert sent["To"] == PHONE
    assert "Larder" in sent["Body"]
    assert "Sat, Dec 5, 7:00 PM" in sent["Body"]
    assert made.code in sent["Body"]
    with database.connect() as connection:
        stored = connection.execute(text("SELECT provider_sid, text FROM outbound")).one()
    assert tuple(stored) == (sent["sid"], sent["Body"]), "it stands in the diner's thread"


def test_a_thread_that_begins_with_a_notice_is_about_the_restaurant_whose_number_it_is(
    engine: BookingEngine, database: Engine, lane: SendingLane, twilio: TwilioServer
) -> None:
    own = "+15550100077"
    slug = "own-number"
    engine.import_restaurants(as_lines(restaurant_line(slug=slug, sms_number=own)))
    book(engine, engine.restaurant(slug), evening(engine.restaurant(slug)), notify=True)
    send_due(lane)
    assert twilio.taken[0]["From"] == own
    with database.connect() as connection:
        thread = conversations.find(connection, conversations.sms_thread(PHONE, own).id)
    assert thread is not None
    assert (thread.restaurant, thread.address) == (slug, None), "nobody has texted in it yet"


# --- what cannot be sent, and what has lost its use ---


@pytest.mark.parametrize(
    "payload",
    [
        '{"restaurant": {"slug": "gone"}, "starts_at": "2040-01-01T00:00:00+00:00"}',
        '{"restaurant": "gone"}',
        '{"restaurant": null, "body": 1}',
        "{}",
    ],
)
def test_a_text_that_cannot_be_worded_is_put_aside_and_stops_nobody(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer, payload: str
) -> None:
    queue(database, clock, phone=ANOTHER_PHONE)
    odd = "UPDATE outbox SET kind = 'reservation_confirmed', payload = CAST(:payload AS jsonb)"
    with database.begin() as connection:
        connection.execute(text(odd), {"payload": payload})
    queue(database, clock)
    send_due(lane)
    assert bodies(twilio) == ["Good evening"]
    with database.connect() as connection:
        (dead,) = connection.execute(text("SELECT * FROM outbox WHERE failed_at IS NOT NULL")).all()
    assert "cannot be worded" in dead.last_error
    assert dead.dropped_at is None
    assert send_due(lane) == 0, "it is not tried again"


def test_a_text_that_takes_its_worker_down_with_it_is_given_up(
    database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    queue(database, clock)
    with database.begin() as connection:
        connection.execute(text("UPDATE outbox SET attempts = :most, sending_at = now()"), {"most": MOST_ATTEMPTS})
    send_due(lane)
    assert twilio.attempts == 0
    assert "never finished" in row(database).last_error
    assert (row(database).failed_at is not None, row(database).dropped_at) == (True, None)


def test_a_fault_of_ours_is_tried_again_and_ends(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(lane.sender, "attempt", fail)
    queue(database, clock)
    attempts = 0
    for _ in range(MOST_ATTEMPTS + 2):
        attempts += send_due(lane)
        pass_time(engine, hours=1, seconds=1)
    assert attempts == MOST_ATTEMPTS
    assert row(database).failed_at is not None


def test_what_came_of_a_text_is_kept_while_the_database_is_away(
    database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = queue(database, clock)
    assert lane.step(0) == 1
    wait_until(lambda: twilio.taken, "it is sent")

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("the connection is lost"))

    with monkeypatch.context() as away:
        away.setattr(outbox, "settle", refuse)
        with pytest.raises(OperationalError):
            lane.step(30)
    lane.step(0)  # there is nothing to wait for
    assert not lane.is_busy
    assert (row(database).id, row(database).provider_sid) == (message_id, twilio.taken[0]["sid"])
    assert len(twilio.taken) == 1


@pytest.mark.parametrize(
    ("hour", "late", "is_of_use"),
    [(18, timedelta(hours=3, minutes=1), False), (21, timedelta(hours=2, minutes=59), True)],
)
def test_a_reminder_past_its_time_is_dropped(
    engine: BookingEngine, database: Engine, lane: SendingLane, twilio: TwilioServer,
    hour: int, late: timedelta, is_of_use: bool,
) -> None:  # fmt: skip
    restaurant = engine.restaurant("larder")
    book(engine, restaurant, evening(restaurant, hour))
    engine.clock.offset += row(database).due_at - engine.clock.now() + late
    send_due(lane)
    assert len(twilio.taken) == is_of_use
    if not is_of_use:
        assert row(database).failed_at == row(database).dropped_at is not None
        assert row(database).last_error == "the booking has begun"


def test_an_answer_that_is_too_old_is_dropped_and_counted(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    queue(database, clock)
    pass_time(engine, hours=6, seconds=1)
    send_due(lane)
    assert twilio.taken == []
    assert row(database).dropped_at is not None
    assert (lane.counters.read() or {})["texts", "text", "dropped"] == 1


# --- at once, in lanes, at a rate ---


def test_as_many_are_sent_at_once_as_the_setting_says(
    database: Engine, clock: Clock, make_lane: Callable[..., SendingLane], twilio: TwilioServer
) -> None:
    for n in range(40):
        queue(database, clock, f"text {n}", f"+1415555{n:04}")
    twilio.hang()
    lane = make_lane(at_once=6)
    assert lane.step(0) == 8, "no more are claimed than can be sent soon"
    wait_until(lambda: twilio.at_once == 6, "six are being sent")
    assert lane.step(0) == 0
    twilio.go_on()
    assert finish(lane, 8) == 40
    assert twilio.most_at_once == 6
    assert sorted(bodies(twilio)) == sorted(f"text {n}" for n in range(40))


def test_a_claim_is_kept_while_a_text_is_being_sent(
    engine: BookingEngine, database: Engine, clock: Clock, make_lane: Callable[..., SendingLane], twilio: TwilioServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(sending_lane, "_HEARTBEAT", 0.0)
    queue(database, clock)
    twilio.hang()
    lane, another = make_lane(), make_lane()
    assert lane.step(0) == 1
    pass_time(engine, seconds=44)
    lane.step(0)
    pass_time(engine, seconds=44)
    assert another.step(0) == 0
    twilio.go_on()
    finish(lane)
    assert len(twilio.taken) == 1


def test_twin_without_a_heartbeat_another_worker_takes_over(
    engine: BookingEngine, database: Engine, clock: Clock, make_lane: Callable[..., SendingLane], twilio: TwilioServer
) -> None:
    queue(database, clock)
    twilio.hang()
    lane, another = make_lane(), make_lane()
    assert lane.step(0) == 1
    wait_until(lambda: twilio.taken, "it has been sent, which nobody has said yet")
    pass_time(engine, seconds=46)
    assert another.step(0) == 1
    twilio.go_on()
    finish(lane)
    finish(another)
    assert len(twilio.taken) == 1, "who takes over asks first"


def test_what_was_claimed_long_ago_is_not_sent(
    database: Engine, clock: Clock, make_lane: Callable[..., SendingLane], twilio: TwilioServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A worker that was frozen after it had claimed a text leaves it to others."""
    monkeypatch.setattr(sending_lane, "_LEASE", timedelta(0))
    queue(database, clock)
    lane = make_lane()
    assert lane.step(0) == 1
    lane.step(5)
    assert twilio.attempts == 0


def test_the_claim_is_looked_at_when_the_request_is_ready(
    database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer
) -> None:
    queue(database, clock)
    attempt, asked = lane.sender.attempt, []

    def attempt_too_late(routed: Routed, is_ours: Callable[[], bool]) -> Attempt:
        def has_run_out() -> bool:
            asked.append(is_ours())
            return False

        return attempt(routed, has_run_out)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lane.sender, "attempt", attempt_too_late)
        send_due(lane)
    assert asked == [True]
    assert (twilio.attempts, twilio.taken) == (0, [])


def test_answers_do_not_wait_for_reminders(
    engine: BookingEngine, database: Engine, clock: Clock, make_lane: Callable[..., SendingLane], twilio: TwilioServer
) -> None:
    with database.begin() as connection:
        connection.execute(
            text("""
                INSERT INTO outbox (id, kind, to_phone, payload, due_at, created_at, next_attempt_at)
                SELECT gen_random_uuid(), 'reminder', '+1415556' || n, '{}', :now, :now, :now
                FROM generate_series(1000, 1019) AS n
            """),
            {"now": clock.now() - timedelta(hours=1)},
        )
    queue(database, clock)
    one_for_all = make_lane(priorities=(0, 1, 2), at_once=1)
    assert one_for_all.step(0) == 1
    finish(one_for_all)
    assert bodies(twilio) == ["Good evening"], "the answer comes first"
    twilio.hang()
    notices, answers = make_lane(priorities=(1, 2)), make_lane(priorities=(0,))
    queue(database, clock, "late answer")
    notices.step(0)
    assert answers.step(0) == 1, "its lane has room, whatever hangs in the other"
    twilio.go_on()


def test_a_rate_per_number_is_kept_by_all_workers_together(
    engine: BookingEngine, database: Engine, clock: Clock, make_lane: Callable[..., SendingLane], twilio: TwilioServer
) -> None:
    for n in range(10):
        queue(database, clock, f"text {n}", f"+1415555{n:04}")
    lanes = [make_lane(rate="3/hour"), make_lane(rate="3/hour")]
    for _ in range(3):
        for lane in lanes:
            send_due(lane)
    assert len(twilio.taken) == 3
    with database.connect() as connection:
        waiting = connection.execute(
            text("SELECT retry_at, attempts, sending_at FROM outbox WHERE sent_at IS NULL")
        ).all()
    assert all(r.retry_at > clock.now() and r.attempts == 0 and r.sending_at is None for r in waiting)
    assert len({r.retry_at for r in waiting}) > 1, "they do not all come back at once"


def test_without_redis_a_worker_counts_alone(
    database: Engine, clock: Clock, make_lane: Callable[..., SendingLane], twilio: TwilioServer
) -> None:
    for n in range(5):
        queue(database, clock, f"text {n}", f"+1415555{n:04}")
    lane = make_lane()
    lane.rate = SendRate("3/hour", "redis://127.0.0.1:9")
    send_due(lane)
    assert len(twilio.taken) == 3


def test_an_hour_of_refused_connections_costs_little_and_then_the_oldest_go_first(
    database: Engine, clock: Clock, make_lane: Callable[..., SendingLane], twilio: TwilioServer
) -> None:
    for n in range(12):
        queue(database, clock, f"text {n}", f"+1415555{n:04}")
    lane = make_lane(at_once=1)
    port = int(twilio.address.rpartition(":")[2])
    twilio.close()
    assert finish(lane, lane.step(0)) == 1
    for _ in range(50):
        assert lane.step(0) == 0, "the breaker is open"
    with database.connect() as connection:
        touched = connection.execute(text("SELECT count(*) FROM outbox WHERE last_error IS NOT NULL")).scalar_one()
        counted = connection.execute(text("SELECT max(attempts) FROM outbox")).scalar_one()
    assert (touched, counted) == (1, 0)
    again = TwilioServer(twilio.account_sid, twilio.auth_token, port=port)
    try:
        assert send_due(lane) == 12
        assert bodies(again) == [f"text {n}" for n in range(12)]
    finally:
        again.close()
