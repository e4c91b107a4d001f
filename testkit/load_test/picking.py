"""Picking one of the options a reply shows."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import NamedTuple

from testkit.load_test.goals import DesiredBooking
from testkit.load_test.replies import Choice, Facts, Reply, day_near, facts_of, names_a_restaurant, plain
from testkit.load_test.restaurants import PublicRestaurant


class Pick(NamedTuple):
    """Which option (from 1), and what is wished for from then on."""

    number: int
    choice: Choice
    desired: DesiredBooking


def pick(reply: Reply, desired: DesiredBooking, rng: Random) -> Pick | None:
    """Pick the option closest to what is desired, or the nearest yes; None when every option is another restaurant."""
    told = [facts_of(choice.label) for choice in reply.choices]
    if not any(told):
        return _pick_restaurant(reply, desired)
    fitting = [
        n
        for n, facts in enumerate(told)
        if facts and not facts.differs(desired) and _is_at(reply.choices[n], desired.restaurant)
    ]
    # Times and days elsewhere are for those who know the other place; most stay with the restaurant they wanted.
    here = [n for n, choice in enumerate(reply.choices) if _is_at(choice, desired.restaurant)]
    if not fitting and not here:
        return None
    number = fitting[0] if fitting else rng.choice(here)
    return Pick(number + 1, reply.choices[number], _with(desired, told[number]))


def _pick_restaurant(reply: Reply, desired: DesiredBooking) -> Pick | None:
    """Options that name restaurants: the one that was meant all along."""
    for number, choice in enumerate(reply.choices, start=1):
        label = plain(choice.label)
        if plain(desired.restaurant.name)[:30] in label and plain(desired.restaurant.city) in label:
            return Pick(number, choice, desired)
    return None


def _is_at(choice: Choice, restaurant: PublicRestaurant) -> bool:
    """Whether an option says nothing of another restaurant: a bare time or day, or this one's name."""
    return not names_a_restaurant(choice.label) or plain(restaurant.name)[:30] in plain(choice.label)


def _with(desired: DesiredBooking, facts: Facts) -> DesiredBooking:
    return replace(
        desired,
        day=day_near(facts.day, desired.day) if facts.day else desired.day,
        at=facts.at or desired.at,
        party=facts.party or desired.party,
    )
