"""When Rasa begins a new session: after half a day of silence by the clock of the conversation."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

_shift: ContextVar[float] = ContextVar("clock_shift", default=0.0)


def set_clock(metadata: dict[str, Any] | None) -> None:
    """Take the clock of the message with which this task deals."""
    _shift.set(_shift_of(metadata))


def _shift_of(metadata: dict[str, Any] | None) -> float:
    return (metadata or {}).get("clock_shift") or 0.0


def _has_session_expired(self: MessageProcessor, tracker: DialogueStateTracker) -> bool:
    last = tracker.get_last_event_for(UserUttered)
    if last is None or not self.domain.session_config.are_sessions_enabled():
        return False
    silence = time.time() - last.timestamp + _shift.get() - _shift_of(last.metadata)
    expired: bool = silence / 60 > self.domain.session_config.session_expiration_time
    return expired


def install() -> None:
    """Change how Rasa measures silence, for the whole process: it knows only the real clock, which testers do not move."""
    MessageProcessor._has_session_expired = _has_session_expired
