"""Test clocks: each conversation may live at a time of its own."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from bot import conversations
from webhooks.bodies import read_body
from webhooks.simulator.testing.naming import NamesConversation
from webhooks.simulator.testing.tools import Instant, Tools


class _Wish(NamesConversation):
    at: Instant


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    @blueprint.put("/clock")
    def set_clock() -> Response:
        wish = read_body(_Wish)
        shift = tools.shift_to(wish.at)
        with tools.database.begin() as connection:
            thread = wish.find(connection, tools, make=True)
            conversations.note(connection, thread.id, clock_shift=shift)
        return jsonify({"now": wish.at.isoformat(), "shift_seconds": shift.total_seconds()})
