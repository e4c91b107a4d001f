"""Picking one of the options a reply shows."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import NamedTuple

from testkit.load_test.goals import Wish
from testkit.load_test.replies import Choice, Facts, Reply, day_near, facts_of, names_a_house, plain
from testkit.load_test.restaurants import House


class Pick(NamedTuple):
    """Which option (from 1), and what is wished for from then on."""

    number: int
    choice: Choice
    wish: Wish


def pick(reply: Reply, wish: Wish, rng: Random) -> Pick | None:
    """The option that fits the wish best, else the nearest yes; None when the options are other houses than the one wished for."""
    told = [facts_of(choice.label) for choice in reply.choices]
    if not any(told):
        return _pick_house(reply, wish)
    fitting = [
        n for n, facts in enumerate(told) if facts and not facts.differs(wish) and _is_at(reply.choices[n], wish.house)
    ]
    # Times and days elsewhere are for those who know the other place; most stay with the house they wanted.
    here = [n for n, choice in enumerate(reply.choices) if _is_at(choice, wish.house)]
    if not fitting and not here:
        return None
    number = fitting[0] if fitting else rng.choice(here)
    return Pick(number + 1, reply.choices[number], _with(wish, told[number]))


def _pick_house(reply: Reply, wish: Wish) -> Pick | None:
    """Options that name restaurants: the one that was meant all along."""
    for number, choice in enumerate(reply.choices, start=1):
        label = plain(choice.label)
        if plain(wish.house.name)[:30] in label and plain(wish.house.city) in label:
            return Pick(number, choice, wish)
    return None


def _is_at(choice: Choice, house: House) -> bool:
    """Whether an option says nothing of another house: a bare time or day, or this one's name."""
    return not names_a_house(choice.label) or plain(house.name)[:30] in plain(choice.label)


def _with(wish: Wish, facts: Facts) -> Wish:
    return replace(
        wish,
        day=day_near(facts.day, wish.day) if facts.day else wish.day,
        at=facts.at or wish.at,
        party=facts.party or wish.party,
    )
