"""What Rasa knows of a dialogue: what the request for a turn has brought, and nothing else.

Rasa keeps no tracker. The bot stores what a turn leaves behind together with its answer and sends it along with the next
message, so any process takes any turn, and a turn that is not finished leaves no trace.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME, SESSION_START_METADATA_SLOT
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, LoopInterrupted, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from dialogue.rasa.server.trace import trace_of


@dataclass
class Carried:
    """A dialogue while a request is dealt with.

    `dialogue`: ``{"slots": {name: value}, "loop": the open form or null, "is_interrupted": whether something else was
    answered last, "heard_at": when the last message came, in seconds since 1970 by the conversation's clock}``; None before
    the first message. `clock_shift`: seconds that this clock is ahead of the real one. `traces`: what was done about each
    message, for those who look into the dialogue.
    """

    dialogue: dict[str, Any] | None = None
    clock_shift: float = 0.0
    traces: list[dict[str, Any]] = field(default_factory=list)
    begun_with: int = 0

    def now(self) -> float:
        """Return the seconds since 1970 by the conversation's clock."""
        return time.time() + self.clock_shift

    def silence(self) -> float:
        """Return the seconds since the last message; zero before the first."""
        now = self.now()
        heard_at: float = (self.dialogue or {}).get("heard_at", now)
        return now - heard_at

    def events(self) -> list[Event]:
        """Return the fewest events that make a tracker what it was after the last turn.

        Starting a session and running a form both reset slots, so the slots come after them.
        """
        if self.dialogue is None:
            return []
        events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
        if loop := self.dialogue.get("loop"):
            events += [ActionExecuted(loop), ActiveLoop(loop)]
        events += [SlotSet(name, value) for name, value in self.dialogue.get("slots", {}).items()]
        events.append(ActionExecuted(ACTION_LISTEN_NAME))
        if self.dialogue.get("is_interrupted"):
            events.append(LoopInterrupted(True))
        return events

    def keep(self, tracker: DialogueStateTracker) -> None:
        """Take from a tracker, after its turn, what is to be carried on."""
        loop, slots = tracker.active_loop, tracker.current_slot_values()
        before = (self.dialogue or {}).get("loop")
        self.traces.append(trace_of(list(tracker.events)[self.begun_with :], before))
        self.dialogue = {
            "slots": {
                name: value
                for name, value in slots.items()
                if value is not None and name != SESSION_START_METADATA_SLOT
            },
            "loop": tracker.active_loop_name,
            "is_interrupted": bool(loop and loop.is_interrupted),
            "heard_at": round(self.now(), 3),
        }


_request: ContextVar[Carried] = ContextVar("request")


def begin(dialogue: dict[str, Any] | None, clock_shift: float) -> Carried:
    """Begin to deal with a request. Each one must: all requests of a connection share their context."""
    carried = Carried(dialogue, clock_shift)
    _request.set(carried)
    return carried


class CarriedTrackerStore(TrackerStore):
    """Makes a tracker of what the request has brought, and takes from it what goes back with the answer."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the tracker as the last turn has left it; None before the first, and outside a request."""
        carried = _request.get(None)
        events = carried.events() if carried else []
        if carried is not None:
            carried.begun_with = len(events)
        if not events:
            return None
        tracker = self.init_tracker(sender_id)
        tracker.update_with_events(events, self.domain)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep what the response is to take back."""
        carried = _request.get(None)
        if carried is not None and tracker.events:  # Rasa saves a new tracker first, before anything has happened
            carried.keep(tracker)

    async def keys(self) -> Iterable[str]:
        """Return the conversations that are kept here: none."""
        return []


def _has_session_expired(self: MessageProcessor, tracker: DialogueStateTracker) -> bool:
    session = self.domain.session_config
    minutes = _request.get(Carried()).silence() / 60
    return bool(session.are_sessions_enabled() and minutes > session.session_expiration_time)


def install() -> None:
    """Change how Rasa measures silence, for the whole process.

    It looks for the last message among the tracker's events, which are not carried, and knows only the real clock, which
    testers do not move.
    """
    MessageProcessor._has_session_expired = _has_session_expired
