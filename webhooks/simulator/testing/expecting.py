"""What the bot expects next in an SMS thread. The chat API reports this with each answer; a text cannot."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict

from bot import conversations
from bot.conversations import sms_thread
from webhooks.bodies import read_query
from webhooks.rest.fields import PhoneNumber
from webhooks.simulator.testing.tools import Tools


class _Thread(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone: PhoneNumber
    to: str


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    """Add the route that reports what the bot expects."""

    @blueprint.get("/expects")
    def show() -> Response:
        """`expects` as in the chat API; null if nothing was asked or there is no such thread yet."""
        query = read_query(_Thread)
        thread = sms_thread(query.phone, query.to)
        with tools.database.connect() as connection:
            found = conversations.find(connection, thread.id)
        return jsonify({"expects": found.expects if found else None})
