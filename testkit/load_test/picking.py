"""Pick one of the options that a reply offers."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import NamedTuple

from testkit.load_test.goals import DesiredBooking
from testkit.load_test.replies import Choice, Facts, Reply, day_near, facts_of, names_a_restaurant, plain
from testkit.load_test.restaurants import PublicRestaurant


class Pick(NamedTuple):
    """The chosen option (numbered from 1), and what the diner wants from then on."""

    number: int
    choice: Choice
    desired: DesiredBooking


def pick(reply: Reply, desired: DesiredBooking, rng: Random) -> Pick | None:
    """Pick an option that matches, otherwise any at the desired restaurant; None if all are at other restaurants."""
    offered = [facts_of(choice.label) for choice in reply.choices]
    if not any(offered):
        return _pick_restaurant(reply, desired)
    fitting = [
        n
        for n, facts in enumerate(offered)
        if facts and not facts.differs(desired) and _is_at(reply.choices[n], desired.restaurant)
    ]
    # Diners stay with the restaurant they wanted, so offers at other restaurants do not count.
    here = [n for n, choice in enumerate(reply.choices) if _is_at(choice, desired.restaurant)]
    if not fitting and not here:
        return None
    number = fitting[0] if fitting else rng.choice(here)
    return Pick(number + 1, reply.choices[number], _with(desired, offered[number]))


def _pick_restaurant(reply: Reply, desired: DesiredBooking) -> Pick | None:
    """Pick the desired restaurant if the options are restaurants."""
    for number, choice in enumerate(reply.choices, start=1):
        label = plain(choice.label)
        if plain(desired.restaurant.name)[:30] in label and plain(desired.restaurant.city) in label:
            return Pick(number, choice, desired)
    return None


def _is_at(choice: Choice, restaurant: PublicRestaurant) -> bool:
    """Return whether an option is at this restaurant: it names it, or gives only a time or day."""
    return not names_a_restaurant(choice.label) or plain(restaurant.name)[:30] in plain(choice.label)


def _with(desired: DesiredBooking, facts: Facts) -> DesiredBooking:
    return replace(
        desired,
        day=day_near(facts.day, desired.day) if facts.day else desired.day,
        at=facts.at or desired.at,
        party=facts.party or desired.party,
    )
