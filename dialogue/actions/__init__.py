"""The words between Rasa and the booking engine: custom actions, served by our own action app."""

from __future__ import annotations

from rasa_sdk.executor import ActionExecutor

from booking_engine import BookingEngine
from dialogue.actions.booking import ValidateBookingForm
from dialogue.actions.cancelling import Undo, ValidateCancelForm
from dialogue.actions.changing import ValidateChangeForm
from dialogue.actions.opting_out import OptOut
from dialogue.actions.replying import PickUp, Reply
from dialogue.actions.signing_in import ValidateSignInForm
from dialogue.words import Languages


def create_executor(engine: BookingEngine, languages: Languages) -> ActionExecutor:
    """rasa-sdk's executor with all actions of the domain."""
    executor = ActionExecutor()
    for action in (
        ValidateBookingForm,
        ValidateChangeForm,
        ValidateCancelForm,
        ValidateSignInForm,
        Undo,
        Reply,
        PickUp,
        OptOut,
    ):
        executor.register_action(action(engine, languages))
    return executor
