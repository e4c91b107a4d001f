"""The scenario of one script: its diners, its clock, what others have booked, and the thread that is written down."""

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
_LOOKS_EVERY = 0.1


class CannotPlay(Exception):
    """The script asks for what this run cannot do."""


@dataclass(frozen=True)
class Environment:
    """What all scripts of a run share. `programs`: None where the service runs on another machine."""

    service: Service
    our_number: str
    restaurants: RestaurantDirectory
    numbers: Numbers
    programs: Programs | None = None


@dataclass
class Scenario:
    """Where one script is played, once."""

    environment: Environment
    script: Script
    result: Result
    clients: dict[str, Client] = field(default_factory=dict)
    race: dict[str, str] = field(default_factory=dict)
    """`winner` and `loser` of the last race"""
    speaker: str = ""
    """who spoke last"""
    _fillers: list[str] = field(default_factory=list)
    _down: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Bring the diners in, set their clocks, book what is given."""
        case = self.script.case
        pinned = case.clock or self.script.loaded.clock
        self._begin_clock(pinned or datetime.fromisoformat(self.environment.service.config()["now"]))
        for name, diner in (case.phones or {"diner": Diner()}).items():
            self.clients[name] = client = self._client(name, diner)
            client.begin(pinned)
            self.hear(client, client.said)
        self._all_have_the_clock()
        self.speaker = next(iter(self.clients))
        self.give(case.given)

    def clear_up(self) -> None:
        """Give all tables back and start what was stopped, however the script ended."""
        with ExitStack() as last:
            numbers = {client.number for client in self.clients.values()}
            for number in (*numbers, *self._fillers):
                last.callback(self.environment.service.give_back, number, self.now())
            for name in list(self._down):
                last.callback(self.bring_up, name)

    def _client(self, name: str, diner: Diner) -> Client:
        case, environment = self.script.case, self.environment
        same = self.clients.get(diner.same_phone_as or "")
        if diner.same_phone_as and same is None:
            raise CannotPlay(f"{name}: there is no diner {diner.same_phone_as} before this one")
        number = same.number if same else environment.numbers.draw(diner.number)
        to = environment.our_number
        if diner.to is not None:
            own = diner.to if diner.to.startswith("+") else environment.restaurants.find(diner.to).number
            if own is None:
                raise CannotPlay(f"{name}: {diner.to} has no number of its own to text")
            to = own
        channel = diner.channel or case.channel or self.script.loaded.channel
        wish = {"locale": diner.locale or "en"}
        if diner.restaurant is not None:
            wish["restaurant"] = environment.restaurants.find(diner.restaurant).slug
        if diner.signed_in_as is not None:
            wish |= {"phone": number, "name": diner.signed_in_as}
        return Client(environment.service, name, channel, number, to, wish)

    def named(self, name: str | None) -> Client:
        """The diner of that name, or the one who spoke last.

        Raises:
            CannotPlay: nobody has won or lost yet.
        """
        chosen = self.race.get(name or "", name) or self.speaker
        if chosen not in self.clients:
            raise CannotPlay(f"there is no {chosen}: a race with winner has not been decided, or had several losers")
        return self.clients[chosen]

    def fill(self, client: Client, words: str) -> str:
        """Words with `{code}`, `{phone}`, `{sms_code}`, `{ben.code}` and the like replaced."""
        return NAMES.sub(lambda found: self._meaning(self.named(found[1]) if found[1] else client, found[2]), words)

    def _meaning(self, client: Client, what: str) -> str:
        if what == "phone":
            return client.number
        if what == "sms_code":
            return self.environment.service.phone_code(client.number) or "{sms_code}"
        rows = [row for row in self.environment.service.reservations(client.number) if row["code"]]
        newest = [row for row in rows if row["status"] == "confirmed"] or rows
        return str(newest[-1]["code"]) if newest else "{code}"

    # --- the thread ---

    def note(self, words: str) -> None:
        self.result.lines.append(Line("note", "", words, self.now()))

    def show(self, client: Client, words: str) -> None:
        """Write down what a diner says."""
        self.result.lines.append(Line("in", client.name, words, self.now(), client.channel))

    def hear(self, client: Client, said: Said, *, by_itself: bool = False) -> None:
        """Write down what a diner gets."""
        waited = said.elapsed_ms or None
        for text in said.texts:
            line = Line("out", client.name, text, self.now(), "sms" if by_itself else client.channel, waited, by_itself)
            self.result.lines.append(line)
            waited = None

    # --- the script's clock ---

    def _begin_clock(self, at: datetime) -> None:
        self._clock, self._set_at = at, time.monotonic()

    def _all_have_the_clock(self) -> None:
        self._lag = timedelta(seconds=time.monotonic() - self._set_at)

    def now(self) -> datetime:
        """The time in the script; no diner's clock is ahead of it."""
        return self._clock + timedelta(seconds=time.monotonic() - self._set_at)

    def _behind_all(self) -> datetime:
        """The time in the script as no diner's clock is behind it: they got it one by one."""
        return self.now() - self._lag

    def move_clock(self, at: datetime) -> None:
        """It is `at` now for all diners; the texts that are due by then are sent."""
        self._begin_clock(at)
        for client in self.clients.values():
            client.set_clock(at)
        self._all_have_the_clock()
        self.note(f"it is {at:%a %d %b %Y %H:%M} now")
        self.let_go_what_is_due()

    def let_go_what_is_due(self) -> None:
        for number in {client.number for client in self.clients.values()}:
            self.environment.service.make_due(number, self.now())

    # --- others, Twilio, programs ---

    def give(self, given: Given) -> None:
        """Book what others, or the diners before, have booked: before anything that a diner books from here on."""
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
                at=self._behind_all(),
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
                at=self._behind_all(),
            )
            when = f"{wanted.starts_at:%a %d %b %H:%M}"
            self.note(
                f"booked before: {restaurant.name}, {when}, {wanted.party_size} for {wanted.name}, {made['code']}"
            )

    def take_down(self, name: str) -> None:
        self._programs().stop(name)
        self._down.append(name)
        self.note(f"{name} is down")

    def bring_up(self, name: str) -> None:
        """Start it and wait until the service can serve again.

        Raises:
            testkit.service.ServiceError: it could not within a minute and a half.
        """
        self._programs().start(name)
        until = time.monotonic() + _READY_WITHIN
        while not self.environment.service.is_ready():
            if time.monotonic() > until:
                raise ServiceError(f"the service is not ready {_READY_WITHIN:.0f} s after {name} was started")
            time.sleep(_LOOKS_EVERY)
        if name in self._down:
            self._down.remove(name)
        self.note(f"{name} is up again")

    def _programs(self) -> Programs:
        if self.environment.programs is None:
            raise CannotPlay(
                "programs can only be stopped where the service runs on this machine under `tabletalk run`"
            )
        return self.environment.programs
