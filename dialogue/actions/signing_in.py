"""The sign-in form: what needs to know who it is, while nothing is booked, changed or cancelled."""

from __future__ import annotations

from dialogue.actions.forms import FormValidation
from dialogue.actions.memory import Memory
from dialogue.actions.picking import Heard
from dialogue.actions.turn import Turn


class ValidateSignInForm(FormValidation):
    """Lives as long as the errand does, which every form does first."""

    form = "sign_in_form"
    task = "sign_in"
    leaves_for = frozenset({"book", "find", "change", "cancel", "undo", "opt_out"})

    def begin(self, turn: Turn, memory: Memory) -> None:
        """The errand is in the memory already."""

    def hear(self, turn: Turn, memory: Memory, asked: str | None) -> Heard:
        return Heard()

    def go_on(self, turn: Turn, memory: Memory, asked: str | None, heard: Heard) -> str | None:
        if not turn.has_words:  # given up
            turn.say("utter_let_be")
        return None
