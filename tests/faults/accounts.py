"""What a soak must show, from what diners heard, what the provider took and what the database says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Connection, text

from bot import messages
from bot.conversations import sms_thread
from bot.rendering import fitting, sms_texts
from dialogue.words import Words
from tests.support.phone import TWILIO_WAITS

from .texters import Heard, without_promises

_EXCUSES = tuple(Words().render(name, text="").split(".")[0] for name in ("utter_bot_unavailable", "utter_bot_failed"))


@dataclass(frozen=True)
class Promised:
    """What the database says of a text: whether it is there, and what the response to it was to say."""

    status: str | None
    texts: tuple[str, ...]


def records(connection: Connection, heard: Sequence[Heard], our_number: str) -> dict[str, Promised]:
    """Return what the database says of each text, by its sid."""
    return {each.sid: _record(connection, each, our_number) for each in heard}


def _record(connection: Connection, heard: Heard, our_number: str) -> Promised:
    thread = sms_thread(heard.number, our_number)
    answer = messages.carried_answer(connection, thread.id, heard.sid)
    stored = messages.lock_inbound(connection, thread.id, heard.sid)
    return Promised(stored.status if stored else None, tuple(map(fitting, sms_texts(answer.said))))


def faults_in(heard: Sequence[Heard], recorded: Mapping[str, Promised]) -> list[str]:
    """Return a line for each text that was lost, left without a word in time, or answered otherwise than is recorded."""
    lines = [_fault_of(each, recorded[each.sid]) for each in heard]
    return [
        f"{each.number} {each.said!r} ({each.sid}): {line}" for each, line in zip(heard, lines, strict=True) if line
    ]


def _fault_of(heard: Heard, recorded: Promised) -> str | None:
    if heard.texts is None or heard.seconds > TWILIO_WAITS:
        return f"no word within {TWILIO_WAITS:.0f} s ({heard.seconds:.1f} s {heard.trouble})"
    if any(one.startswith(_EXCUSES) for one in heard.texts):
        return f"told to try again: {heard.texts}"
    if recorded.status is None:
        return "lost"
    if recorded.status not in ("answered", "silenced"):
        return f"still {recorded.status}"
    said, due = (without_promises(texts) for texts in (heard.texts, recorded.texts))
    return f"heard {said} instead of {due}" if sorted(said) != sorted(due) else None


def arrived(connection: Connection, taken: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """Return the sids that the provider took, for each number to which a text was ever due."""
    found: dict[str, list[str]] = {number: [] for number in connection.scalars(text("SELECT to_phone FROM outbox"))}
    for one in taken:
        found.setdefault(one["To"], []).append(one["sid"])
    return found


def table(
    heard: Sequence[Heard], state: Mapping[str, Any], rows: Mapping[str, int], harm: Sequence[tuple[str, str]]
) -> str:
    """Return what happened, as lines to be printed."""
    seconds = [each.seconds for each in heard]
    silent = sum(each.texts == [] for each in heard)
    promised = sum(each.texts is not None and without_promises(each.texts) != each.texts for each in heard)
    told = {
        "harm done": ", ".join(f"{part} {what}" for what, part in harm),
        "texts of diners": f"{len(heard)} from {len({each.number for each in heard})} phones",
        "first word": f"after {median(seconds):.2f} s (median), {quantiles(seconds, n=20)[-1]:.2f} s (95 of 100), "
        f"{max(seconds):.2f} s (slowest)",
        "promised for later": str(promised),
        "answered by nothing": str(silent),
        "without a response": str(sum(each.texts is None for each in heard)),
        "texts that we owed": ", ".join(f"{count} {name}" for name, count in rows.items()),
        "taken by the provider": f"{len(state['taken'])} in {state['attempts']} attempts, {state['lists']} look-ups",
        "the provider's mischief": ", ".join(f"{n} x {what}" for what, n in sorted(state.get("troubles", {}).items())),
        "delivery reports": ", ".join(f"{n} x {what}" for what, n in sorted(state.get("reports", {}).items())),
    }
    return "\n".join(f"  {name:24} {value}" for name, value in told.items())
