"""HTTP client for the dialogue service (Rasa)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx

from bot.conversations import Conversation
from bot.messages import Answer, Choice, Inbound, Said, Verify


class DialogueUnavailable(Exception):
    """The dialogue service is unreachable or not ready. The message is not the cause."""


class DialogueFailed(Exception):
    """The dialogue service was reached, but failed on this message or timed out."""


class DialogueClient:
    """Client for Rasa. Safe to share between threads."""

    def __init__(self, address: str, token: str, *, connections: int = 64) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._token = token
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=address, headers=headers, limits=limits, trust_env=False)

    def take_turn(self, conversation: Conversation, message: Inbound, text: str, *, seconds: float) -> Answer:
        """Return the dialogue's answer to a message.

        Raises:
            DialogueUnavailable: the service is down; retry once it is up.
            DialogueFailed: the turn failed. It left no trace, or a retry returns its answer.
        """
        turn = {
            "sender": str(conversation.dialogue),
            "message": text,
            "message_id": message.sid,
            "again": message.attempts > 0,
            "metadata": {
                "channel": conversation.channel,
                "phone": conversation.phone,
                "diner_name": conversation.diner_name,
                "restaurant": conversation.restaurant,
                "expects": conversation.expects,
                "locale": conversation.locale,
                "verified": message.verified,
                "clock_shift": conversation.clock_shift.total_seconds(),
            },
            "catalogue": conversation.catalogue_version,
        }
        try:
            response = self._client.post(
                "/webhooks/turn/", json=turn, timeout=httpx.Timeout(seconds, connect=min(1.0, seconds))
            )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise DialogueUnavailable(str(error)) from error
        except httpx.TimeoutException as error:
            raise DialogueFailed("no answer in time") from error
        except httpx.TransportError as error:  # connection lost mid-request: the process died
            raise DialogueUnavailable(str(error)) from error
        if response.status_code in (404, 503):  # still starting
            raise DialogueUnavailable(f"status {response.status_code}")
        if response.status_code != httpx.codes.OK:
            raise DialogueFailed(f"status {response.status_code}")
        body = response.json()
        answer = replace(_answer(body["messages"]), left=body.get("left"))
        if not answer.said:
            raise DialogueFailed("no words")
        return answer

    def events(self, conversation_id: UUID) -> list[dict[str, Any]]:
        """Return all events of a conversation from Rasa's tracker, oldest first.

        Raises:
            DialogueUnavailable: Rasa cannot be reached.
        """
        try:
            path = f"/conversations/{conversation_id}/tracker"
            response = self._client.get(path, params={"token": self._token, "include_events": "ALL"}, timeout=10.0)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise DialogueUnavailable(type(error).__name__) from error  # the message would leak the token
        found: list[dict[str, Any]] = response.json()["events"]
        return found

    def is_ready(self) -> bool:
        """Whether the dialogue service can take turns; False if it does not respond within a second."""
        try:
            return self._client.get("/webhooks/turn/", timeout=1.0).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


def _answer(messages: list[dict[str, Any]]) -> Answer:
    said: list[Said] = []
    states: list[dict[str, Any]] = []
    for message in messages:
        if message.get("text"):
            buttons = message.get("buttons") or []
            said.append(Said(message["text"], tuple(Choice(b["title"], b["payload"]) for b in buttons)))
        if message.get("custom"):
            states.append(message["custom"])
    facts = states[-1] if states else {}
    wish = facts.get("verify")
    return Answer(
        tuple(said),
        expects=facts.get("expects"),
        opts_out=bool(facts.get("opts_out")),
        hold=facts.get("hold"),
        reservation=facts.get("reservation"),
        asks=facts.get("asks"),
        verify=Verify(**wish) if wish else None,
        moves=any(state.get("moves") for state in states),
        is_automatic=any(state.get("automatic") for state in states),
        is_idle=bool(states) and all(state.get("idle") for state in states),
    )
