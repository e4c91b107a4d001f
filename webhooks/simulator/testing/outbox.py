"""The texts the service sends on its own: what they say, their status, and a way to hurry them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine, Row, text

from booking_engine import outbox
from bot.notification_texts import notification_text
from webhooks.bodies import read_body, read_query
from webhooks.rest.fields import PhoneNumber
from webhooks.simulator.testing.tools import Instant, Tools

_QUERY = text("""
    SELECT o.*, d.status AS delivery, d.error_code FROM outbox o LEFT JOIN LATERAL (
        SELECT status, error_code FROM delivery WHERE provider_sid = o.provider_sid ORDER BY received_at DESC LIMIT 1
    ) d ON true
    WHERE o.to_phone = :phone ORDER BY o.created_at, o.due_at, o.id
""")


class _PhoneQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone: PhoneNumber


class _Due(_PhoneQuery):
    at: Instant


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    """Add the routes of the outbox."""

    @blueprint.get("/outbox")
    def list_texts() -> Response:
        rows = _rows(tools.database, read_query(_PhoneQuery).phone)
        return jsonify({"texts": [_as_json(row, tools) for row in rows]})

    @blueprint.post("/outbox/due")
    def make_due() -> Response:
        wish = read_body(_Due)
        with tools.database.begin() as connection:
            due = outbox.hurry(connection, wish.phone, due_by=wish.at, now=tools.engine.clock.now())
        return jsonify({"due": due})


def _rows(database: Engine, phone: str) -> list[Row[Any]]:
    with database.connect() as connection:
        return list(connection.execute(_QUERY, {"phone": phone}))


def _as_json(row: Row[Any], tools: Tools) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "status": _status(row),
        "delivery": row.delivery,
        "due_at": row.due_at.isoformat(),
        "text": notification_text(row.kind, row.payload, tools.engine.restaurant, tools.languages, tools.codes),
        "attempts": row.attempts,
        "error": row.error_code or row.last_error,
    }


def _status(row: Row[Any]) -> str:
    for status, since in (("sent", row.sent_at), ("failed", row.failed_at), ("voided", row.voided_at)):
        if since is not None:
            return status
    return "pending" if row.sending_at is None else "sending"
