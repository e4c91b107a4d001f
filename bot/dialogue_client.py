"""HTTP client for the dialogue service (Rasa), which is one process or several."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

import pycurl

from bot.conversations import Conversation
from bot.messages import Answer, Choice, Inbound, Said, Verify
from bot.rotation import Rotation

_CONNECTS_WITHIN = 1000  # milliseconds
_READY_WITHIN = 1.0  # seconds
_WORD_BACK = 0.3  # seconds in which the dialogue service says what took so long
_AUTHORITIES = ssl.get_default_verify_paths().cafile  # this machine's, for https; libcurl in a wheel knows none


class DialogueUnavailable(Exception):
    """The dialogue service is unreachable or not ready. The message is not the cause."""


class DialogueFailed(Exception):
    """The dialogue service was reached, but failed on this message."""


class NoAnswerInTime(DialogueFailed):
    """The dialogue service was reached, and did not answer in time."""


class DialogueClient:
    """Client for Rasa's processes, any of which takes any turn. Safe to share between threads.

    Turns go to one process after the other. One that does not answer, or not in its share of the time, is left out for a
    while; what it was asked is asked of the next one. What it may have done already it has done under the message's id, so
    the next one does it no second time.
    """

    def __init__(self, addresses: Sequence[str], token: str) -> None:
        self._headers = [f"Authorization: Bearer {token}", "Content-Type: application/json"]
        self._processes = Rotation(addresses)
        self._of_thread = threading.local()

    def take_turn(
        self,
        conversation: Conversation,
        message: Inbound,
        text: str,
        *,
        state: dict[str, Any] | None,
        came_at: datetime | None,
        is_retried: bool,
        seconds: float,
    ) -> Answer:
        """Return the dialogue's answer to a message.

        `state`: that of the answer before; None at the first message. `came_at`: when the message came, by the clock of the
        conversation. If it may have been dealt with before, by a turn (`is_retried`) or by a process that took too long, it is
        decided on what stood then.

        Raises:
            DialogueUnavailable: no process of the service is up; retry once one is.
            DialogueFailed: the turn failed.
        """
        turn: dict[str, Any] = {
            "sender": str(conversation.dialogue),
            "message": text,
            "message_id": message.sid,
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
            "dialogue": state,
        }
        until = time.monotonic() + seconds
        failure: Exception = DialogueUnavailable("no process")
        processes = self._processes.in_turn()
        for place, address in enumerate(processes):
            left = until - time.monotonic()
            if left <= 0:
                break
            may_be_done = is_retried or place > 0
            turn["metadata"]["as_of"] = came_at.isoformat() if came_at and may_be_done else None
            try:
                return self._ask(address, turn, left / (2 if place < len(processes) - 1 else 1))
            except (DialogueUnavailable, NoAnswerInTime) as error:
                self._processes.leave_out(address)
                failure = error
        raise failure

    def _ask(self, address: str, turn: dict[str, Any], seconds: float) -> Answer:
        """Ask one process."""
        within = max(seconds - _WORD_BACK, seconds / 2)
        status, response = self._request(f"{address}/webhooks/turn/", turn | {"seconds": within}, seconds)
        if status == HTTPStatus.GATEWAY_TIMEOUT:
            raise NoAnswerInTime("no time left")
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE):  # still starting
            raise DialogueUnavailable(f"status {status}")
        if status != HTTPStatus.OK:
            raise DialogueFailed(f"status {status}")
        body = json.loads(response)
        told = {"left": body["left"], "state": body["dialogue"], "traces": body["traces"]}
        answer = replace(_answer(body["messages"]), **told)
        if not answer.said:
            raise DialogueFailed("no words")
        return answer

    def _request(self, url: str, body: dict[str, Any] | None, seconds: float) -> tuple[int, bytes]:
        """Return status and body of the response to a POST, or to a GET without a body.

        Raises:
            NoAnswerInTime: nothing, or not all of it, came within `seconds`.
            DialogueUnavailable: the process is not there, or died with the request.
        """
        curl = self._curl()
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.TIMEOUT_MS, max(1, int(seconds * 1000)))
        if body is None:
            curl.setopt(pycurl.HTTPGET, 1)
        else:
            curl.setopt(pycurl.POSTFIELDS, json.dumps(body))
        try:
            answer = curl.perform_rb()
        except pycurl.error as error:
            code, _ = error.args
            if code == pycurl.E_OPERATION_TIMEDOUT and curl.getinfo(pycurl.REQUEST_SIZE):  # so it was sent
                raise NoAnswerInTime("no answer in time") from error
            raise DialogueUnavailable(f"curl error {code}") from error
        return curl.getinfo(pycurl.RESPONSE_CODE), answer

    def _curl(self) -> pycurl.Curl:
        """Return this thread's handle, which keeps its connections and replaces those that were closed meanwhile.

        A request takes the processor 0.06 ms; with urllib3 it took 0.5 ms, and with httpx 0.9 ms.
        """
        found: pycurl.Curl | None = getattr(self._of_thread, "curl", None)
        if found is None:
            found = self._of_thread.curl = pycurl.Curl()
            found.setopt(pycurl.NOSIGNAL, 1)  # which only one thread can handle
            found.setopt(pycurl.PROXY, "")
            found.setopt(pycurl.HTTPHEADER, self._headers)
            found.setopt(pycurl.CONNECTTIMEOUT_MS, _CONNECTS_WITHIN)
            if _AUTHORITIES:
                found.setopt(pycurl.CAINFO, _AUTHORITIES)
        return found

    def is_ready(self) -> bool:
        """Whether a process can take turns; False if none says so within a second."""
        return any(self._is_ready(address) for address in self._processes.in_turn())

    def _is_ready(self, address: str) -> bool:
        try:
            status, _ = self._request(f"{address}/webhooks/turn/", None, _READY_WITHIN)
        except (DialogueUnavailable, NoAnswerInTime):
            return False
        return status == HTTPStatus.OK


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
        forgets=bool(facts.get("forgets")),
        hold=facts.get("hold"),
        reservation=facts.get("reservation"),
        asks=facts.get("asks"),
        verify=Verify(**wish) if wish else None,
        moves=any(state.get("moves") for state in states),
        is_automatic=any(state.get("automatic") for state in states),
        is_idle=bool(states) and all(state.get("idle") for state in states),
    )
