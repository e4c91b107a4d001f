"""Copies of trackers: made of what a tracker is, and not of all that has led there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from rasa.core.actions import action
from rasa.core.actions.action import Action
from rasa.core.actions.forms import FormAction
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

Copied = TypeVar("Copied")


def _copy(self: DialogueStateTracker) -> DialogueStateTracker:
    """Return a tracker that goes its own way from here on."""
    tracker = _shallow(self)
    tracker.events = self.events.copy()
    tracker.slots = {name: _shallow(slot) for name, slot in self.slots.items()}
    tracker.active_loop = _shallow(self.active_loop) if self.active_loop else None
    tracker.model_id = tracker.assistant_id = tracker.sender_source = (
        None  # as in Rasa's copies: they are not its state
    )
    return tracker


def _shallow(value: Copied) -> Copied:
    """Copy as `copy.copy` does, which asks first how, for ten times as long."""
    twin = object.__new__(type(value))
    twin.__dict__.update(value.__dict__)
    return twin


def _temporary_tracker(
    self: FormAction, current_tracker: DialogueStateTracker, additional_events: Sequence[Event], domain: Domain
) -> DialogueStateTracker:
    """What is added to the events is added to a copy, instead of all of them to a new tracker."""
    tracker = current_tracker.copy()
    requested = SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(current_tracker))
    for event in (requested, ActionExecuted(self.name()), *additional_events):
        tracker.update(event)
    return tracker


_equals_as_rasa_does = UserUttered.__eq__


def _equals(self: UserUttered, other: object) -> bool:
    return self is other or _equals_as_rasa_does(self, other)


_make_own_actions = action.default_actions
_own_actions: dict[int, tuple[EndpointConfig | None, list[Action]]] = {}


def _default_actions(action_endpoint: EndpointConfig | None = None) -> list[Action]:
    """Return Rasa's own actions, which keep nothing of a run. The endpoint is kept, so that its id stays its own."""
    if id(action_endpoint) not in _own_actions:
        _own_actions[id(action_endpoint)] = action_endpoint, _make_own_actions(action_endpoint)
    return _own_actions[id(action_endpoint)][1]


def install() -> None:
    """Change how Rasa copies trackers and looks for a message in them, for the whole process.

    For every action it plays all events again to a new tracker, up to three times, and to find the latest message it turns
    entities into JSON and compares that; each time it looks for an action, it makes all of its own anew.
    """
    DialogueStateTracker.copy = _copy
    FormAction._temporary_tracker = _temporary_tracker
    UserUttered.__eq__ = _equals
    action.default_actions = _default_actions
