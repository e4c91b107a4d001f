"""Which restaurants and phone numbers a script uses, so that only scripts that do not interfere run in parallel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from testkit.script.fixtures import FullEvening, Given
from testkit.script.format import TestCase
from testkit.script.loading import Script

LARGE = 8
"""A restaurant from a script file with at least this many tables has room for several scripts at once."""


@dataclass(frozen=True)
class Claim:
    """What a script needs exclusively (`own`), and what it can share with scripts that only use it (`used`)."""

    place: int
    """Index of the script in the run."""
    own: frozenset[str]
    used: frozenset[str]
    is_alone: bool
    """The script stops programs, so no other script may run at the same time."""

    def conflicts_with(self, other: Claim) -> bool:
        """Return whether the two scripts must not run at the same time."""
        clash = self.own & (other.own | other.used) or self.used & other.own
        return bool(clash) or self.is_alone or other.is_alone


def claims_of(scripts: Sequence[Script]) -> list[Claim]:
    """Return the claim of each script, in order.

    A script owns a restaurant from the script files if that is small, or if the script moves the clock or fills an evening.
    """
    is_small = {_key(r.name): len(r.tables) < LARGE for script in scripts for r in script.loaded.restaurants}
    filled = frozenset().union(*(_filled_by(script.case) for script in scripts))
    return [_claim(place, script, is_small, filled) for place, script in enumerate(scripts)]


def _claim(place: int, script: Script, is_small: dict[str, bool], filled: frozenset[str]) -> Claim:
    case = script.case
    words = _words(case)
    in_named_city = {_key(r.name) for r in script.loaded.restaurants if _key(r.city) in words}
    named = {name for name in is_small if name in words} | in_named_city
    own = named if _moves_clock(case) else {name for name in named if is_small[name]}
    return Claim(
        place,
        frozenset(own | _filled_by(case) | _fixed_numbers(case)),
        frozenset(named | {name for name in filled if name in words}),
        is_alone=any(step.down is not None for step in case.steps),
    )


def _moves_clock(case: TestCase) -> bool:
    return any(step.passes or step.until for step in case.steps)


def _fixed_numbers(case: TestCase) -> set[str]:
    """Phone numbers that the script spells out; one with an `x` is drawn at random."""
    return {diner.number for diner in case.phones.values() if diner.number and "x" not in diner.number}


def _filled_by(case: TestCase) -> set[str]:
    return {_key(evening.restaurant) for evening in _evenings(case)}


def _key(name: str) -> str:
    """Normalize a restaurant's name or slug, so that the two usually compare equal."""
    return name.replace("-", " ").casefold()


def _evenings(case: TestCase) -> list[FullEvening]:
    return [evening for given in _givens(case) for evening in given.full_evenings]


def _givens(case: TestCase) -> list[Given]:
    return [case.given, *(step.given for step in case.steps if step.given)]


def _words(case: TestCase) -> str:
    """All text of a script in which a restaurant or city may be named."""
    said = [message.user for step in case.steps for message in step.messages]
    booked = [reservation.restaurant for given in _givens(case) for reservation in given.reservations]
    about = [place for diner in case.phones.values() for place in (diner.to, diner.restaurant) if place]
    return _key("\n".join([*said, *booked, *about]))
