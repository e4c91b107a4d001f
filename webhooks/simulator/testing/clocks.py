"""Test clocks: each conversation may run at a time of its own."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from bot import conversations
from webhooks.bodies import read_body
from webhooks.simulator.testing.naming import NamesConversation
from webhooks.simulator.testing.tools import Instant, Tools


class _Setting(NamesConversation):
    at: Instant


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    """Add the route that sets a conversation's clock."""

    @blueprint.put("/clock")
    def set_clock() -> Response:
        setting = read_body(_Setting)
        shift = tools.shift_to(setting.at)
        with tools.database.begin() as connection:
            thread = setting.find(connection, tools, make=True)
            conversations.note(connection, thread.id, clock_shift=shift)
        return jsonify({"now": setting.at.isoformat(), "shift_seconds": shift.total_seconds()})
