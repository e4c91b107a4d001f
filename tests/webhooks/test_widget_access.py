"""Origins that may use the chat, expiry of tokens, and rate limits for visitors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from redis import Redis

from app import create_app
from deploy.stack.run import SAMPLES
from tests.support.chat import Chat
from tests.support.lookups import rows
from tests.support.running import Stack

from .test_chat import problem

SLUG = "maiz-y-sal-palo-alto"
OTHER = "brasserie-tournesol-new-york"
SITE = "https://www.maizysal.example"
FOREIGN = "https://evil.example"
OPENING = "/api/chat/conversations"


@pytest.fixture(autouse=True)
def site(stack: Stack) -> Iterator[None]:
    """The site that the restaurant has listed."""
    lines = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    restaurant = next(line for line in lines if line["slug"] == SLUG)
    stack.engine.import_restaurants([json.dumps(restaurant | {"widget_origins": [SITE]})])
    yield
    stack.engine.import_restaurants([json.dumps(restaurant)])


def opened(chat: Chat, restaurant: str | None = SLUG, origin: str | None = None) -> httpx.Response:
    headers = {"Origin": origin} if origin else {}
    return chat.client.post(OPENING, json={"restaurant": restaurant} if restaurant else {}, headers=headers)


def read(chat: Chat, conversation: dict[str, Any], origin: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {conversation['token']}"} | ({"Origin": origin} if origin else {})
    return chat.client.get(f"{OPENING}/{conversation['conversation_id']}/messages", headers=headers)


@pytest.mark.parametrize("origin", [None, SITE, "own"])
def test_a_site_that_the_restaurant_has_listed_may_talk(chat: Chat, stack: Stack, origin: str | None) -> None:
    origin = stack.base_url if origin == "own" else origin
    response = opened(chat, origin=origin)
    assert response.status_code == 201
    assert response.headers.get("Access-Control-Allow-Origin") == origin
    assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert read(chat, response.json(), origin).status_code == 200


@pytest.mark.parametrize(
    ("restaurant", "origin"),
    [
        (SLUG, FOREIGN),
        (SLUG, "null"),
        (OTHER, SITE),
        (None, SITE),
        (SLUG, SITE + ".evil.example"),
        (SLUG, SITE + ":8443"),
    ],
)
def test_no_other_site_may(chat: Chat, restaurant: str | None, origin: str) -> None:
    problem(opened(chat, restaurant, origin), 403, "origin_not_allowed")


def test_a_refused_site_can_read_why_but_a_page_without_origin_cannot(chat: Chat) -> None:
    assert opened(chat, origin=FOREIGN).headers["Access-Control-Allow-Origin"] == FOREIGN
    assert "Access-Control-Allow-Origin" not in opened(chat, origin="null").headers


@pytest.mark.parametrize("origin", [None, FOREIGN, "null", "own"])
def test_a_token_works_only_where_it_was_given(chat: Chat, stack: Stack, origin: str | None) -> None:
    conversation = opened(chat, origin=SITE).json()
    origin = stack.base_url if origin == "own" else origin
    problem(read(chat, conversation, origin), 403, "origin_not_allowed")


def test_our_own_pages_read_without_an_origin(chat: Chat, stack: Stack) -> None:
    assert read(chat, opened(chat, origin=stack.base_url).json()).status_code == 200


def test_what_a_partner_has_opened_may_be_used_by_the_restaurant_s_page(chat: Chat) -> None:
    conversation = opened(chat).json()
    assert read(chat, conversation, SITE).status_code == 200
    problem(read(chat, conversation, FOREIGN), 403, "origin_not_allowed")


def test_a_site_that_is_no_longer_listed_is_out(chat: Chat, stack: Stack) -> None:
    conversation = opened(chat, origin=SITE).json()
    restaurant = next(line for line in SAMPLES.read_text(encoding="utf-8").splitlines() if f'"{SLUG}"' in line)
    stack.engine.import_restaurants([restaurant])
    problem(read(chat, conversation, SITE), 403, "origin_not_allowed")


@pytest.mark.parametrize(
    "path", ["", "/00000000-0000-0000-0000-000000000000/messages", "/00000000-0000-0000-0000-000000000000"]
)
def test_browsers_are_told_beforehand_what_they_may_send(chat: Chat, path: str) -> None:
    answer = chat.client.options(
        OPENING + path,
        headers={
            "Origin": SITE,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    allowed = {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert allowed == {"authorization", "content-type", "idempotency-key", "last-event-id"}


def test_other_routes_tell_other_sites_nothing(chat: Chat) -> None:
    response = chat.client.get("/api/restaurants", headers={"Origin": SITE})
    assert "Access-Control-Allow-Origin" not in response.headers


# --- tokens ---


def test_a_token_that_is_given_back_opens_nothing(chat: Chat) -> None:
    talk = chat.open()
    conversation = talk.path.removesuffix("/messages")
    assert chat.client.delete(conversation, headers=talk.headers).status_code == 204
    problem(chat.client.get(talk.path, headers=talk.headers), 401, "wrong_token")
    problem(talk.post("hello"), 401, "wrong_token")
    problem(chat.client.delete(conversation, headers=talk.headers), 401, "wrong_token")


@pytest.mark.parametrize(
    ("used", "ends", "is_open"),
    [("23 hours", "1 hour", True), ("25 hours", "1 hour", False), ("0 hours", "-1 hour", False)],
)
def test_a_token_ends_after_a_day_without_use_and_after_a_month(
    chat: Chat, stack: Stack, used: str, ends: str, is_open: bool
) -> None:
    talk = chat.open()
    with stack.database.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE conversation SET token_used_at = token_used_at - %s::interval,"
            " token_ends_at = token_used_at + %s::interval WHERE id = %s",
            (used, ends, talk.opened["conversation_id"]),
        )
    if is_open:
        talk.thread()
        [row] = rows(
            stack.database,
            "SELECT token_ends_at - token_used_at < interval '61 minutes' AS was_noted FROM conversation WHERE id = :id",
            id=talk.opened["conversation_id"],
        )
        assert row.was_noted, "its use makes it good for another day"
    else:
        problem(chat.client.get(talk.path, headers=talk.headers), 401, "token_expired")
        problem(talk.post("hello"), 401, "token_expired")


def test_only_a_digest_of_the_token_is_kept(chat: Chat, stack: Stack) -> None:
    talk = chat.open()
    [row] = rows(
        stack.database, "SELECT c::text AS all FROM conversation c WHERE id = :id", id=talk.opened["conversation_id"]
    )
    assert talk.opened["token"] not in row.all


# --- limits ---


@pytest.fixture
def make_client(stack: Stack) -> Iterator[Callable[..., FlaskClient]]:
    """Create clients of an app with limits of its own, on the running service's servers."""
    redis = Redis.from_url(stack.settings.redis_address)

    def forget() -> None:
        for key in redis.scan_iter("*tabletalk:api*"):
            redis.delete(key)

    def make(**limits: str) -> FlaskClient:
        forget()
        return create_app(stack.settings.model_copy(update=limits)).test_client()

    yield make
    forget()


def test_an_address_opens_only_so_many_conversations(make_client: Callable[..., FlaskClient], stack: Stack) -> None:
    client = make_client(most_conversations="2/hour")
    found = [client.post(OPENING, json={}) for _ in range(3)]
    assert [response.status_code for response in found] == [201, 201, 429]
    assert found[2].content_type == "application/problem+json"
    assert found[2].get_json()["code"] == "too_many_requests"
    assert 0 < int(found[2].headers["Retry-After"]) <= 3601
    assert client.post(OPENING, json={}, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 201
    assert client.post(OPENING, json={}, headers={"Authorization": f"Bearer {stack.api_key}"}).status_code == 201


def say(client: FlaskClient, conversation: dict[str, Any]) -> int:
    path = f"{OPENING}/{conversation['conversation_id']}/messages"
    headers = {"Authorization": f"Bearer {conversation['token']}"}
    return client.post(path, json={"text": " "}, headers=headers).status_code


def test_a_conversation_takes_only_so_many_messages(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(most_messages="2/hour")
    first, second = (client.post(OPENING, json={}).get_json() for _ in range(2))
    assert [say(client, first) for _ in range(3)] == [200, 200, 429]
    assert say(client, second) == 200


def test_an_address_sends_only_so_many_messages_whatever_the_conversation(
    make_client: Callable[..., FlaskClient],
) -> None:
    client = make_client(most_messages_of_an_address="3/hour")
    talks = [client.post(OPENING, json={}).get_json() for _ in range(4)]
    assert [say(client, talk) for talk in talks] == [200, 200, 200, 429]


def test_a_partner_s_conversations_are_not_counted(make_client: Callable[..., FlaskClient], stack: Stack) -> None:
    client = make_client(most_messages="1/hour", most_messages_of_an_address="1/hour")
    key = {"Authorization": f"Bearer {stack.api_key}"}
    talk = client.post(OPENING, json={}, headers=key).get_json()
    assert [say(client, talk) for _ in range(3)] == [200] * 3
