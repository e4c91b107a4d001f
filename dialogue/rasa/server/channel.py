"""The channel through which the bot takes a turn: one request, the whole answer or an honest failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from dialogue.rasa.server import places, tokens
from dialogue.rasa.server.carried import begin
from dialogue.rasa.server.remote_action import PartAway, TurnFailed
from nlu.commands import split_wishes

logger = logging.getLogger(__name__)


class TurnChannel(InputChannel):
    """``POST /webhooks/turn/`` ``{"sender", "message", "message_id", "metadata", "catalogue", "dialogue", "seconds"}``.

    `catalogue` is the version of the restaurants' names that the message is to be read with; `dialogue` what the last turn
    of this dialogue returned, null before its first; `seconds` how long the caller waits.

    200 ``{"messages": [...], "left", "dialogue", "traces"}``: messages in the form of Rasa's REST channel, the part of the
    message that still has to be answered, the dialogue as it is now, and what was done about each part. 502 when an action
    failed, 503 when what it needs is away, 504 when the time was over: the dialogue is then what it was.

    ``POST /webhooks/turn/reading`` ``{"text", "expects"}`` reads a text as the answer to what was asked, and does nothing about
    it; it answers as Rasa's ``/model/parse`` does, which knows no context.
    """

    def __init__(self, accepted: tokens.Tokens) -> None:
        self._accepted = accepted
        self._catalogue = places.from_environment()

    @classmethod
    def name(cls) -> str:
        return "turn"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TurnChannel:
        return cls(tokens.from_environment("RASA_TOKEN"))

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
            if not await self._knows_places(body.get("catalogue")):
                return response.json({"error": "no restaurants are known"}, status=503)
            try:
                turn = _take_turn(request.app.ctx.agent.processor, body)
                return response.json(await asyncio.wait_for(turn, body["seconds"]))
            except PartAway as failure:
                return response.json({"error": f"{failure} is away"}, status=503)
            except TurnFailed as failure:
                return response.json({"error": f"{failure} failed"}, status=502)
            except asyncio.TimeoutError:
                return response.json({"error": "no time left"}, status=504)
            except Exception:
                logger.exception("turn failed")
                return response.json({"error": "turn failed"}, status=502)

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
        return self._accepted == given


async def _take_turn(processor: MessageProcessor, body: dict[str, Any]) -> dict[str, Any]:
    """Answer a message, wish by wish. No lock is needed: the bot lets only one turn at a time of a dialogue through.

    Raises TurnFailed.
    """
    metadata = {**(body.get("metadata") or {}), "catalogue": body.get("catalogue")}
    carried = begin(body.get("dialogue"), metadata.get("clock_shift") or 0.0)
    answers: list[dict[str, Any]] = []
    wishes, left = split_wishes(_not_a_command(body["message"])), None
    for place, wish in enumerate(wishes, start=1):
        if place > 1 and _told_last(answers).get("expects"):  # one question at a time
            left = wish
            break
        message_id = body["message_id"] if place == len(wishes) else f"{body['message_id']}/{place}"
        told = metadata if place == 1 else {**metadata, "expects": None}
        collector = CollectingOutputChannel()
        message = UserMessage(
            wish, collector, body["sender"], input_channel=TurnChannel.name(), message_id=message_id, metadata=told
        )
        await processor.handle_message(message)
        if not collector.messages:
            raise TurnFailed("answer")
        answers += collector.messages
        # Of a message that is dealt with again, the next wish sees what was done about the ones before.
        metadata = {**metadata, "as_of": _told_last(collector.messages).get("as_of") or metadata.get("as_of")}
    return {"messages": answers, "left": left, "dialogue": carried.dialogue, "traces": carried.traces}


def _not_a_command(text: str) -> str:
    """Rasa takes a message that begins with a slash for an intent by name; a diner's slash is only a slash."""
    return text.lstrip(" /") if text.lstrip().startswith("/") else text


def _told_last(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the last of these tells the bot besides its words."""
    told = [answer["custom"] for answer in answers if answer.get("custom")]
    return told[-1] if told else {}
