"""What a step expects, looked up in the service where the answer alone does not tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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
"""Seconds within which a text that is due must have come."""
SETTLED_WITHIN = 10.0
"""Seconds in which the worker has dealt with what is due."""
_LOOKS_EVERY = 0.1
_T = TypeVar("_T")
_UNDERWAY = ("pending", "sending")


class Expectations:
    """Holds steps against what is there. Keeps count of what has been looked at already."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._service = scenario.environment.service
        self._taken: dict[str, int] = {}
        self._arrived: dict[str, list[str]] = {}

    def spoken(self, names: Sequence[str]) -> None:
        """These diners have spoken: their answers are new ones."""
        for name in names:
            self._taken[name] = 0

    def look(self, step: Step, rest: Sequence[Step]) -> list[Mismatch]:
        """What is not as the step expects; `rest`: the steps from this one on."""
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
        found += self._bookings(step, client, fill)
        if step.outbox is not None:
            found += self._outbox(step, client, fill)
        if step.utter is not None:
            said = [str(name) for name in client.coverage().get("last_responses", [])]
            if step.utter not in said:
                found.append(Mismatch("utter", step.utter, ", ".join(said) or "none"))
        return found

    def _reply(self, step: Step, client: Client, rest: Sequence[Step], fill: Fill) -> list[Mismatch]:
        assert step.bot is not None
        texts, taken = client.said.texts, self._taken.get(client.name, 0)
        to_come = sum(later.bot is not None for later in checks_of(self._scenario, client, rest))
        self._taken[client.name] = taken + 1
        if taken + to_come == 1:
            return check_reply("bot", step.bot, client.answer_to(step.bot), fill)
        if taken + to_come != len(texts):
            wanted = f"{taken + to_come} texts, one for each bot in the script"
            return [Mismatch("bot", wanted, f"{len(texts)}: " + "\n".join(texts))]
        return check_reply("bot", step.bot, replace(client.answer_to(step.bot), texts=(texts[taken],)), fill)

    def _arrival(self, step: Step, client: Client, fill: Fill) -> list[Mismatch]:
        assert step.arrives is not None
        waiting = self._arrived.setdefault(client.name, [])
        if not waiting:
            self._scenario.let_go_what_is_due()
            self._take_in(client, TEXTS_WITHIN)
        if not waiting:
            return [Mismatch("arrives", "a text that comes by itself", f"none within {TEXTS_WITHIN:.0f} s")]
        return check_reply("arrives", step.arrives, Said((waiting.pop(0),)), fill)

    def _take_in(self, client: Client, seconds: float) -> None:
        for text in client.wait_for_text(seconds):
            self._scenario.hear(client, Said((text,)), by_itself=True)
            self._arrived.setdefault(client.name, []).append(text)

    def _silence(self, client: Client) -> list[Mismatch]:
        self._scenario.let_go_what_is_due()

        def underway() -> list[str]:
            rows = self._service.outbox(client.number)
            now = self._scenario.now()
            return [row["text"] for row in rows if row["status"] in _UNDERWAY and _is_due(row, now)]

        if left := _until_nothing(underway):
            return [Mismatch("nothing_arrives", "no text on its way", "\n".join(left))]
        self._take_in(client, 0.0)
        came = self._arrived.pop(client.name, [])
        return [Mismatch("nothing_arrives", "no text", "\n".join(came))] if came else []

    def _bookings(self, step: Step, client: Client, fill: Fill) -> list[Mismatch]:
        found: list[Mismatch] = []
        if step.no_hold or any(wanted is not None for wanted in (step.reservation, step.reservations, step.hold)):
            rows = self._service.reservations(client.number)
            known = [row for row in rows if row["status"] in ("confirmed", "cancelled")]
            if step.reservation is not None:
                wanted = step.reservation
                among = known if wanted.status in ("confirmed", "cancelled") else rows
                found += check_reservation("reservation", wanted, among, fill)
            if step.reservations is not None:
                found += check_reservations(step.reservations, rows, fill)
            now = self._scenario.now()
            holds = [row for row in rows if row["expires_at"] and datetime.fromisoformat(row["expires_at"]) > now]
            if step.hold is not None:
                held = ExpectedReservation.model_validate({**_given(step.hold), "status": "held"})
                found += check_reservation("hold", held, holds, fill)
            if step.no_hold and holds:
                found.append(Mismatch("no_hold", "no table is held", f"one is until {holds[0]['expires_at']}"))
        if step.booked is not None:
            numbers = {each.number for each in self._scenario.clients.values()}
            booked = [row for number in numbers for row in self._service.reservations(number)]
            count = sum(row["status"] == "confirmed" for row in booked)
            if count != step.booked:
                found.append(Mismatch("booked", f"{step.booked} confirmed reservations", str(count)))
        return found

    def _outbox(self, step: Step, client: Client, fill: Fill) -> list[Mismatch]:
        assert step.outbox is not None
        wanted = step.outbox
        self._scenario.let_go_what_is_due()

        def wrong() -> list[Mismatch]:
            return check_outbox(wanted, self._service.outbox(client.number), fill, self._scenario.now())

        return _until_nothing(wrong)


def _given(wanted: ExpectedReservation) -> dict[str, object]:
    return {name: getattr(wanted, name) for name in wanted.model_fields_set}


def _is_due(row: dict[str, Any], now: datetime) -> bool:
    return datetime.fromisoformat(row["due_at"]) <= now


def _until_nothing(look: Callable[[], list[_T]]) -> list[_T]:
    until = time.monotonic() + SETTLED_WITHIN
    while (found := look()) and time.monotonic() < until:
        time.sleep(_LOOKS_EVERY)
    return found
