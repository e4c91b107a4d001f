"""Check what a step expects, querying the service where the answer alone is not enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from testkit.playback.checks import Fill, Said, check_outbox, check_reply, check_reservation, check_reservations
from testkit.playback.clients import Client
from testkit.playback.results import Mismatch
from testkit.playback.scenario import Scenario
from testkit.playback.steps import checks_of
from testkit.script.expectations import ExpectedReservation
from testkit.script.format import Step

TEXTS_WITHIN = 60.0
"""Seconds within which a due text must have arrived."""
SETTLED_WITHIN = 10.0
"""Seconds that the worker may take to process what is due."""
_POLL_INTERVAL = 0.1
_T = TypeVar("_T")
_UNSENT = ("pending", "sending")
_FINAL = ("confirmed", "cancelled")


class Expectations:
    """Checks steps against the state of the service and remembers which texts have already been checked."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._service = scenario.environment.service
        self._checked: dict[str, int] = {}
        """Texts of each diner's last answer that earlier steps have checked."""
        self._arrived: dict[str, list[str]] = {}
        """Unsolicited texts of each diner that no step has checked yet."""

    def spoken(self, names: Sequence[str]) -> None:
        """Note that these diners have sent a message, so their answers are new."""
        for name in names:
            self._checked[name] = 0

    def look(self, step: Step, rest: Sequence[Step]) -> list[Mismatch]:
        """Return every mismatch with the step. `rest`: the remaining steps, this one included."""
        client = self._scenario.named(step.phone)

        def fill(words: str) -> str:
            return self._scenario.fill(client, words)

        found: list[Mismatch] = []
        if step.bot is not None:
            found += self._reply(step, client, rest, fill)
        if step.no_reply and client.said.texts:
            found.append(Mismatch("no_reply", "no answer", client.said.text))
        if step.arrives is not None:
            found += self._arrival(step, client, fill)
        if step.nothing_arrives:
            found += self._silence(client)
        if _checks_reservations(step):
            found += self._reservations(step, client, fill)
        if step.booked is not None:
            found += self._booked(step.booked)
        if step.outbox is not None:
            found += self._outbox(step, client, fill)
        if step.utter is not None:
            found += _check_utter(step.utter, client)
        return found

    def _reply(self, step: Step, client: Client, rest: Sequence[Step], fill: Fill) -> list[Mismatch]:
        assert step.bot is not None
        texts, checked = client.said.texts, self._checked.get(client.name, 0)
        remaining = sum(later.bot is not None for later in checks_of(self._scenario, client, rest))
        self._checked[client.name] = checked + 1
        if checked + remaining == 1:
            return check_reply("bot", step.bot, client.answer_to(step.bot), fill)
        if checked + remaining != len(texts):
            wanted = f"{checked + remaining} texts, one for each bot in the script"
            return [Mismatch("bot", wanted, f"{len(texts)}: " + "\n".join(texts))]
        return check_reply("bot", step.bot, replace(client.answer_to(step.bot), texts=(texts[checked],)), fill)

    def _arrival(self, step: Step, client: Client, fill: Fill) -> list[Mismatch]:
        assert step.arrives is not None
        waiting = self._arrived.setdefault(client.name, [])
        if not waiting:
            self._scenario.release_due_texts()
            self._receive(client, TEXTS_WITHIN)
        if not waiting:
            return [Mismatch("arrives", "a text that comes by itself", f"none within {TEXTS_WITHIN:.0f} s")]
        return check_reply("arrives", step.arrives, Said((waiting.pop(0),)), fill)

    def _receive(self, client: Client, seconds: float) -> None:
        for text in client.wait_for_text(seconds):
            self._scenario.hear(client, Said((text,)), by_itself=True)
            self._arrived.setdefault(client.name, []).append(text)

    def _silence(self, client: Client) -> list[Mismatch]:
        self._scenario.release_due_texts()

        def unsent() -> list[str]:
            rows = self._service.outbox(client.number)
            now = self._scenario.now()
            return [row["text"] for row in rows if row["status"] in _UNSENT and _is_due(row, now)]

        if left := _poll_until_empty(unsent):
            return [Mismatch("nothing_arrives", "no text on its way", "\n".join(left))]
        self._receive(client, 0.0)
        came = self._arrived.pop(client.name, [])
        return [Mismatch("nothing_arrives", "no text", "\n".join(came))] if came else []

    def _reservations(self, step: Step, client: Client, fill: Fill) -> list[Mismatch]:
        rows = self._service.reservations(client.number)
        found: list[Mismatch] = []
        if step.reservation is not None:
            is_final = step.reservation.status in _FINAL
            candidates = [row for row in rows if row["status"] in _FINAL] if is_final else rows
            found += check_reservation("reservation", step.reservation, candidates, fill)
        if step.reservations is not None:
            found += check_reservations(step.reservations, rows, fill)
        found += _check_holds(step, _active_holds(rows, self._scenario.now()), fill)
        return found

    def _booked(self, wanted: int) -> list[Mismatch]:
        numbers = {client.number for client in self._scenario.clients.values()}
        rows = [row for number in numbers for row in self._service.reservations(number)]
        count = sum(row["status"] == "confirmed" for row in rows)
        return [] if count == wanted else [Mismatch("booked", f"{wanted} confirmed reservations", str(count))]

    def _outbox(self, step: Step, client: Client, fill: Fill) -> list[Mismatch]:
        assert step.outbox is not None
        wanted = step.outbox
        self._scenario.release_due_texts()

        def wrong() -> list[Mismatch]:
            return check_outbox(wanted, self._service.outbox(client.number), fill, self._scenario.now())

        return _poll_until_empty(wrong)


def _check_utter(wanted: str, client: Client) -> list[Mismatch]:
    responses = [str(name) for name in client.coverage().get("last_responses", [])]
    return [] if wanted in responses else [Mismatch("utter", wanted, ", ".join(responses) or "none")]


def _checks_reservations(step: Step) -> bool:
    return step.no_hold or any(wanted is not None for wanted in (step.reservation, step.reservations, step.hold))


def _active_holds(rows: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    return [row for row in rows if row["expires_at"] and datetime.fromisoformat(row["expires_at"]) > now]


def _check_holds(step: Step, holds: Sequence[dict[str, Any]], fill: Fill) -> Iterator[Mismatch]:
    if step.hold is not None:
        held = ExpectedReservation.model_validate({**_fields_set(step.hold), "status": "held"})
        yield from check_reservation("hold", held, holds, fill)
    if step.no_hold and holds:
        yield Mismatch("no_hold", "no table is held", f"one is until {holds[0]['expires_at']}")


def _fields_set(wanted: ExpectedReservation) -> dict[str, object]:
    return {name: getattr(wanted, name) for name in wanted.model_fields_set}


def _is_due(row: dict[str, Any], now: datetime) -> bool:
    return datetime.fromisoformat(row["due_at"]) <= now


def _poll_until_empty(look: Callable[[], list[_T]]) -> list[_T]:
    """Poll until `look` finds nothing; on timeout, return what it found last."""
    deadline = time.monotonic() + SETTLED_WITHIN
    while (found := look()) and time.monotonic() < deadline:
        time.sleep(_POLL_INTERVAL)
    return found
