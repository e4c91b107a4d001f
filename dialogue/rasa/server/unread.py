"""Work that Rasa does for lines of its log and for warnings that nobody reads."""

from __future__ import annotations

import os
from typing import TypeVar

from rasa.core import processor
from rasa.core.actions import forms

Value = TypeVar("Value")


class _NoCopies:
    """Stands in for the module `copy`."""

    @staticmethod
    def deepcopy(value: Value) -> Value:
        return value


def install() -> None:
    """Change what Rasa does for debug messages and warnings, for the whole process.

    For messages that are not logged, it copies what a turn has read and done, and so it makes a domain for each message to
    see whether ours is empty, before it warns of intents that are not in it: a sixth of what a turn took of the process. That
    the domain has every intent is tested. It also writes all slots down for one, and Sanic the address of every request, where
    setting the level of its log comes too late.
    """
    os.environ["SANIC_ACCESS_LOG"] = "false"
    processor.copy = forms.copy = _NoCopies
    processor.MessageProcessor._check_for_unseen_features = lambda self, parse_data: None
    processor.MessageProcessor._log_slots = staticmethod(lambda tracker: None)
