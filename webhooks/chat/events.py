"""The stream of a conversation's messages, as server-sent events.

It runs in a separate process, where thousands of visitors can wait without holding a worker of the public app. A stream
ends after half an hour, and the visitor reconnects with the last id received. That way, visitors who have left and
tokens that have expired are dropped before long.
"""

from __future__ import annotations

import json
import re
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
from booking_engine.storage.patience import within
from bot import messages, tokens
from bot.addresses import network_of
from bot.messages import ThreadMessage
from bot.settings import Settings
from webhooks.access import bearer_token
from webhooks.chat import payloads
from webhooks.chat.conversation_auth import ConversationAuth
from webhooks.chat.hub import Hub, TooManyWatchers, Watcher
from webhooks.chat.origins import answer_any_site
from webhooks.problems import Problem
from webhooks.rate_limits import RateLimits

_HEARTBEAT = 20.0  # seconds
_LONGEST_STREAM = 1800.0  # seconds
_RECONNECT_AFTER = 3000  # milliseconds until the browser reconnects after a stream has ended
_REREAD = 10
"""Messages before the last one to reread, because of two stored concurrently the earlier may be committed later."""
_LARGEST_SEQ = 2**63 - 1
_SEQ = re.compile("[0-9]{1,19}")


def create_blueprint(
    settings: Settings, database: Engine, clock: Clock, auth: ConversationAuth, hub: Hub, rate_limits: RateLimits
) -> Blueprint:
    """Create the route of the event stream."""
    blueprint = Blueprint("events", __name__, url_prefix="/api/chat")
    answer_any_site(blueprint)

    @blueprint.get("/conversations/<uuid:conversation_id>/events")
    @rate_limits.count_stream
    def stream(conversation_id: UUID) -> Response:
        with within(settings.answer_within):
            conversation = auth.authorize(conversation_id)
        with ExitStack() as stack:
            try:
                watcher = stack.enter_context(
                    hub.watching(conversation_id, network_of(request.remote_addr or ""), _last_event_id())
                )
            except TooManyWatchers:
                raise Problem(503, "too_many_watchers", "There is no room for another stream of events.") from None
            thread = _Thread(database, clock, conversation_id, bearer_token(), conversation.clock_shift)
            # Closing the response unregisters the watcher, even if streaming never started.
            response = Response(_events(thread, watcher), mimetype="text/event-stream")
            response.call_on_close(stack.pop_all().close)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # keeps nginx from buffering the events
        return response

    return blueprint


class _Thread:
    """Rereads a thread. It keeps only what it needs of the request."""

    def __init__(self, database: Engine, clock: Clock, conversation_id: UUID, token: str, shift: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._conversation_id = conversation_id
        self._token = token
        self._shift = shift

    def read(self, after: int) -> list[ThreadMessage] | None:
        """Return the messages after `after`, or None if the token no longer opens the conversation."""
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
        """The conversation's clock."""
        return self._clock.shifted(self._shift)


def _events(thread: _Thread, watcher: Watcher) -> Iterator[str]:
    yield f"retry: {_RECONNECT_AFTER}\n\n"
    ends_at = time.monotonic() + _LONGEST_STREAM
    recent: deque[int] = deque([watcher.seen], maxlen=_REREAD)
    while time.monotonic() < ends_at and not watcher.is_over:
        try:
            lines = thread.read(min(recent))
        except SQLAlchemyError:
            return  # the visitor reconnects with the last id
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
    if not _SEQ.fullmatch(given) or int(given) > _LARGEST_SEQ:
        raise Problem(422, "invalid_last_event_id", "Last-Event-ID is the id of a message.")
    return int(given)
