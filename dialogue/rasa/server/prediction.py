"""Which action comes next, remembered: after the same steps a rule always leads to the same one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUttered,
)

_MOST = 4096
"""Predictions that are remembered, about 2 KB each. A dialogue's steps are few: the form that was open, and one message's."""

_MARKS: dict[type[Event], Callable[[Any], tuple[Any, ...]]] = {
    ActionExecuted: lambda event: (event.action_name, event.action_text),
    ActionExecutionRejected: lambda event: (event.action_name,),
    ActiveLoop: lambda event: (event.name,),
    DefinePrevUserUtteredFeaturization: lambda event: (event.use_text_for_featurization,),
    LoopInterrupted: lambda event: (event.is_interrupted,),
    SessionStarted: lambda event: (),
    UserUttered: lambda event: (event.intent_name,),
}
_WITHOUT_INFLUENCE = (BotUttered, FollowupAction, SlotSet)


def marks_of(events: Iterable[Event]) -> tuple[Any, ...] | None:
    """Return all that a prediction depends on; None where an event is of a kind that is not known here.

    No slot of the domain influences the conversation, and no rule names an entity or a text.
    """
    marks = []
    for event in events:
        if isinstance(event, _WITHOUT_INFLUENCE):
            continue
        mark = _MARKS.get(type(event))
        if mark is None:
            return None
        marks.append((event.type_name, *mark(event)))
    return tuple(marks)


_predict_as_rasa_does = MessageProcessor._predict_next_with_tracker


def _predict(self: MessageProcessor, tracker: Any) -> PolicyPrediction:
    """Predict as Rasa does, unless that was done before. A follow-up action that was asked for is no prediction."""
    marks = None if tracker.followup_action else marks_of(tracker.events)
    if marks is None:
        return _predict_as_rasa_does(self, tracker)
    remembered: OrderedDict[Any, PolicyPrediction] = self.__dict__.setdefault("_predictions", OrderedDict())
    if marks in remembered:
        remembered.move_to_end(marks)
        return remembered[marks]
    prediction = remembered[marks] = _predict_as_rasa_does(self, tracker)
    if len(remembered) > _MOST:
        remembered.popitem(last=False)
    return prediction


def install() -> None:
    """Change how Rasa predicts actions, for the whole process.

    RulePolicy goes through all rules for every action, twice a message: an eighth of what a turn took of the process.
    """
    MessageProcessor._predict_next_with_tracker = _predict
