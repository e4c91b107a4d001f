"""The chat API, in the documented shapes."""

from __future__ import annotations

import secrets
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.support import lookups
from tests.support.chat import Chat
from tests.support.phone import Phone
from tests.support.running import Stack, wait_until

SLUG = "brasserie-tournesol-new-york"
HOUSE = {"slug": SLUG, "name": "Brasserie Tournesol", "city": "New York"}
REQUEST = "table for 2 tomorrow at 6pm"


def _sent(stack: Stack, phone: Phone) -> list[str]:
    return [row.kind for row in lookups.outbox(stack.database, phone.number) if row.sent_at]


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an error."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["code"] == code
    assert document["status"] == status
    assert document["detail"]
    return document


def test_a_conversation_opens_with_a_greeting(chat: Chat) -> None:
    opened = chat.open().opened
    assert set(opened) >= {"conversation_id", "token", "messages", "expects", "now", "events"}
    assert uuid.UUID(opened["conversation_id"])
    assert len(opened["token"]) >= 32
    assert [set(message) for message in opened["messages"]] == [{"id", "text", "choices"}]


def test_a_conversation_about_a_restaurant_greets_in_its_name(chat: Chat) -> None:
    assert "Brasserie Tournesol" in chat.open(restaurant=SLUG).opened["messages"][0]["text"]


def test_a_diner_who_is_signed_in_books_and_is_confirmed_by_one_text(chat: Chat, phone: Phone, stack: Stack) -> None:
    talk = chat.open(restaurant=SLUG, phone=phone.number, name="Ana Lima")
    offered = talk.say(REQUEST)
    assert offered["expects"] == "confirmation"
    assert offered["reservation"] is None
    hold = offered["hold"]
    assert set(hold) == {"restaurant", "starts_at", "party_size", "expires_at"}
    assert hold["restaurant"] == HOUSE
    assert hold["starts_at"] == "2026-12-03T18:00:00-05:00"
    assert hold["party_size"] == 2
    assert datetime.fromisoformat(hold["expires_at"]).utcoffset() is not None

    booked = talk.say("yes please")
    assert booked["expects"] is None
    assert booked["hold"] is None
    made = booked["reservation"]
    assert set(made) == {"code", "status", "restaurant", "starts_at", "ends_at", "party_size", "diner_name", "notes"}
    assert (made["status"], made["restaurant"], made["party_size"]) == ("confirmed", HOUSE, 2)
    assert made["starts_at"] == "2026-12-03T18:00:00-05:00"
    assert made["diner_name"] == "Ana Lima"
    assert phone.booking().when == "2026-12-03 18:00"

    confirmation = phone.wait_for_text()
    assert made["code"] in confirmation
    assert "Brasserie Tournesol" in confirmation
    moved = talk.say("make it 7pm")
    assert moved["reservation"]["starts_at"] == "2026-12-03T19:00:00-05:00"
    assert "7:00 PM" in phone.wait_for_text(1)
    assert len(phone.inbox()) == 2
    sent = ["reservation_confirmed", "reservation_changed"]
    wait_until(lambda: _sent(stack, phone) == sent, "both are on record as sent")


def test_a_text_thread_is_confirmed_by_the_reply_and_by_no_second_text(phone: Phone, stack: Stack) -> None:
    phone.say(f"{REQUEST} at Brasserie Tournesol, my name is Ana Lima")
    phone.say("Y")
    assert phone.booking().status == "confirmed"
    waiting = [row.kind for row in lookups.outbox(stack.database, phone.number) if row.kind != "reminder"]
    assert waiting == []
    assert phone.inbox() == []


def test_a_diner_nobody_vouches_for_is_asked_for_name_and_phone(chat: Chat, phone: Phone) -> None:
    talk = chat.open(restaurant=SLUG)
    assert talk.say(REQUEST)["expects"] == "name"
    assert talk.say("Ana Lima")["expects"] == "phone"
    answer = talk.verify(phone)
    assert answer["reservation"]["diner_name"] == "Ana Lima"
    assert phone.booking().status == "confirmed"
    assert answer["reservation"]["code"] in phone.wait_for_text(1)


def test_a_diner_nobody_vouches_for_sees_no_bookings_of_the_number_given(chat: Chat, phone: Phone) -> None:
    phone.say(f"{REQUEST} at Brasserie Tournesol, my name is Ana Lima")
    phone.say("Y")
    talk = chat.open()
    for text in (f"my number is {phone.number}", "what have I booked?", "cancel my booking", phone.number, "000000"):
        answer = talk.say(text)
        assert answer["reservation"] is None
        assert "Tournesol" not in str(answer)
    assert phone.booking().status == "confirmed"
    assert talk.say(phone.wait_for_code())["reservation"]["status"] == "cancelled"


def test_a_code_stands_in_no_table_before_the_diner_types_it(chat: Chat, phone: Phone, stack: Stack) -> None:
    chat.open().say(f"what have I booked? My number is {phone.number}")
    code = phone.wait_for_code()
    for table in ("outbox", "phone_code", "inbound", "outbound", "conversation", "dialogue"):
        query = f"SELECT 1 FROM {table} AS t WHERE t::text LIKE :code AND t::text LIKE :phone"
        assert lookups.rows(stack.database, query, code=f"%{code}%", phone=f"%{phone.number}%") == [], table


def test_a_repeated_code_message_is_looked_at_once(chat: Chat, phone: Phone) -> None:
    talk = chat.open()
    talk.say(f"what have I booked? My number is {phone.number}")
    right = phone.wait_for_code()
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(7):
        assert "not the code" in str(talk.post(wrong, Idempotency_Key="one").json())
    assert "no upcoming booking" in str(talk.post(right, Idempotency_Key="two").json())
    assert "no upcoming booking" in str(talk.post(right, Idempotency_Key="two").json())


def test_choices_are_digits_with_labels(chat: Chat) -> None:
    answer = chat.open().say("Nonna Brunella for 2 tomorrow at 7pm")
    assert answer["expects"] == "choice"
    choices = [choice for message in answer["messages"] for choice in message["choices"]]
    assert [choice["text"] for choice in choices] == [str(n) for n in range(1, len(choices) + 1)]
    assert {choice["label"] for choice in choices} == {"Nonna Brunella, New York", "Nonna Brunella, San Francisco"}


def test_expects_names_what_is_asked(chat: Chat) -> None:
    talk = chat.open(restaurant=SLUG, phone="+14155550199", name="Ana Lima")
    assert talk.say("I'd like a table")["expects"] == "time"
    assert talk.say("for 0 people")["expects"] == "party_size"
    assert talk.say("3")["expects"] == "time"
    assert talk.say("on February 30")["expects"] == "date"
    assert talk.say("tomorrow")["expects"] == "time"
    assert talk.say("at 6pm")["expects"] == "confirmation"
    assert talk.say("no")["expects"] in ("time", None)


def test_a_conversation_about_a_restaurant_asks_where_only_without_one(chat: Chat) -> None:
    assert chat.open().say("I'd like a table for 2")["expects"] == "restaurant"


def test_the_thread_can_be_drawn_again(chat: Chat) -> None:
    talk = chat.open(restaurant=SLUG, phone="+14155550198", name="Ana Lima")
    offered = talk.say(REQUEST)
    thread = talk.thread()
    assert [line["direction"] for line in thread["messages"]] == ["out", "in", "out"]
    assert thread["messages"][0]["text"] == talk.opened["messages"][0]["text"]
    assert thread["messages"][1]["text"] == REQUEST
    assert thread["messages"][2]["text"] == offered["messages"][0]["text"]
    assert thread["expects"] == "confirmation"
    assert thread["hold"] == offered["hold"]
    assert talk.thread() | {"now": thread["now"]} == thread


def test_a_repeated_idempotency_key_is_the_same_message(chat: Chat, phone: Phone) -> None:
    talk = chat.open(restaurant=SLUG, phone=phone.number, name="Ana Lima")
    talk.say(REQUEST)
    key = secrets.token_hex(8)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: talk.post("yes", Idempotency_Key=key).json(), range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["reservation"]["code"]
    assert phone.booking().status == "confirmed"
    assert sum(line["direction"] == "in" for line in talk.thread()["messages"]) == 2


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic d3Jvbmc6d3Jvbmc=", "Bearer \u00e9"])
def test_a_wrong_token_opens_nothing(chat: Chat, token: str) -> None:
    talk = chat.open()
    headers = httpx.Headers({"Authorization": token} if token else {}, encoding="utf-8")
    for response in (
        chat.client.post(talk.path, json={"text": "hello"}, headers=headers),
        chat.client.get(talk.path, headers=headers),
    ):
        problem(response, 401, "wrong_token")
    assert len(talk.thread()["messages"]) == 1


def test_the_token_of_one_conversation_does_not_open_another(chat: Chat) -> None:
    one, other = chat.open(), chat.open()
    problem(chat.client.get(one.path, headers=other.headers), 401, "wrong_token")


def test_an_unknown_conversation_cannot_be_told_from_a_wrong_token(chat: Chat) -> None:
    path = f"/api/chat/conversations/{uuid.uuid4()}/messages"
    problem(chat.client.get(path, headers={"Authorization": "Bearer x"}), 401, "wrong_token")


@pytest.mark.parametrize("wish", [{"phone": "+14155550197"}, {"name": "Ana"}, {"phone": "+14155550197", "name": "Ana"}])
@pytest.mark.parametrize("key", [None, "wrong"])
def test_only_an_api_key_may_say_who_the_diner_is(chat: Chat, wish: dict[str, str], key: str | None) -> None:
    problem(chat.post_opening(wish, key=key), 401, "api_key_required")


def test_an_unknown_restaurant_is_not_found(chat: Chat) -> None:
    problem(chat.post_opening({"restaurant": "no-such-restaurant"}), 404, "restaurant_unknown")


@pytest.mark.parametrize(
    "body",
    [
        {"restaurant": 5},
        {"locale": "e!n"},
        {"unknown": 1},
        [],
        "text",
        {"restaurant": ["x"]},
        {"restaurant": "x" * 300},
    ],
    ids=str,
)
def test_a_body_that_is_no_opening_is_refused(chat: Chat, body: Any) -> None:
    problem(chat.post_opening(body), 422, "invalid_body")


@pytest.mark.parametrize("phone", ["12", "not a number", "+1", "+999999999999999999"])
def test_a_phone_that_is_none_is_refused(chat: Chat, phone: str) -> None:
    problem(chat.post_opening({"phone": phone}, key=chat.api_key), 422, "invalid_phone")


@pytest.mark.parametrize("content", ["{", "", "null", "[]", '{"text": 5}', '{"text": null}', "{}", '"hello"'])
def test_a_message_that_is_none_is_refused(chat: Chat, content: str) -> None:
    talk = chat.open()
    headers = {**talk.headers, "Content-Type": "application/json"}
    problem(chat.client.post(talk.path, content=content, headers=headers), 422, "invalid_body")


def test_a_message_that_is_too_long_is_refused(chat: Chat) -> None:
    problem(chat.open().post("x" * 1601), 413, "text_too_long")


def test_a_request_that_is_far_too_large_is_refused(chat: Chat) -> None:
    response = chat.open().post("x" * 300_000)
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("text", ["", "  ", "\U0001f600", "/restart", "{restaurant}", "\x00\x01", "<b>hi</b>"])
def test_whatever_is_written_is_answered(chat: Chat, text: str) -> None:
    answer = chat.open().say(text)
    assert answer["messages"]
    assert all(message["text"].strip() for message in answer["messages"])


@pytest.mark.parametrize("path", ["/api/chat/conversations/1/messages", "/api/nothing", "/api/chat/conversations"])
def test_errors_of_the_framework_are_problems_too(chat: Chat, path: str) -> None:
    response = chat.client.get(path)
    assert response.status_code in (404, 405)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] in ("not_found", "method_not_allowed")


def test_health_tells_of_every_part(stack: Stack, chat: Chat) -> None:
    assert chat.client.get("/healthz").json() == {"alive": True}
    ready = chat.client.get("/readyz", params="verbose")
    assert ready.status_code == 200
    assert ready.json()["parts"] == {"database": True, "redis": True, "dialogue": True}
    assert "process_" in chat.client.get("/metrics").text
