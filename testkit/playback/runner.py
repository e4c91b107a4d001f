"""Playing many scripts at once: those that would get into each other's way one after the other, the rest side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from deploy.stack.programs import Programs
from testkit.phone_numbers import Numbers
from testkit.playback.player import play
from testkit.playback.restaurants import RestaurantDirectory, lines_of
from testkit.playback.results import Result, Run
from testkit.playback.scenario import Environment
from testkit.script.fixtures import FullEvening
from testkit.script.format import TestCase
from testkit.script.loading import Script
from testkit.service import Service

LARGE = 8
"""Tables from which on a restaurant of the scripts' own has room for several scripts at once."""

Told = Callable[[Result], None]


def connect(service: Service, programs: Programs | None = None) -> Environment:
    """What scripts need of a running service.

    Raises:
        testkit.service.ServiceError: there is no service, or it has no testers' API.
    """
    our_number = str(service.config()["numbers"][0]["number"])

    def is_known(number: str) -> bool:
        return bool(service.thread(number, our_number) or service.reservations(number))

    return Environment(service, our_number, RestaurantDirectory(service), Numbers(is_known), programs)


def import_restaurants_of(service: Service, scripts: Iterable[Script]) -> None:
    """Import the restaurants of the scripts' files.

    Raises:
        testkit.script.loading.ScriptError: two files do not agree about one.
        testkit.service.ServiceError: the service refused them.
    """
    if lines := lines_of(scripts):
        service.import_restaurants(lines)


def run(
    scripts: Sequence[Script],
    environment: Environment,
    *,
    jobs: int = 4,
    fail_fast: bool = False,
    told: Told | None = None,
) -> Run:
    """Play scripts, `jobs` at a time; `told` hears of each that is over, in the calling thread.

    Raises:
        testkit.script.loading.ScriptError, testkit.service.ServiceError: as `import_restaurants_of`.
    """
    begin = time.monotonic()
    import_restaurants_of(environment.service, scripts)
    results: dict[int, Result] = {}
    waiting = _claims(scripts)
    playing: dict[Future[Result], _Claim] = {}
    with ThreadPoolExecutor(jobs) as threads:
        while playing or waiting:
            for claim in [claim for claim in waiting if not claim.is_alone or len(waiting) == _count_alone(waiting)]:
                if len(playing) < jobs and not any(claim.is_hindered_by(other) for other in playing.values()):
                    waiting.remove(claim)
                    playing[threads.submit(play, scripts[claim.place], environment)] = claim
            done, _ = wait(playing, return_when=FIRST_COMPLETED)
            for future in done:
                result = future.result()
                results[playing.pop(future).place] = result
                if told is not None:
                    told(result)
                if fail_fast and result.outcome != "passed":
                    waiting.clear()
    ordered = tuple(results[place] for place in sorted(results))
    return Run(ordered, time.monotonic() - begin, len(scripts) - len(ordered))


@dataclass(frozen=True)
class _Claim:
    """What a script must have for itself, and what it shares with others that only use it."""

    place: int
    own: frozenset[str]
    used: frozenset[str]
    is_alone: bool

    def is_hindered_by(self, other: _Claim) -> bool:
        clash = self.own & (other.own | other.used) or self.used & other.own
        return bool(clash) or self.is_alone or other.is_alone


def _claims(scripts: Sequence[Script]) -> list[_Claim]:
    """A restaurant of the scripts' own is one script's at a time if it is small, or the script moves the clock or fills it."""
    restaurants = {_key(r.name): len(r.tables) < LARGE for script in scripts for r in script.loaded.restaurants}
    filled = {_key(e.restaurant) for script in scripts for e in _evenings(script.case)}
    claims = []
    for place, script in enumerate(scripts):
        words, steps = _words(script.case), script.case.steps
        here = {_key(r.name) for r in script.loaded.restaurants if _key(r.city) in words}
        named = {name for name in restaurants if name in words} | here
        moves = any(step.passes or step.until for step in steps)
        own = {name for name in named if moves or restaurants[name]} | {
            _key(e.restaurant) for e in _evenings(script.case)
        }
        own |= {diner.number for diner in script.case.phones.values() if diner.number and "x" not in diner.number}
        used = named | {name for name in filled if name in words}
        is_alone = any(step.down is not None for step in steps)
        claims.append(_Claim(place, frozenset(own), frozenset(used), is_alone))
    return claims


def _key(name: str) -> str:
    """Name and slug of a restaurant alike, as far as they are."""
    return name.replace("-", " ").casefold()


def _count_alone(claims: Iterable[_Claim]) -> int:
    return sum(claim.is_alone for claim in claims)


def _evenings(case: TestCase) -> list[FullEvening]:
    givens = [case.given, *(step.given for step in case.steps if step.given)]
    return [evening for given in givens for evening in given.full_evenings]


def _words(case: TestCase) -> str:
    """Everything a script says, to find the restaurants that it speaks of."""
    said = [message.user for step in case.steps for message in step.messages]
    givens = [case.given, *(step.given for step in case.steps if step.given)]
    booked = [reservation.restaurant for given in givens for reservation in given.reservations]
    about = [place for diner in case.phones.values() for place in (diner.to, diner.restaurant) if place]
    return _key("\n".join([*said, *booked, *about]))
