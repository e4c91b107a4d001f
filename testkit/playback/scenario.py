"""The stage of one script: its diners, its clock, what others have booked, and the thread that is written down."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deploy.stack.programs import Programs
from testkit.phone_numbers import Numbers
from testkit.playback.checks import Said
from testkit.playback.clients import Talker
from testkit.playback.restaurants import Houses
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
class Surroundings:
    """What all scripts of a run share. `programs`: None where the service runs on another machine."""

    service: Service
    our_number: str
    houses: Houses
    numbers: Numbers
    programs: Programs | None = None


@dataclass
class Stage:
    """Where one script is played, once."""

    around: Surroundings
    script: Script
    result: Result
    talkers: dict[str, Talker] = field(default_factory=dict)
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
        self._begin_clock(pinned or datetime.fromisoformat(self.around.service.config()["now"]))
        for name, diner in (case.phones or {"diner": Diner()}).items():
            self.talkers[name] = talker = self._talker(name, diner)
            talker.begin(pinned)
            self.hear(talker, talker.said)
        self._all_have_the_clock()
        self.speaker = next(iter(self.talkers))
        self.give(case.given)

    def clear_up(self) -> None:
        """Give all tables back and start what was stopped, however the script ended."""
        with ExitStack() as last:
            numbers = {talker.number for talker in self.talkers.values()}
            for number in (*numbers, *self._fillers):
                last.callback(self.around.service.give_back, number, self.now())
            for name in list(self._down):
                last.callback(self.bring_up, name)

    def _talker(self, name: str, diner: Diner) -> Talker:
        case, around = self.script.case, self.around
        same = self.talkers.get(diner.same_phone_as or "")
        if diner.same_phone_as and same is None:
            raise CannotPlay(f"{name}: there is no diner {diner.same_phone_as} before this one")
        number = same.number if same else around.numbers.draw(diner.number)
        to = around.our_number
        if diner.to is not None:
            own = diner.to if diner.to.startswith("+") else around.houses.find(diner.to).number
            if own is None:
                raise CannotPlay(f"{name}: {diner.to} has no number of its own to text")
            to = own
        channel = diner.channel or case.channel or self.script.loaded.channel
        wish = {"locale": diner.locale or "en"}
        if diner.restaurant is not None:
            wish["restaurant"] = around.houses.find(diner.restaurant).slug
        if diner.signed_in_as is not None:
            wish |= {"phone": number, "name": diner.signed_in_as}
        return Talker(around.service, name, channel, number, to, wish)

    def named(self, name: str | None) -> Talker:
        """The diner of that name, or the one who spoke last.

        Raises:
            CannotPlay: nobody has won or lost yet.
        """
        chosen = self.race.get(name or "", name) or self.speaker
        if chosen not in self.talkers:
            raise CannotPlay(f"there is no {chosen}: a race with winner has not been decided, or had several losers")
        return self.talkers[chosen]

    def fill(self, talker: Talker, words: str) -> str:
        """Words with `{code}`, `{phone}`, `{sms_code}`, `{ben.code}` and the like replaced."""
        return NAMES.sub(lambda found: self._meaning(self.named(found[1]) if found[1] else talker, found[2]), words)

    def _meaning(self, talker: Talker, what: str) -> str:
        if what == "phone":
            return talker.number
        if what == "sms_code":
            return self.around.service.phone_code(talker.number) or "{sms_code}"
        rows = [row for row in self.around.service.reservations(talker.number) if row["code"]]
        newest = [row for row in rows if row["status"] == "confirmed"] or rows
        return str(newest[-1]["code"]) if newest else "{code}"

    # --- the thread ---

    def note(self, words: str) -> None:
        self.result.lines.append(Line("note", "", words, self.now()))

    def show(self, talker: Talker, words: str) -> None:
        """Write down what a diner says."""
        self.result.lines.append(Line("in", talker.name, words, self.now(), talker.channel))

    def hear(self, talker: Talker, said: Said, *, by_itself: bool = False) -> None:
        """Write down what a diner gets."""
        waited = said.elapsed_ms or None
        for text in said.texts:
            line = Line("out", talker.name, text, self.now(), "sms" if by_itself else talker.channel, waited, by_itself)
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
        for talker in self.talkers.values():
            talker.set_clock(at)
        self._all_have_the_clock()
        self.note(f"it is {at:%a %d %b %Y %H:%M} now")
        self.let_go_what_is_due()

    def let_go_what_is_due(self) -> None:
        for number in {talker.number for talker in self.talkers.values()}:
            self.around.service.make_due(number, self.now())

    # --- others, Twilio, programs ---

    def give(self, given: Given) -> None:
        """Book what others, or the diners before, have booked: before anything that a diner books from here on."""
        service = self.around.service
        for evening in given.full_evenings:
            filler = self.around.numbers.draw()
            self._fillers.append(filler)
            house = self.around.houses.find(evening.restaurant)
            leave = [opening.model_dump() for opening in evening.leave]
            count = service.fill_evening(
                house.slug,
                evening.date,
                phone=filler,
                at=self._behind_all(),
                service_period=evening.service_period,
                leave=leave,
            )
            self.note(f"{house.name} is full on {evening.date:%a %d %b}: {count} reservations")
        for wanted in given.reservations:
            house = self.around.houses.find(wanted.restaurant)
            talker = self.named(wanted.phone)
            made = service.make_reservation(
                house.slug,
                house.local(wanted.starts_at),
                wanted.party_size,
                name=wanted.name,
                phone=talker.number,
                notes=wanted.notes,
                at=self._behind_all(),
            )
            when = f"{wanted.starts_at:%a %d %b %H:%M}"
            self.note(f"booked before: {house.name}, {when}, {wanted.party_size} for {wanted.name}, {made['code']}")

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
        while not self.around.service.is_ready():
            if time.monotonic() > until:
                raise ServiceError(f"the service is not ready {_READY_WITHIN:.0f} s after {name} was started")
            time.sleep(_LOOKS_EVERY)
        if name in self._down:
            self._down.remove(name)
        self.note(f"{name} is up again")

    def _programs(self) -> Programs:
        if self.around.programs is None:
            raise CannotPlay(
                "programs can only be stopped where the service runs on this machine under `tabletalk run`"
            )
        return self.around.programs
