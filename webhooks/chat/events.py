"""The stream of a conversation's messages, as server-sent events.

It lives in a program of its own, in which thousands of visitors wait without holding a worker of the public app. Each
stream ends after half an hour, and the visitor comes again with the last id it has got: so nobody who has left, and no
token that has ended, stays for long.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from booking_engine import Clock
from bot import messages, tokens
from bot.messages import ThreadMessage
from webhooks.access import bearer_token
from webhooks.chat import payloads
from webhooks.chat.conversation_auth import ConversationAuth
from webhooks.chat.hub import Hub, TooManyWatchers, Watcher
from webhooks.chat.origins import answer_any_site
from webhooks.problems import Problem
from webhooks.rate_limits import RateLimits

_HEARTBEAT = 20.0  # seconds
_LASTS = 1800.0  # seconds
_COME_AGAIN = 3000  # milliseconds, after a stream has ended
_LOOKED_AT_AGAIN = 10
"""Messages before the last one that are read again: of two that were stored at once the earlier may be committed later."""
_LARGEST_SEQ = 2**63 - 1


def create_blueprint(
    database: Engine, clock: Clock, auth: ConversationAuth, hub: Hub, rate_limits: RateLimits
) -> Blueprint:
    blueprint = Blueprint("events", __name__, url_prefix="/api/chat")
    answer_any_site(blueprint)

    @blueprint.get("/conversations/<uuid:conversation_id>/events")
    @rate_limits.count_stream
    def stream(conversation_id: UUID) -> Response:
        conversation = auth.authorize(conversation_id)
        with ExitStack() as stack:
            try:
                watcher = stack.enter_context(
                    hub.watching(conversation_id, request.remote_addr or "", _last_event_id())
                )
            except TooManyWatchers:
                raise Problem(503, "too_many_watchers", "There is no room for another stream of events.") from None
            thread = _Thread(database, clock, conversation_id, bearer_token(), conversation.clock_shift)
            # What is watched is let go by the stream's end, also when it never began.
            response = Response(_events(thread, watcher), mimetype="text/event-stream")
            response.call_on_close(stack.pop_all().close)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # nginx would keep the events to itself
        return response

    return blueprint


class _Thread:
    """What is read again and again; it keeps nothing of the request but what it needs."""

    def __init__(self, database: Engine, clock: Clock, conversation_id: UUID, token: str, shift: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._conversation_id = conversation_id
        self._token = token
        self._shift = shift

    def read(self, after: int) -> list[ThreadMessage] | None:
        """What came after; None when the token opens it no longer."""
        try:
            with self._database.begin() as connection:
                found = tokens.open_with(connection, self._conversation_id, self._token, self._clock.now())
                if found is None:
                    return None
                self._shift = found.clock_shift
                return messages.thread(connection, self._conversation_id, after=after)
        except tokens.TokenExpired:
            return None

    @property
    def clock(self) -> Clock:
        """The clock that the conversation goes by."""
        return self._clock.shifted(self._shift)


def _events(thread: _Thread, watcher: Watcher) -> Iterator[str]:
    yield f"retry: {_COME_AGAIN}\n\n"
    ends_at = time.monotonic() + _LASTS
    recent: deque[int] = deque([watcher.seen], maxlen=_LOOKED_AT_AGAIN)
    while time.monotonic() < ends_at and not watcher.is_over:
        try:
            lines = thread.read(min(recent))
        except SQLAlchemyError:
            return  # the visitor comes again, with the last id
        if lines is None:
            return
        for line in (line for line in lines if line.seq not in recent):
            recent.append(line.seq)
            watcher.seen = max(watcher.seen, line.seq)
            yield _event(line, watcher.seen, thread.clock)
        while not watcher.wait(_HEARTBEAT) and time.monotonic() < ends_at:
            yield ":\n\n"


def _event(line: ThreadMessage, seen: int, clock: Clock) -> str:
    state = payloads.state_of(line)
    data = payloads.line_in_json(line, clock)
    if state is not None:
        data |= {**state, "now": payloads.moment(clock.now())}
    return f"id: {seen}\nevent: message\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _last_event_id() -> int:
    given = request.headers.get("Last-Event-ID", "").strip()
    if not given:
        return 0
    if not (given.isascii() and given.isdigit()) or int(given) > _LARGEST_SEQ:
        raise Problem(422, "invalid_last_event_id", "Last-Event-ID is the id of a message.")
    return int(given)
