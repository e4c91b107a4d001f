"""Each conversation may run on a clock of its own, while the service's clock stays unaffected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.simulator.conftest import Bench
from tests.support.chat import Chat
from tests.support.phone import Phone
from tests.support.running import wait_until

OpenRestaurant = Callable[..., str]
TEN = "2027-05-04T10:00:00-04:00"  # a Tuesday, five months ahead of the service's clock


def test_tomorrow_is_that_of_the_conversation(bench: Bench, phone: Phone, open_restaurant: OpenRestaurant) -> None:
    open_restaurant("Osteria Fiammetta")
    bench.set_clock(phone.number, phone.to, TEN)
    assert "Wed, May 5, 7:00 PM" in phone.say("table for 2 at Osteria Fiammetta tomorrow at 7pm, I'm Ana Lima")
    phone.say("Y")
    assert phone.booking().when == "2027-05-05 19:00"


def test_a_clock_may_be_behind_the_services_and_no_text_comes_early(
    bench: Bench, phone: Phone, open_restaurant: OpenRestaurant
) -> None:
    open_restaurant("Osteria Guendalina")
    bench.set_clock(phone.number, phone.to, "2026-03-03T10:00:00-05:00")
    phone.say("table for 2 at Osteria Guendalina tomorrow at 7pm, I'm Ana Lima")
    assert phone.say("Y").startswith("Booked")
    assert phone.booking().when == "2026-03-04 19:00"
    reminder = bench.outbox(phone.number)[-1]
    assert reminder["status"] == "pending"
    waits = phone.stack.engine.clock.now()
    with phone.stack.database.connect() as connection:
        sent_from = connection.exec_driver_sql(
            "SELECT next_attempt_at FROM outbox WHERE to_phone = %s", (phone.number,)
        ).scalar_one()
    assert 29 < (sent_from - waits).total_seconds() / 3600 < 31, "30 hours from ten to four the next day"


def test_a_moved_clock_ticks_and_holds_lapse_by_it(bench: Bench, phone: Phone, open_restaurant: OpenRestaurant) -> None:
    slug = open_restaurant("Osteria Ippolita", tables=[{"name": "T1", "max_party": 2}])
    bench.set_clock(phone.number, phone.to, TEN)
    phone.say("table for 2 at Osteria Ippolita tomorrow at 7pm, I'm Ana Lima")
    held = bench.reservations(phone.number)[0]
    assert held["status"] == "held"
    assert datetime.fromisoformat(held["expires_at"]) >= datetime.fromisoformat("2027-05-04T10:05:00-04:00")

    bench.set_clock(phone.number, phone.to, "2027-05-04T10:20:00-04:00")
    bench.book("+12125550177", slug, starts_at="2027-05-05T19:00", at="2027-05-04T10:20:00-04:00")
    late = phone.say("Y")
    assert "Booked" not in late
    assert "minutes" in late
    assert bench.ask("DELETE", "/reservations", params={"phone": "+12125550177"}) == {"given_back": 1}


def test_after_a_night_the_thread_begins_anew(bench: Bench, phone: Phone, open_restaurant: OpenRestaurant) -> None:
    open_restaurant("Osteria Leontina")
    bench.set_clock(phone.number, phone.to, TEN)
    phone.say("table for 2 at Osteria Leontina tomorrow at 7pm")
    bench.set_clock(phone.number, phone.to, "2027-05-05T09:00:00-04:00")
    assert "Booked" not in phone.say("Ana Lima")
    assert [each["status"] for each in bench.reservations(phone.number)] == ["held"]
    covered = bench.ask("GET", "/coverage", params={"phone": phone.number, "to": phone.to})
    heard = [event["loop"] for event in covered["events"] if event["kind"] == "intent"]
    assert heard == [None, None], "the question of the evening before is no longer open"


def test_a_reminder_comes_when_its_hour_is_made_due(
    bench: Bench, phone: Phone, open_restaurant: OpenRestaurant
) -> None:
    open_restaurant("Osteria Modestina")
    bench.set_clock(phone.number, phone.to, TEN)
    phone.say("table for 2 at Osteria Modestina tomorrow at 7pm, I'm Ana Lima")
    phone.say("Y")
    too_early = {"phone": phone.number, "at": "2027-05-05T15:59:00-04:00"}
    assert bench.ask("POST", "/outbox/due", json=too_early) == {"due": 0}
    assert bench.ask("POST", "/outbox/due", json={**too_early, "at": "2027-05-05T16:01:00-04:00"}) == {"due": 1}
    assert "Osteria Modestina" in phone.wait_for_text()
    wait_until(lambda: bench.outbox(phone.number)[0]["status"] == "sent", "the row says so")
    assert bench.outbox(phone.number)[0]["text"] == phone.inbox()[0]


def test_a_chat_has_a_clock_too_and_its_confirmation_comes_at_once(
    bench: Bench, phone: Phone, chat: Chat, open_restaurant: OpenRestaurant
) -> None:
    open_restaurant("Osteria Ninfadora")
    conversation = chat.open(phone=phone.number, name="Ana Lima")
    known = conversation.opened["conversation_id"]
    answer = bench.ask("PUT", "/clock", json={"conversation_id": known, "at": TEN})
    assert answer["now"] == TEN
    assert answer["shift_seconds"] > 150 * 86400
    asked = conversation.say("table for 2 at Osteria Ninfadora tomorrow at 7pm")
    assert asked["hold"]["starts_at"] == "2027-05-05T19:00:00-04:00"
    conversation.say("yes")
    assert "Wed, May 5, 7:00 PM" in phone.wait_for_text()


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "at"),
        ({"from": "+12125550100", "at": TEN}, "conversation"),
        ({"from": "+12125550100", "to": "+15550100000", "at": "2027-05-04T10:00:00"}, "at"),
        ({"from": "+12125550100", "to": "+15550100000", "at": "9998-05-04T10:00:00Z"}, "at"),
        ({"conversation_id": "nobody", "at": TEN}, "conversation_id"),
        ({"from": "+12125550100", "to": "+15550100000", "conversation_id": "0" * 32, "at": TEN}, "conversation"),
        ({"from": "+12125550100", "to": "+15550100000", "at": TEN, "on": 1}, "on"),
    ],
)
def test_a_wish_that_cannot_be_read_is_refused_by_field(bench: Bench, wish: dict[str, object], field: str) -> None:
    assert field in bench.refused("PUT", "/clock", 422, json=wish)


def test_the_clock_of_no_conversation_cannot_be_set(bench: Bench) -> None:
    wish = {"conversation_id": "6f1d3c1e-6a55-4c53-9d59-000000000000", "at": TEN}
    assert "no such conversation" in bench.refused("PUT", "/clock", 404, json=wish)
