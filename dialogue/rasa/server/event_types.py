"""Which class an event is of: found once for each type."""

from __future__ import annotations

from functools import cache

from rasa.shared.core.events import Event


def install() -> None:
    """Change how Rasa finds the class of an event, for the whole process.

    It would list all subclasses of `Event` for every event that it reads: a twelfth of what a turn took of its loop. The
    classes are all there when it starts.
    """
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))
