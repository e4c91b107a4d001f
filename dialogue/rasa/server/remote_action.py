"""Calls to our own action app: lighter than Rasa's, and never silent about a failure."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any

import pycurl
import rasa
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError

logger = logging.getLogger(__name__)


class TurnFailed(BaseException):
    """Something a turn needs has failed, so the turn must not be saved, nor leave a trace in the tracker.

    Rasa swallows every ``Exception`` of an action or a tracker store and carries on with the events lost; not being one,
    this passes through to our channel, before the tracker is saved.
    """


class PartAway(TurnFailed):
    """The action app, or what it needs, is away or hangs, so the message is not the cause."""


_run_as_rasa_does = RemoteAction.run


def _slim_call(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """What our actions read: slots, the latest message, the loop. Rasa would send the domain and every event since the
    conversation began, which grows with every message.
    """
    return {
        "next_action": self._name,
        "sender_id": tracker.sender_id,
        "tracker": {
            "sender_id": tracker.sender_id,
            "slots": tracker.current_slot_values(),
            "latest_message": tracker._latest_message_data() or {},
            "active_loop": {"name": tracker.active_loop_name},
            "events": [],
        },
        "domain": {},
        "version": rasa.__version__,
    }


async def _run_or_fail(self: RemoteAction, *args: Any, **kwargs: Any) -> Any:
    try:
        return await _run_as_rasa_does(self, *args, **kwargs)
    except ActionExecutionRejection:
        raise
    except asyncio.CancelledError as error:  # the turn's time is over
        raise PartAway(self.name()) from error
    except Exception as error:
        logger.exception("action %s failed", self.name())
        raise (PartAway if _is_away(error) else TurnFailed)(self.name()) from error


def _is_away(error: BaseException | None) -> bool:
    """Whether no word came back from the action app, or that it cannot answer now. Rasa wraps what it was told."""
    while error is not None:
        if isinstance(error, pycurl.error | asyncio.TimeoutError):
            return True
        if isinstance(error, ClientResponseError) and error.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return True
        error = error.__cause__ or error.__context__
    return False


def install() -> None:
    """Change how Rasa calls remote actions, for the whole process.

    The answer of the action app is our own code's: checking it against a JSON schema took 70 % of a turn's time.
    """
    RemoteAction._validate_action_result = lambda self, result: True
    RemoteAction._action_call_format = _slim_call
    RemoteAction.run = _run_or_fail
