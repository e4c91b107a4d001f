"""Test clocks: each conversation may live at a time of its own."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot import conversations
from webhooks.bodies import read_body
from webhooks.problems import Problem
from webhooks.simulator.testing.tools import Instant, Tools
from webhooks.twilio import thread_between


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sender: str | None = Field(default=None, alias="from", min_length=1, max_length=32)
    to: str | None = Field(default=None, min_length=1, max_length=32)
    conversation_id: UUID | None = None
    at: Instant

    @model_validator(mode="after")
    def _names_one_conversation(self) -> _Wish:
        by_numbers = [self.sender is not None, self.to is not None]
        if any(by_numbers) is not all(by_numbers) or any(by_numbers) is (self.conversation_id is not None):
            raise ValueError("name the conversation by from and to, or by conversation_id")
        return self


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    @blueprint.put("/clock")
    def set_clock() -> Response:
        wish = read_body(_Wish)
        shift = tools.shift_to(wish.at)
        with tools.database.begin() as connection:
            if wish.sender and wish.to:
                thread = thread_between(tools.engine, wish.sender, wish.to)
                conversations.remember(connection, thread)
            else:
                found = conversations.find(connection, wish.conversation_id) if wish.conversation_id else None
                if found is None:
                    raise Problem(404, "conversation_unknown", "There is no such conversation.")
                thread = found
            conversations.note(connection, thread.id, clock_shift=shift)
        return jsonify({"now": wish.at.isoformat(), "shift_seconds": shift.total_seconds()})
