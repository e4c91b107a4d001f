"""The cancel form: finds the reservation that is meant and gives its table back; undo brings it back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from booking_engine import (
    BookingEngine,
    NoTableAvailable,
    Reservation,
    ReservationOver,
    ReservationUnknown,
    UndoTooLate,
)
from dialogue.actions.forms import FormValidation
from dialogue.actions.identifying import gives_up, know_whose_booking
from dialogue.actions.leaving import can_take_back, says_yes_to_proposal, take_back
from dialogue.actions.memory import Memory
from dialogue.actions.picking import Heard
from dialogue.actions.reservations import find_target, pick_booking
from dialogue.actions.turn import Turn
from dialogue.words import Languages


class ValidateCancelForm(FormValidation):
    """Asks which one where there are several; a single one is cancelled at once, since undo is a word away."""

    form = "cancel_form"
    task = "cancel"
    leaves_for = frozenset({"book", "find", "change", "undo", "opt_out"})

    def begin(self, turn: Turn, memory: Memory) -> None:
        if memory.hold is not None:
            turn.engine.release_hold(memory.hold["id"], command_id=turn.command_id("release"), channel=turn.channel)
        memory.forget_draft()

    def hear(self, turn: Turn, memory: Memory, asked: str | None) -> Heard:
        heard = Heard()
        if memory.choices:
            pick_booking(turn, memory, heard)
        return heard

    def go_on(self, turn: Turn, memory: Memory, asked: str | None, heard: Heard) -> str | None:
        if self._is_left(turn, asked, heard):
            turn.say("utter_nothing_cancelled")
            memory.forget_draft()
            return None
        asks = know_whose_booking(turn, memory, asked)
        if asks is not None:
            return asks
        if not heard.took_choice and not memory.task_has_target:
            memory.reservation = None
        target = find_target(turn, memory, heard)
        if isinstance(target, str):
            return "choice" if target == "choice" else None
        if memory.is_unsure and not says_yes_to_proposal(turn, asked):
            memory.reservation, memory.task_has_target = target.code, True
            turn.say("utter_propose_cancel", **turn.show_reservation(target))
            return "confirmation"
        self._cancel(turn, target)
        memory.forget_draft()
        memory.reservation = target.code
        return None

    def _is_left(self, turn: Turn, asked: str | None, heard: Heard) -> bool:
        says_no = turn.intent in ("deny", "stop_booking") or heard.refused_choices
        return (asked in ("choice", "confirmation") and says_no) or gives_up(turn, asked)

    def _cancel(self, turn: Turn, target: Reservation) -> None:
        try:
            cancelled = turn.engine.cancel_reservation(
                target.code, command_id=turn.command_id("cancel"), channel=turn.channel, notify=not turn.is_by_sms
            )
        except ReservationOver as over:
            turn.met(over)
            turn.say("utter_change_too_late", **turn.show_reservation(target))
        else:
            already = target.status == "cancelled"
            turn.say("utter_cancelled_already" if already else "utter_cancelled", **turn.show_reservation(cancelled))


class Undo(Action):
    """Takes the last cancellation of this conversation back."""

    def __init__(self, engine: BookingEngine, languages: Languages) -> None:
        self._engine = engine
        self._languages = languages

    def name(self) -> str:
        return "action_undo"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(self._engine, self._languages, dispatcher, tracker)
        memory = Memory.of(turn)
        if can_take_back(turn, memory) and not self._is_cancelled(turn, memory.reservation):
            take_back(turn, memory)
        else:
            self._restore(turn, memory.reservation)
        turn.finish(None)
        return [SlotSet("before", memory.before)]

    def _is_cancelled(self, turn: Turn, code: str | None) -> bool:
        return code is not None and turn.engine.reservation(code).status == "cancelled"

    def _restore(self, turn: Turn, code: str | None) -> None:
        try:
            if code is None or turn.engine.reservation(code).status != "cancelled":
                turn.say("utter_nothing_to_undo")
                return
            restored = turn.engine.restore_reservation(
                code, command_id=turn.command_id("restore"), channel=turn.channel, notify=not turn.is_by_sms
            )
        except UndoTooLate as late:
            turn.met(late)
            turn.say("utter_undo_too_late")
        except NoTableAvailable as gone:
            turn.met(gone)
            turn.say("utter_undo_table_gone")
        except (ReservationUnknown, ReservationOver) as unknown:  # never was, or was moved elsewhere
            turn.met(unknown)
            turn.say("utter_nothing_to_undo")
        else:
            turn.say("utter_restored", **turn.show_reservation(restored))
