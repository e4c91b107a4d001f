"""The scenario of one script: its diners, its clock, prior reservations, and the recorded thread."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deploy.stack.programs import Programs
from testkit.phone_numbers import Numbers
from testkit.playback.checks import Said
from testkit.playback.clients import Client
from testkit.playback.restaurants import RestaurantDirectory
from testkit.playback.results import Line, Result
from testkit.script.expectations import NAMES
from testkit.script.fixtures import Given
from testkit.script.format import Diner
from testkit.script.loading import Script
from testkit.service import Service, ServiceError

_READY_WITHIN = 90.0  # seconds
_POLL_INTERVAL = 0.1


class CannotPlay(Exception):
    """The script asks for something that is not possible in this run."""


@dataclass(frozen=True)
class Environment:
    """What all scripts of a run share. `programs`: None if the service runs on another machine."""

    service: Service
    our_number: str
    restaurants: RestaurantDirectory
    numbers: Numbers
    programs: Programs | None = None


@dataclass
class Scenario:
    """State of one script while it is played."""

    environment: Environment
    script: Script
    result: Result
    clients: dict[str, Client] = field(default_factory=dict)
    race: dict[str, str] = field(default_factory=dict)
    """`winner` and `loser` of the last race."""
    speaker: str = ""
    """The diner who spoke last."""
    _fillers: list[str] = field(default_factory=list)
    _down: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Create the diners, set their clocks, and make the given reservations."""
        case = self.script.case
        pinned = case.clock or self.script.loaded.clock
        self._start_clock(pinned or datetime.fromisoformat(self.environment.service.config()["now"]))
        for name, diner in (case.phones or {"diner": Diner()}).items():
            self.clients[name] = client = self._client(name, diner)
            client.begin(pinned)
            self.hear(client, client.said)
        self._measure_clock_lag()
        self.speaker = next(iter(self.clients))
        self.give(case.given)

    def clean_up(self) -> None:
        """Release all tables and restart stopped programs, however the script ended."""
        with ExitStack() as cleanup:
            numbers = {client.number for client in self.clients.values()}
            for number in (*numbers, *self._fillers):
                cleanup.callback(self.environment.service.give_back, number, self.now())
            for name in list(self._down):
                cleanup.callback(self.bring_up, name)

    def _client(self, name: str, diner: Diner) -> Client:
        number = self._number_of(name, diner)
        to = self._number_texted(name, diner)
        channel = diner.channel or self.script.case.channel or self.script.loaded.channel
        return Client(self.environment.service, name, channel, number, to, self._chat_options(diner, number))

    def _number_of(self, name: str, diner: Diner) -> str:
        same = self.clients.get(diner.same_phone_as or "")
        if diner.same_phone_as and same is None:
            raise CannotPlay(f"{name}: there is no diner {diner.same_phone_as} before this one")
        return same.number if same else self.environment.numbers.draw(diner.number)

    def _number_texted(self, name: str, diner: Diner) -> str:
        if diner.to is None:
            return self.environment.our_number
        number = diner.to if diner.to.startswith("+") else self.environment.restaurants.find(diner.to).number
        if number is None:
            raise CannotPlay(f"{name}: {diner.to} has no number of its own to text")
        return number

    def _chat_options(self, diner: Diner, number: str) -> dict[str, str]:
        options = {"locale": diner.locale or "en"}
        if diner.restaurant is not None:
            options["restaurant"] = self.environment.restaurants.find(diner.restaurant).slug
        if diner.signed_in_as is not None:
            options |= {"phone": number, "name": diner.signed_in_as}
        return options

    def named(self, name: str | None) -> Client:
        """Return the diner with that name, or the one who spoke last if it is None. `winner` and `loser` are names too.

        Raises:
            CannotPlay: the race is undecided, or had more than one loser.
        """
        chosen = self.race.get(name or "", name) or self.speaker
        if chosen not in self.clients:
            raise CannotPlay(f"there is no {chosen}: a race with winner has not been decided, or had several losers")
        return self.clients[chosen]

    def fill(self, client: Client, words: str) -> str:
        """Replace placeholders such as `{code}`, `{phone}`, `{sms_code}` and `{ben.code}`."""
        return NAMES.sub(lambda found: self._value_of(self.named(found[1]) if found[1] else client, found[2]), words)

    def _value_of(self, client: Client, what: str) -> str:
        if what == "phone":
            return client.number
        if what == "sms_code":
            return self.environment.service.phone_code(client.number) or "{sms_code}"
        rows = [row for row in self.environment.service.reservations(client.number) if row["code"]]
        newest = [row for row in rows if row["status"] == "confirmed"] or rows
        return str(newest[-1]["code"]) if newest else "{code}"

    # --- the thread ---

    def note(self, words: str) -> None:
        """Record an event that is not a message."""
        self.result.lines.append(Line("note", "", words, self.now()))

    def show(self, client: Client, words: str) -> None:
        """Record a message from a diner."""
        self.result.lines.append(Line("in", client.name, words, self.now(), client.channel))

    def hear(self, client: Client, said: Said, *, by_itself: bool = False) -> None:
        """Record the texts that a diner receives."""
        waited = said.elapsed_ms or None
        for text in said.texts:
            line = Line("out", client.name, text, self.now(), "sms" if by_itself else client.channel, waited, by_itself)
            self.result.lines.append(line)
            waited = None

    # --- the script's clock ---

    def _start_clock(self, at: datetime) -> None:
        self._clock, self._set_at = at, time.monotonic()

    def _measure_clock_lag(self) -> None:
        """Measure how far the diners' clocks may lag behind ours. They are set one after another."""
        self._lag = timedelta(seconds=time.monotonic() - self._set_at)

    def now(self) -> datetime:
        """Return the script's current time. No diner's clock is ahead of it."""
        return self._clock + timedelta(seconds=time.monotonic() - self._set_at)

    def _slowest_clock(self) -> datetime:
        """Return the script's current time minus the lag, so no diner's clock is behind it."""
        return self.now() - self._lag

    def move_clock(self, at: datetime) -> None:
        """Set all diners' clocks to `at` and send the texts that are due by then."""
        self._start_clock(at)
        for client in self.clients.values():
            client.set_clock(at)
        self._measure_clock_lag()
        self.note(f"it is {at:%a %d %b %Y %H:%M} now")
        self.release_due_texts()

    def release_due_texts(self) -> None:
        """Let the service send the diners' texts that are due at the script's current time."""
        for number in {client.number for client in self.clients.values()}:
            self.environment.service.make_due(number, self.now())

    # --- others, Twilio, programs ---

    def give(self, given: Given) -> None:
        """Make the given reservations and fill the given evenings, dated before anything that the diners book later."""
        service = self.environment.service
        for evening in given.full_evenings:
            filler = self.environment.numbers.draw()
            self._fillers.append(filler)
            restaurant = self.environment.restaurants.find(evening.restaurant)
            leave = [opening.model_dump() for opening in evening.leave]
            count = service.fill_evening(
                restaurant.slug,
                evening.date,
                phone=filler,
                at=self._slowest_clock(),
                service_period=evening.service_period,
                leave=leave,
            )
            self.note(f"{restaurant.name} is full on {evening.date:%a %d %b}: {count} reservations")
        for wanted in given.reservations:
            restaurant = self.environment.restaurants.find(wanted.restaurant)
            client = self.named(wanted.phone)
            made = service.make_reservation(
                restaurant.slug,
                restaurant.local(wanted.starts_at),
                wanted.party_size,
                name=wanted.name,
                phone=client.number,
                notes=wanted.notes,
                at=self._slowest_clock(),
            )
            when = f"{wanted.starts_at:%a %d %b %H:%M}"
            self.note(
                f"booked before: {restaurant.name}, {when}, {wanted.party_size} for {wanted.name}, {made['code']}"
            )

    def take_down(self, name: str) -> None:
        """Stop a program of the service."""
        self._programs().stop(name)
        self._down.append(name)
        self.note(f"{name} is down")

    def bring_up(self, name: str) -> None:
        """Start a program and wait until the service is ready.

        Raises:
            testkit.service.ServiceError: the service is not ready within 90 seconds.
        """
        self._programs().start(name)
        deadline = time.monotonic() + _READY_WITHIN
        while not self.environment.service.is_ready():
            if time.monotonic() > deadline:
                raise ServiceError(f"the service is not ready {_READY_WITHIN:.0f} s after {name} was started")
            time.sleep(_POLL_INTERVAL)
        if name in self._down:
            self._down.remove(name)
        self.note(f"{name} is up again")

    def _programs(self) -> Programs:
        if self.environment.programs is None:
            raise CannotPlay(
                "programs can only be stopped where the service runs on this machine under `tabletalk run`"
            )
        return self.environment.programs
