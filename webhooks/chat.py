"""The chat API of the widget, of partners' back ends and of testers: the same turn as a text message."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

import phonenumbers
from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from booking_engine import BookingEngine, RestaurantUnknown
from bot import conversations, messages
from bot.conversations import Conversation
from bot.messages import Answer, Inbound, Said
from bot.phrasing import Phrasebook, Phrases
from bot.settings import Settings
from bot.texts import printable
from bot.turn import LONGEST_TEXT, TurnTaker
from webhooks.access import bearer_token, is_api_key
from webhooks.bodies import read_body
from webhooks.problems import Problem


class _Opening(BaseModel):
    model_config = ConfigDict(extra="forbid")

    restaurant: str | None = Field(default=None, max_length=200)
    locale: str = Field(default="en", max_length=35, pattern=r"^[A-Za-z0-9-]+$")
    phone: str | None = Field(default=None, max_length=32)
    name: str | None = Field(default=None, max_length=100)


class _Text(BaseModel):
    text: str


def create_blueprint(
    settings: Settings, turns: TurnTaker, engine: BookingEngine, database: Engine, phrasebook: Phrasebook
) -> Blueprint:
    blueprint = Blueprint("chat", __name__, url_prefix="/api/chat")

    @blueprint.post("/conversations")
    def open_conversation() -> tuple[Response, int]:
        wish = read_body(_Opening)
        if (wish.phone or wish.name) and not is_api_key(settings, bearer_token()):
            raise Problem(401, "api_key_required", "Only a caller with an API key may say who the diner is.")
        conversation = Conversation(
            id=uuid.uuid4(),
            channel="chat",
            phone=_phone(wish.phone, settings.default_region) if wish.phone else None,
            restaurant=wish.restaurant,
            diner_name=printable(wish.name).strip() or None if wish.name else None,
            locale=wish.locale,
        )
        welcome = _welcome(engine, phrasebook.of(wish.locale), wish.restaurant)
        token = conversations.new_token()
        with database.begin() as connection:
            conversations.remember(connection, conversation, token=token)
            messages.store_greeting(connection, conversation.id, welcome)
        return jsonify({"conversation_id": str(conversation.id), "token": token, **_in_json(welcome)}), 201

    @blueprint.post("/conversations/<uuid:conversation_id>/messages")
    def send_message(conversation_id: UUID) -> Response:
        conversation = _conversation(database, conversation_id)
        text = printable(read_body(_Text).text)
        if len(text) > LONGEST_TEXT:
            raise Problem(413, "text_too_long", f"A message holds up to {LONGEST_TEXT} characters.")
        sid = request.headers.get("Idempotency-Key") or str(uuid.uuid4())
        turns.receive(conversation, Inbound(conversation.id, f"chat-{sid[:100]}", text))
        return jsonify(_in_json(turns.answer(conversation.id, f"chat-{sid[:100]}", seconds=settings.answer_within)))

    @blueprint.get("/conversations/<uuid:conversation_id>/messages")
    def read_thread(conversation_id: UUID) -> Response:
        conversation = _conversation(database, conversation_id)
        with database.connect() as connection:
            lines = messages.thread(connection, conversation.id)
        shown = [
            {
                "id": line.seq,
                "direction": line.direction,
                "text": line.text,
                "choices": line.payload.get("choices", []),
                "at": line.at.isoformat(),
            }
            for line in lines
        ]
        last = next((line.payload for line in reversed(lines) if line.direction == "out"), {})
        state = {name: last.get(name) for name in ("hold", "reservation")}
        return jsonify({"messages": shown, "expects": conversation.expects, **state})

    return blueprint


def _phone(given: str, region: str) -> str:
    try:
        number = phonenumbers.parse(given, region)
    except phonenumbers.NumberParseException:
        raise Problem(422, "invalid_phone", "phone must be a number in E.164 form.") from None
    if not phonenumbers.is_possible_number(number):
        raise Problem(422, "invalid_phone", "phone must be a number in E.164 form.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _conversation(database: Engine, conversation_id: UUID) -> Conversation:
    with database.connect() as connection:
        found = conversations.find_by_token(connection, conversation_id, bearer_token())
    if found is None:
        raise Problem(401, "wrong_token", "There is no such conversation, or the token does not open it.")
    return found


def _welcome(engine: BookingEngine, phrases: Phrases, slug: str | None) -> Answer:
    if slug is None:
        return Answer((Said(phrases.render("utter_welcome")),))
    try:
        restaurant = engine.restaurant(slug)
    except RestaurantUnknown:
        raise Problem(404, "restaurant_unknown", "There is no such restaurant.") from None
    return Answer((Said(phrases.render("utter_welcome_restaurant", restaurant=phrases.name(restaurant.name))),))


def _in_json(answer: Answer) -> dict[str, Any]:
    said = [{"text": s.text, "choices": [vars(choice) for choice in s.choices]} for s in answer.said]
    return {"messages": said, "expects": answer.expects, "hold": answer.hold, "reservation": answer.reservation}
