"""The chat API for the widget, partners' back ends and testers: a message is handled like a text."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from booking_engine import BookingEngine, Clock, Restaurant, RestaurantUnknown, TryAgain
from booking_engine.phones import read_phone
from booking_engine.text import clean_text
from bot import conversations, messages, tokens
from bot.conversations import Conversation
from bot.messages import Answer, Inbound, Said
from bot.notifier import Notifier
from bot.responses import Languages, Responses
from bot.settings import Settings
from bot.timely_turns import OutOfTime, TimelyTurns
from bot.turn import LONGEST_TEXT, NotStored, Unstorable
from webhooks.access import bearer_token, is_api_key
from webhooks.bodies import read_body, read_idempotency_key
from webhooks.chat import payloads
from webhooks.chat.conversation_auth import ConversationAuth
from webhooks.chat.origins import Origins, answer_any_site, given_origin
from webhooks.problems import Problem
from webhooks.rate_limits import RateLimits


class _Opening(BaseModel):
    model_config = ConfigDict(extra="forbid")

    restaurant: str | None = Field(default=None, max_length=200)
    locale: str = Field(default="en", max_length=35, pattern=r"^[A-Za-z0-9-]+$")
    phone: str | None = Field(default=None, max_length=32)
    name: str | None = Field(default=None, max_length=100)


class _Text(BaseModel):
    text: str


def create_blueprint(
    settings: Settings,
    turns: TimelyTurns,
    engine: BookingEngine,
    database: Engine,
    languages: Languages,
    rate_limits: RateLimits,
    notifier: Notifier,
) -> Blueprint:
    """Create the routes of the chat API."""
    blueprint = Blueprint("chat", __name__, url_prefix="/api/chat")
    answer_any_site(blueprint)
    origins = Origins(settings, engine)
    auth = ConversationAuth(database, engine.clock, origins)

    @blueprint.post("/conversations")
    @rate_limits.count_opening
    def open_conversation() -> tuple[Response, int]:
        opening = read_body(_Opening)
        origins.check_opening(opening.restaurant)
        if (opening.phone or opening.name) and not is_api_key(settings, bearer_token()):
            raise Problem(401, "api_key_required", "Only a caller with an API key may say who the diner is.")
        conversation = Conversation(
            id=uuid.uuid4(),
            channel="chat",
            phone=_phone(opening.phone, settings.default_region) if opening.phone else None,
            restaurant=opening.restaurant,
            diner_name=clean_text(opening.name).strip() or None if opening.name else None,
            locale=opening.locale,
            origin=given_origin(),
            with_key=rate_limits.has_key(),
        )
        restaurant = _restaurant(engine, opening.restaurant)
        with database.begin() as connection:
            conversations.remember(connection, conversation)
            token = tokens.issue(connection, conversation.id, engine.clock.now())
            said = _welcome(languages.of(opening.locale), restaurant)
            welcome = messages.store_greeting(connection, conversation.id, said)
        about = {"conversation_id": str(conversation.id), "token": token, **context_of(conversation)}
        return jsonify({**about, **payloads.answer_in_json(welcome)}), 201

    @blueprint.post("/conversations/<uuid:conversation_id>/messages")
    def send_message(conversation_id: UUID) -> Response:
        return handle(auth.authorize(conversation_id))

    @rate_limits.count_message(lambda: bool(g.conversation.with_key))
    def handle(conversation: Conversation) -> Response:
        text = clean_text(read_body(_Text).text)
        if len(text) > LONGEST_TEXT:
            raise Problem(413, "text_too_long", f"A message holds up to {LONGEST_TEXT} characters.")
        key = read_idempotency_key()
        sid = payloads.sid_of(key) if key else payloads.sid_without_key(str(uuid.uuid4()))
        message = Inbound(conversation.id, sid, text, address=request.remote_addr)
        try:
            answer = turns.respond(conversation, message)
        except Unstorable as error:
            raise Problem(422, "message_refused", "This message cannot be stored.") from error
        except (NotStored, OutOfTime) as error:
            raise TryAgain("the message may not be stored") from error
        # The time of the answer, not of the request: a repeated message gets an identical response.
        now = answer.at + clock_of(conversation).offset if answer.at else clock_of(conversation).now()
        return jsonify({**payloads.answer_in_json(answer), "now": payloads.moment(now)})

    @blueprint.get("/conversations/<uuid:conversation_id>/messages")
    def read_thread(conversation_id: UUID) -> Response:
        conversation = auth.authorize(conversation_id)
        after = request.args.get("after", 0, type=int)
        with database.connect() as connection:
            lines = messages.thread(connection, conversation.id)
        clock = clock_of(conversation)
        return jsonify(
            {
                "messages": [payloads.line_in_json(line, clock) for line in lines if line.seq > after],
                **payloads.state_after(lines),
                "expects": conversation.expects,
                **context_of(conversation),
            }
        )

    @blueprint.delete("/conversations/<uuid:conversation_id>")
    def revoke_token(conversation_id: UUID) -> tuple[str, int]:
        conversation = auth.authorize(conversation_id)
        with database.begin() as connection:
            tokens.revoke(connection, conversation.id)
        notifier.notify(conversation.id)  # ends the streams it has opened
        return "", 204

    def clock_of(conversation: Conversation) -> Clock:
        return engine.at(conversation.clock_shift).clock

    def context_of(conversation: Conversation) -> dict[str, Any]:
        now = clock_of(conversation).now()
        return {
            "now": payloads.moment(now),
            "events": f"{settings.events_address}/api/chat/conversations/{conversation.id}/events",
            "restaurant": payloads.restaurant_in_json(_restaurant(engine, conversation.restaurant), now),
        }

    return blueprint


def _phone(given: str, region: str) -> str:
    if number := read_phone(given, region):
        return number
    raise Problem(422, "invalid_phone", "phone must be a number in E.164 form.")


def _restaurant(engine: BookingEngine, slug: str | None) -> Restaurant | None:
    if slug is None:
        return None
    try:
        return engine.restaurant(slug)
    except RestaurantUnknown:
        raise Problem(404, "restaurant_unknown", "There is no such restaurant.") from None


def _welcome(responses: Responses, restaurant: Restaurant | None) -> Answer:
    if restaurant is None:
        return Answer((Said(responses.render("utter_welcome")),))
    return Answer((Said(responses.render("utter_welcome_restaurant", restaurant=responses.name(restaurant.name))),))
