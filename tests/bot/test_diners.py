"""Exporting and forgetting a diner. Real PostgreSQL; the whole service is in tests/stack/test_forgetting.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from redis import Redis
from redis.exceptions import ConnectionError as NotThere
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, InvalidRequest, Reservation, StillBooked
from bot import consents, conversations, diners, inbox_spool, turn_store
from bot.diners import FORGOTTEN_AFTER, Diners
from bot.messages import Answer, Inbound, Said
from bot.secret_keys import KeyRing
from bot.sender import Sender
from bot.sending_lane import SendingLane
from bot.settings import Settings
from deploy.commands import cli
from tests.engine.helpers import PHONE, book, evening
from tests.support.sending import send_due
from tests.support.twilio_server import TwilioServer

from .conftest import OUR_NUMBER
from .test_sender import queue

ANA, BEN = "+12125550142", "+12125550143"
KEYS = KeyRing("a key of the tests")


ASKED_ON_A_HOLD = """
    INSERT INTO hold_code (hold_id, code_id, phone, name, notes, issued_at, expires_at)
    VALUES ('1-1-1', gen_random_uuid(), :phone, 'Quillon', :notes, now(), now())
"""


@pytest.fixture
def forgetting(database: Engine, engine: BookingEngine, redis: Redis, clock: Clock) -> Iterator[Diners]:
    """What exports and forgets."""
    yield Diners(database, engine, redis, clock, KEYS)
    with database.begin() as connection:
        connection.execute(text("TRUNCATE reservation, reservation_event, table_quarter, diner_booking, text_consent"))


def say(
    database: Engine, clock: Clock, phone: str, words: str, *, opted_out: bool = False
) -> conversations.Conversation:
    """Text the bot, which answers."""
    thread = conversations.sms_thread(phone, OUR_NUMBER)
    message = Inbound(thread.id, f"SM-{words}", words)
    turn = turn_store.receive(database, thread, message, now=clock.now())
    assert turn is not None
    answer = Answer((Said(f"You said {words}."),), state={"slots": {"state": {"notes": words, "phone": phone}}})
    outcome = turn_store.Outcome("answered", 0, clock.now(), None, carried_by=message.sid)
    turn_store.finish(database, turn, message, answer, outcome)
    with database.begin() as connection:
        conversations.note(connection, thread.id, opted_out=opted_out)
    return thread


def everything(database: Engine) -> str:
    """Return every row of every table as text."""
    with database.connect() as connection:
        tables = connection.scalars(
            text(
                "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema = 'public'"
            )
        ).all()
        return "\n".join(
            row for table in tables for row in connection.scalars(text(f"SELECT t::text FROM {table} AS t"))
        )


def booked(engine: BookingEngine, phone: str, hour: int = 19, **given: Any) -> Reservation:
    """Book a table in the evening."""
    place = engine.restaurant("larder")
    return book(engine, place, evening(place, hour), phone=phone, notify=True, **{"name": "Quillon Featherby", **given})


def test_who_is_expected_is_not_forgotten(
    forgetting: Diners, engine: BookingEngine, database: Engine, clock: Clock
) -> None:
    say(database, clock, ANA, "zebrafish")
    booking = booked(engine, ANA)
    before = everything(database)
    with pytest.raises(StillBooked) as expected:
        forgetting.forget(ANA)
    assert [each.code for each in expected.value.reservations] == [booking.code]
    assert everything(database) == before


def test_nothing_of_a_diner_is_left_but_bookings_without_a_person(
    forgetting: Diners, engine: BookingEngine, database: Engine, clock: Clock
) -> None:
    say(database, clock, ANA, "zebrafish")
    say(database, clock, BEN, "xylophone")
    gone, other = booked(engine, ANA), booked(engine, BEN, 21, name="Ben")
    place = engine.restaurant("larder")
    hold = engine.place_hold(
        place, starts_at=evening(place, 17), party_size=2, command_id="h", channel="sms", diner_phone=ANA
    )
    engine.confirm_hold(hold.id, name="Ben", phone=BEN, command_id="c", channel="sms", notify=False)
    engine.change_reservation(
        gone.code, notes="zebrafish", name="Quillon F", command_id="x", channel="sms", notify=True
    )
    engine.cancel_reservation(gone.code, command_id="y", channel="sms", notify=True)
    with database.begin() as connection:
        connection.execute(
            text("INSERT INTO kept_answer (key_digest, fingerprint, status, body) VALUES ('k', 'f', 201, :body)"),
            {"body": json.dumps({"code": gone.code, "diner_name": "Quillon", "diner_phone": ANA})},
        )
        connection.execute(text(ASKED_ON_A_HOLD), {"phone": ANA, "notes": "zebrafish"})
    assert "zebrafish" in everything(database), "the twin: it is found before"
    assert ANA in everything(database)

    done = forgetting.forget("+1 (212) 555-0142")
    assert (done.bookings, done.conversations) == (1, 1)
    left = everything(database)
    for trace in (ANA[1:], "555-0142", "Quillon F", "zebrafish"):
        assert trace not in left, trace
    kept = engine.reservation(gone.code)
    assert (kept.status, kept.party_size, kept.starts_at) == ("cancelled", 2, gone.starts_at)
    assert (kept.diner_name, kept.diner_phone) == ("", "")
    assert "xylophone" in left
    assert engine.reservation(other.code).diner_phone == BEN
    assert len(engine.reservations_of(BEN)) == 2
    assert forgetting.forget(ANA) == diners.Forgotten(0, 0), "twice is once"


def test_a_number_that_a_stranger_typed_is_forgotten_too(forgetting: Diners, database: Engine, clock: Clock) -> None:
    """In the stranger's chat; if another phone was verified there, the rest of that chat stays."""
    for name, verified in (("nobody's", None), ("ben's", BEN)):
        chat = conversations.Conversation(uuid4(), "chat", phone=verified)
        with database.begin() as connection:
            conversations.remember(connection, chat)
        for n, words in enumerate(("it's (212) 555-0142", f"no, {name}")):
            turn_store.receive(database, chat, Inbound(chat.id, f"m{n}", words), now=clock.now(), take=False)
        with database.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO phone_code (conversation_id, id, phone, issued_at, expires_at)"
                    " VALUES (:id, gen_random_uuid(), :phone, now(), now())"
                ),
                {"id": chat.id, "phone": ANA},
            )
    assert forgetting.forget(ANA).conversations == 1
    left = everything(database)
    assert "5550142" not in left
    assert "555-0142" not in left
    assert "nobody's" not in left
    assert "ben's" in left


@pytest.mark.parametrize("opted_out", [True, False])
def test_who_wanted_no_texts_gets_none_after_being_forgotten(
    forgetting: Diners,
    database: Engine,
    engine: BookingEngine,
    clock: Clock,
    sender: Sender,
    lane: SendingLane,
    twilio: TwilioServer,
    opted_out: bool,
) -> None:
    thread = say(database, clock, PHONE, "hello", opted_out=opted_out)
    sender._codes._for_digests = KeyRing("new", *KEYS.keys)  # under a former key, too
    forgetting.forget(PHONE)
    with database.connect() as connection:
        row = connection.execute(text("SELECT * FROM text_consent")).one()
    assert (row.opted_out, row.agreed_by) == (opted_out, "text")
    assert row.thread_digest == consents.digests(KEYS, thread.id)[0]
    queue(database, clock)
    send_due(lane)
    assert len(twilio.taken) == (0 if opted_out else 1)


def test_a_request_by_text_is_met_once_its_answer_is_out(
    forgetting: Diners, database: Engine, engine: BookingEngine, clock: Clock
) -> None:
    thread = say(database, clock, ANA, "delete my data")
    say(database, clock, BEN, "hello")
    with database.begin() as connection:
        diners.request(connection, thread.id, clock.now())
    assert forgetting.forget_requested() == 0
    clock.offset += FORGOTTEN_AFTER
    assert forgetting.forget_requested() == 1
    left = everything(database)
    assert ANA not in left
    assert BEN in left
    assert forgetting.forget_requested() == 0


def test_who_books_again_meanwhile_is_forgotten_when_that_is_over(
    forgetting: Diners, database: Engine, engine: BookingEngine, clock: Clock
) -> None:
    thread = say(database, clock, ANA, "delete my data")
    with database.begin() as connection:
        diners.request(connection, thread.id, clock.now())
    booking = booked(engine, ANA)
    clock.offset += FORGOTTEN_AFTER
    assert forgetting.forget_requested() == 0
    assert engine.reservation(booking.code).diner_phone == ANA
    clock.offset += booking.ends_at - clock.now() + timedelta(seconds=1)
    assert forgetting.forget_requested() == 0
    clock.offset += FORGOTTEN_AFTER
    assert forgetting.forget_requested() == 1
    assert ANA not in everything(database)
    assert engine.reservation(booking.code).diner_phone == ""


def test_an_export_has_all_that_is_known(
    forgetting: Diners, database: Engine, engine: BookingEngine, clock: Clock
) -> None:
    say(database, clock, ANA, "zebrafish")
    say(database, clock, BEN, "xylophone")
    booking = booked(engine, ANA)
    with database.begin() as connection:
        connection.execute(text(ASKED_ON_A_HOLD), {"phone": ANA, "notes": "quokka"})
    document = forgetting.export(ANA)
    assert [(each["name"], each["notes"]) for each in document["unverified"]] == [("Quillon", "quokka")]
    assert json.loads(json.dumps(document)) == document
    assert document["phone"] == ANA
    assert [(each["code"], each["name"]) for each in document["bookings"]] == [(booking.code, "Quillon Featherby")]
    [conversation] = document["conversations"]
    assert [(each["direction"], each["text"]) for each in conversation["messages"]] == [
        ("in", "zebrafish"),
        ("out", "You said zebrafish."),
    ]
    assert [each["kind"] for each in document["texts"]] == ["reservation_confirmed", "reminder"]
    assert "xylophone" not in json.dumps(document)


def test_texts_that_could_not_be_stored_are_exported_and_forgotten(forgetting: Diners, redis: Redis) -> None:
    mexican = "+525512345678"
    for sender in (ANA, BEN, mexican.replace("+52", "+521")):
        inbox_spool.put_aside(redis, json.dumps({"From": sender, "Body": f"zebrafish of {sender}"}), ValueError())
    inbox_spool.put_aside(redis, f"From={ANA} and no JSON", ValueError())
    assert ["zebrafish" in each["form"] for each in forgetting.export(ANA)["not_stored"]] == [True, False]
    forgetting.forget(ANA)
    forgetting.forget(mexican)
    [left] = inbox_spool.aside(redis)
    assert BEN in left.form


def test_without_redis_a_diner_is_not_said_to_be_forgotten(
    forgetting: Diners, database: Engine, engine: BookingEngine, redis: Redis, clock: Clock
) -> None:
    thread = say(database, clock, ANA, "zebrafish")
    inbox_spool.put_aside(redis, json.dumps({"From": ANA}), ValueError())
    with database.begin() as connection:
        diners.request(connection, thread.id, clock.now())
    clock.offset += diners.FORGOTTEN_AFTER
    with pytest.raises(NotThere):
        Diners(database, engine, Redis(port=1), clock, KEYS).forget_requested()
    assert forgetting.forget_requested() == 1, "it is tried again"
    assert inbox_spool.aside(redis) == []


def test_what_is_no_number_is_refused(forgetting: Diners) -> None:
    for wrong in ("Ana", "", "555"):
        with pytest.raises(InvalidRequest):
            forgetting.forget(wrong)
        with pytest.raises(InvalidRequest):
            forgetting.export(wrong)


@pytest.fixture
def run(forgetting: Diners, database: Engine, engine: BookingEngine, clock: Clock, redis: Redis) -> Any:
    """Run a command on the test's database."""

    def context(settings: Settings) -> Any:
        return SimpleNamespace(database=database, engine=engine, clock=clock, redis=redis, settings=settings)

    return lambda *words, say="": CliRunner().invoke(cli, list(words), obj=context, input=say)


def test_the_command_names_what_is_booked_and_cancels_after_a_yes_only(
    run: Any, database: Engine, engine: BookingEngine, clock: Clock
) -> None:
    say(database, clock, ANA, "zebrafish")
    booking = booked(engine, ANA)
    refused = run("diners", "forget", ANA, say="n\n")
    assert booking.code in refused.output
    assert refused.exit_code == 1
    assert engine.reservation(booking.code).status == "confirmed"
    assert "zebrafish" in everything(database)
    done = run("diners", "forget", ANA, say="y\n")
    assert done.exit_code == 0, done.output
    assert engine.reservation(booking.code).status == "cancelled"
    assert "zebrafish" not in everything(database)
    assert ANA not in everything(database)


def test_the_command_asks_nothing_where_nothing_is_booked_or_it_is_told_so(run: Any, engine: BookingEngine) -> None:
    assert run("diners", "forget", BEN).exit_code == 0
    booking = booked(engine, ANA)
    assert run("diners", "forget", ANA, "--cancel").exit_code == 0
    assert engine.reservation(booking.code).diner_phone == ""
    assert run("diners", "forget", "Ana").exit_code == 2


def test_the_commands_print_an_export_and_what_was_tidied(run: Any, engine: BookingEngine) -> None:
    booking = booked(engine, ANA)
    exported = run("diners", "export", ANA)
    assert json.loads(exported.output)["bookings"][0]["code"] == booking.code
    assert run("diners", "export", "Ana").exit_code == 2
    assert "idempotency keys" in run("tidy").output


def test_a_text_that_is_on_its_way_brings_nobody_back(
    forgetting: Diners, database: Engine, engine: BookingEngine, lane: SendingLane, twilio: TwilioServer
) -> None:
    gone = booked(engine, ANA)
    engine.cancel_reservation(gone.code, command_id="z", channel="chat", notify=True)
    create = lane.sender._twilio.create

    def create_and_forget(**text: Any) -> str:
        sid = create(**text)
        forgetting.forget(ANA)
        return sid

    lane.sender._twilio.create = create_and_forget  # type: ignore[method-assign]
    send_due(lane)
    assert {one["To"] for one in twilio.taken} == {ANA}
    assert ANA not in everything(database)
