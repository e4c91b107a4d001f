"""The channel through which the bot takes a turn: one request, the whole answer or an honest failure."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from dialogue.rasa.server import places, sessions
from dialogue.rasa.server.remote_action import TurnFailed
from nlu.commands import split_wishes

logger = logging.getLogger(__name__)


class TurnChannel(InputChannel):
    """``POST /webhooks/turn/`` ``{"sender", "message", "message_id", "again", "metadata", "catalogue"}``.

    `catalogue` is the version of the restaurants' names that the message is to be read with.

    200 ``{"messages": [...]}`` in the form of Rasa's REST channel, or 502 when an action or the tracker store failed; then
    nothing of the turn is remembered. With ``again``, a message that was dealt with already is answered from the tracker.

    ``POST /webhooks/turn/reading`` ``{"text", "expects"}`` reads a text as the answer to what was asked, and does nothing about
    it; it answers as Rasa's ``/model/parse`` does, which knows no context.
    """

    def __init__(self, token: str) -> None:
        self._token = token
        self._catalogue = places.from_environment()

    @classmethod
    def name(cls) -> str:
        return "turn"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TurnChannel:
        return cls((credentials or {})["token"])

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        turns = Blueprint("turns", type(self).__module__.replace(".", "_"))

        @turns.route("/", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            is_ready = agent is not None and agent.is_ready() and await self._knows_places(None)
            return response.json({"ready": is_ready}, status=200 if is_ready else 503)

        @turns.route("/", methods=["POST"])
        async def take_turn(request: Request) -> HTTPResponse:
            if not self._admits(request):
                return response.json({"error": "wrong token"}, status=401)
            body = request.json
            agent = request.app.ctx.agent
            if not await self._knows_places(body.get("catalogue")):
                return response.json({"error": "no restaurants are known"}, status=503)
            sessions.set_clock(body.get("metadata"))
            wishes = split_wishes(_not_a_command(body["message"]))
            answers: list[dict[str, Any]] = []
            for place, wish in enumerate(wishes, start=1):
                if place > 1 and _asks(answers):  # one question at a time
                    return response.json({"messages": answers, "left": wish})
                message_id = body["message_id"] if place == len(wishes) else f"{body['message_id']}/{place}"
                known = await _answer_on_record(agent, body["sender"], message_id) if body.get("again") else None
                if known is not None:
                    answers += known
                    continue
                metadata = body.get("metadata") if place == 1 else {**(body.get("metadata") or {}), "expects": None}
                collector = CollectingOutputChannel()
                told = {"input_channel": self.name(), "message_id": message_id, "metadata": metadata}
                try:
                    await on_new_message(UserMessage(wish, collector, body["sender"], **told))
                except TurnFailed as failure:
                    return response.json({"error": f"{failure} failed"}, status=502)
                except Exception:
                    logger.exception("turn failed")
                    return response.json({"error": "turn failed"}, status=502)
                if not collector.messages:
                    return response.json({"error": "no answer"}, status=502)
                answers += collector.messages
            return response.json({"messages": answers})

        @turns.route("/reading", methods=["POST"])
        async def read(request: Request) -> HTTPResponse:
            if not self._admits(request):
                return response.json({"error": "wrong token"}, status=401)
            body = request.json
            await self._knows_places(None)
            message = UserMessage(_not_a_command(body["text"]), metadata={"expects": body.get("expects")})
            return response.json(await request.app.ctx.agent.processor.parse_message(message))

        return turns

    async def _knows_places(self, version: int | None) -> bool:
        try:
            await self._catalogue.know(version)
        except places.Unknown:
            return False
        return True

    def _admits(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), self._token.encode())


def _not_a_command(text: str) -> str:
    """Rasa takes a message that begins with a slash for an intent by name; a diner's slash is only a slash."""
    return text.lstrip(" /") if text.lstrip().startswith("/") else text


def _asks(answers: list[dict[str, Any]]) -> bool:
    """Whether the last of these waits for an answer."""
    states = [answer["custom"] for answer in answers if answer.get("custom")]
    return bool(states and states[-1].get("expects"))


async def _answer_on_record(agent: Any, sender: str, message_id: str) -> list[dict[str, Any]] | None:
    """What the bot said to this message, if the turn was completed and saved before its answer got lost."""
    tracker = await agent.tracker_store.retrieve(sender)
    events = list(tracker.events) if tracker else []
    places = [i for i, e in enumerate(events) if isinstance(e, UserUttered) and e.message_id == message_id]
    if not places:
        return None
    collector = CollectingOutputChannel()
    for event in events[places[-1] + 1 :]:
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            await collector.send_response(sender, event.message())
    answers: list[dict[str, Any]] = collector.messages
    return answers
