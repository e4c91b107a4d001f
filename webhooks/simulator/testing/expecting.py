"""What the bot waits for in a thread of texts; the chat API says so with each answer, a text message cannot."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict

from bot import conversations
from webhooks.bodies import read_query
from webhooks.rest.fields import PhoneNumber
from webhooks.simulator.testing.tools import Tools
from webhooks.twilio import thread_between


class _Thread(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone: PhoneNumber
    to: str


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    @blueprint.get("/expects")
    def show() -> Response:
        """`expects` in the words of the chat API; null where nothing was asked, or nobody has texted yet."""
        wish = read_query(_Thread)
        thread = thread_between(tools.engine, wish.phone, wish.to)
        with tools.database.connect() as connection:
            found = conversations.find(connection, thread.id)
        return jsonify({"expects": found.expects if found else None})
