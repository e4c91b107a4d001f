"""Scenarios of the simulated Twilio: repeats, keywords it has recognized, texts that fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Bench
from tests.support.phone import Phone, new_sid
from tests.support.running import wait_until

AT = "2027-05-04T10:00:00-04:00"


@pytest.fixture
def remind(bench: Bench, phone: Phone) -> Callable[[], None]:
    """Book a table for the phone, and make its reminder due."""

    def book() -> None:
        bench.book(phone.number, "brasserie-tournesol-new-york", starts_at="2027-05-05T19:00", at=AT)
        wish = {"phone": phone.number, "at": "2027-05-05T17:00:00-04:00"}
        assert bench.ask("POST", "/outbox/due", json=wish) == {"due": 1}

    return book


def send(bench: Bench, phone: Phone, body: str, **more: Any) -> dict[str, Any]:
    return bench.ask("POST", "/messages", json={"from": phone.number, "to": phone.to, "body": body, **more})


def test_a_sid_that_comes_again_gets_the_same_answer_and_the_phone_shows_it_once(bench: Bench, phone: Phone) -> None:
    sid = new_sid()
    first = send(bench, phone, "hello", sid=sid)
    second = send(bench, phone, "hello", sid=sid)
    assert first["sid"] == second["sid"] == sid
    assert first["replies"] == second["replies"] != []
    thread = bench.ask("GET", "/threads", params={"phone": phone.number, "to": phone.to})["messages"]
    assert [line["direction"] for line in thread] == ["in", "out"]


def test_what_was_asked_for_can_be_asked(bench: Bench, phone: Phone) -> None:
    thread = {"phone": phone.number, "to": phone.to}
    assert bench.ask("GET", "/expects", params=thread) == {"expects": None}
    send(bench, phone, "a table at Brasserie Tournesol tomorrow at 7pm")
    assert bench.ask("GET", "/expects", params=thread) == {"expects": "name"}


def test_an_opt_out_that_twilio_has_read_counts(bench: Bench, phone: Phone) -> None:
    send(bench, phone, "arret", opt_out_type="STOP")
    bench.book(phone.number, "brasserie-tournesol-new-york", starts_at="2027-05-05T19:00", at=AT)
    bench.ask("POST", "/outbox/due", json={"phone": phone.number, "at": "2027-05-05T17:00:00-04:00"})
    wait_until(lambda: bench.outbox(phone.number)[0]["status"] == "failed", "the reminder is given up")
    assert phone.inbox() == []


def test_a_text_that_twilio_refuses_for_good_is_given_up(
    bench: Bench, phone: Phone, remind: Callable[[], None]
) -> None:
    bench.ask("PUT", "/failures", json={"phone": phone.number, "code": 21610, "kind": "refused"})
    remind()
    wait_until(lambda: bench.outbox(phone.number)[0]["status"] == "failed", "the reminder is given up")
    assert bench.outbox(phone.number)[0]["error"].startswith("21610")
    assert phone.inbox() == []


def test_a_text_that_twilio_cannot_take_now_is_sent_again(
    bench: Bench, phone: Phone, remind: Callable[[], None]
) -> None:
    bench.ask("PUT", "/failures", json={"phone": phone.number, "code": 20429, "kind": "refused", "times": 1})
    remind()
    phone.wait_for_text()
    wait_until(lambda: bench.outbox(phone.number)[0]["status"] == "sent", "the row says so")
    assert bench.outbox(phone.number)[0]["attempts"] == 1, "what Twilio does not even look at is no attempt"


def test_a_text_may_be_taken_and_never_arrive(bench: Bench, phone: Phone, remind: Callable[[], None]) -> None:
    bench.ask("PUT", "/failures", json={"phone": phone.number, "code": 30006, "kind": "undelivered"})
    remind()
    wait_until(lambda: bench.outbox(phone.number)[0]["delivery"] == "undelivered", "the callback has come")
    sent = bench.outbox(phone.number)[0]
    assert (sent["status"], sent["error"]) == ("sent", "30006")


def test_failures_that_were_planned_can_be_called_off(bench: Bench, phone: Phone, remind: Callable[[], None]) -> None:
    wish = {"phone": phone.number, "code": 30006, "kind": "refused"}
    bench.ask("PUT", "/failures", json={**wish, "times": 5})
    bench.ask("PUT", "/failures", json={**wish, "times": 0})
    remind()
    phone.wait_for_text()


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/messages", {"from": "+12125550100", "body": "hello"}, "to"),
        ("POST", "/messages", {"from": "+12125550100", "to": "+15550100000", "sid": "mine"}, "sid"),
        ("PUT", "/failures", {"phone": "+12125550100", "code": 7, "kind": "refused"}, "code"),
        ("PUT", "/failures", {"phone": "+12125550100", "code": 30006, "kind": "lost"}, "kind"),
        ("POST", "/outbox/due", {"phone": "+12125550100"}, "at"),
        ("POST", "/outbox/due", [1], "body"),
    ],
)
def test_a_wish_that_cannot_be_read_is_refused_by_field(
    bench: Bench, method: str, path: str, body: Any, field: str
) -> None:
    assert bench.refused(method, path, 422, json=body).startswith(field)


@pytest.mark.parametrize("path", ["/reservations", "/outbox", "/coverage"])
def test_a_question_about_nobody_is_refused(bench: Bench, path: str) -> None:
    assert bench.refused("GET", path, 422)
