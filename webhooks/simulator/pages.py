"""The simulator's page and its API."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import httpx
from flask import Blueprint, Response, abort, jsonify, request, send_from_directory
from pydantic import BaseModel, Field
from redis import Redis

from booking_engine import BookingEngine, Clock
from bot.settings import Settings
from webhooks.bodies import read_body
from webhooks.problems import Problem
from webhooks.simulator import twilio_api
from webhooks.simulator.failures import Failures
from webhooks.simulator.inbox import Inbox
from webhooks.simulator.phones import Phones

_HERE = Path(__file__).parent
_LONGEST_WAIT = 20.0  # seconds a request may wait for new messages
_POLICY = "default-src 'self'"
_ASSETS = frozenset({".css", ".js", ".svg"})
_MOST_NUMBERS = 1000


class _Outgoing(BaseModel):
    sender: str = Field(alias="from", min_length=1, max_length=32)
    to: str = Field(min_length=1, max_length=32)
    body: str = Field(default="", max_length=10_000)
    repeat: bool = False
    media: int = Field(default=0, ge=0, le=10)
    sid: str | None = Field(default=None, pattern="^(SM|MM)[0-9a-f]{32}$")
    opt_out_type: Literal["STOP", "START", "HELP"] | None = None


def create_blueprint(settings: Settings, engine: BookingEngine, redis: Redis, clock: Clock) -> Blueprint:
    """Create the routes of the page, its API and the simulated Twilio."""
    blueprint = Blueprint("simulator", __name__, url_prefix="/simulator")
    inbox = Inbox(redis)
    phones = Phones(settings, inbox)
    twilio_api.add_routes(blueprint, settings, inbox, Failures(redis))

    @blueprint.get("")
    def page() -> Response:
        response = send_from_directory(_HERE, "page.html")
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    @blueprint.get("/<name>")
    def asset(name: str) -> Response:
        if Path(name).suffix not in _ASSETS:
            abort(404)
        return send_from_directory(_HERE, name)

    @blueprint.get("/api/config")
    def config() -> Response:
        known = engine.find_restaurants(limit=_MOST_NUMBERS)
        own = [{"number": r.sms_number, "label": r.name} for r in known if r.sms_number]
        numbers = [{"number": settings.twilio_number, "label": "Tabletalk"}, *own]
        return jsonify({"numbers": numbers, "now": clock.now().isoformat()})

    @blueprint.post("/api/messages")
    def send() -> Response:
        outgoing = read_body(_Outgoing)
        try:
            done = phones.text(
                outgoing.sender,
                outgoing.to,
                outgoing.body,
                media=outgoing.media,
                times=2 if outgoing.repeat else 1,
                sid=outgoing.sid,
                opt_out_type=outgoing.opt_out_type,
            )
        except httpx.HTTPError as error:
            raise Problem(504, "no_answer", f"the webhook did not answer: {error}") from None
        return jsonify(vars(done))

    @blueprint.get("/api/threads")
    def thread() -> Response:
        after, wait = request.args.get("after", 0, type=int), request.args.get("wait", 0.0, type=float)
        phone, to = request.args.get("phone", ""), request.args.get("to", "")
        messages = inbox.read(phone, to, after=after, wait=min(wait, _LONGEST_WAIT))
        return jsonify({"messages": messages, "next": messages[-1]["id"] if messages else after})

    return blueprint
