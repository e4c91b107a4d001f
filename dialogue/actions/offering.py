"""A "no" comes with its reason and the nearest "yes"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from booking_engine import NoTableAvailable, Opening, Refusal, Restaurant, Search
from dialogue.actions.memory import Memory
from dialogue.actions.times import certain, seating_spans
from dialogue.actions.turn import Option, Turn, country_of

_MOST_OPTIONS = 3
_A_DAY_OUT = timedelta(hours=14)
_NEVER_MIND_TIME = (Refusal.PARTY_TOO_LARGE, Refusal.TOO_FAR)


def refuse(
    turn: Turn, memory: Memory, restaurant: Restaurant, search: Search, party_size: int, *, elsewhere: bool = False
) -> bool:
    """Say why there is no table at the wanted time and offer the nearest ones; False when there is nothing to pick.

    Where the day is full, other days are offered, and with `elsewhere` a restaurant close by too.
    """
    turn.met(NoTableAvailable(search))
    _say_why(turn, restaurant, search, party_size)
    openings = list(search.openings) or _same_day(turn, restaurant, search, party_size)
    openings = openings or _alternatives(turn, restaurant, search, party_size, elsewhere=elsewhere)
    if not openings:
        memory.choices = None
        if search.refusal not in _NEVER_MIND_TIME:
            turn.say("utter_nothing_near")
        return False
    openings.sort(key=lambda opening: (opening.restaurant.id != restaurant.id, opening.starts_at))
    options = [_option(turn, restaurant, opening, search.wanted) for opening in openings]
    memory.offer(options)
    turn.say("utter_nearest", options)
    return True


def offer_again(turn: Turn, memory: Memory, hold: dict[str, Any]) -> str:
    """A yes to what was held half a day ago or longer: what it was, and whether it is still wanted; gives what is asked."""
    restaurant = turn.engine.restaurant(hold["restaurant"])
    start = datetime.fromisoformat(hold["starts_at"]).astimezone(restaurant.zone)
    facts = turn.seating(restaurant, start, hold["party_size"])
    slots = {"restaurant": restaurant.slug, "party_size": hold["party_size"]}
    if start.astimezone(UTC) <= turn.engine.clock.now():
        memory.take(Option("", slots))
        turn.say("utter_offer_over_past", **facts)
        return "date"
    at = {"date": restaurant.schedule.service_date_of(start).isoformat(), "time": certain(start)}
    options = [Option(turn.words.render("utter_part_seating", **facts), {**slots, **at})]
    memory.offer(options)
    turn.say("utter_offer_over", options)
    return "choice"


def _same_day(turn: Turn, restaurant: Restaurant, search: Search, party_size: int) -> list[Opening]:
    """What there is further off on a day on which the house is open, only not then."""
    if search.refusal is not Refusal.CLOSED:
        return []
    wider = turn.engine.find_openings(restaurant, starts_at=search.wanted, party_size=party_size, within=_A_DAY_OUT)
    day = restaurant.schedule.service_date_of(search.wanted.astimezone(restaurant.zone))
    return [opening for opening in wider.openings if restaurant.schedule.service_date_of(opening.starts_at) == day]


def _alternatives(
    turn: Turn, restaurant: Restaurant, search: Search, party_size: int, *, elsewhere: bool
) -> list[Opening]:
    if search.refusal in _NEVER_MIND_TIME:
        return []
    found = turn.engine.find_alternatives(
        restaurant, starts_at=search.wanted, party_size=party_size, limit=_MOST_OPTIONS
    )
    if not elsewhere or not found.nearby:
        return list(found.other_days)
    return [*found.other_days[: _MOST_OPTIONS - 1], *found.nearby[:1]]


def _option(turn: Turn, restaurant: Restaurant, opening: Opening, wanted: datetime) -> Option:
    house = opening.restaurant
    local, country = opening.starts_at.astimezone(house.zone), country_of(house)
    day = house.schedule.service_date_of(local)
    is_same_day = day == restaurant.schedule.service_date_of(wanted.astimezone(restaurant.zone))
    label = turn.words.clock(local.timetz().replace(tzinfo=None), country)
    if not is_same_day:
        label = turn.words.when(local, country)
    slots = {"date": day.isoformat(), "time": certain(local)}
    if house.id != restaurant.id:
        elsewhere = turn.words.render("utter_part_elsewhere", restaurant=turn.words.name(house.name), when=label)
        return Option(elsewhere, {**slots, "restaurant": house.slug})
    return Option(label, slots)


def time_option(turn: Turn, restaurant: Restaurant, start: datetime) -> Option:
    """A time of the day in question."""
    clock = start.timetz().replace(tzinfo=None)
    return Option(turn.words.clock(clock, country_of(restaurant)), {"time": certain(start)})


def _say_why(turn: Turn, restaurant: Restaurant, search: Search, party_size: int) -> None:
    facts = turn.seating(restaurant, search.wanted, party_size)
    policy, refusal = restaurant.policy, search.refusal
    if search.is_skipped:
        turn.say("utter_refused_skipped", **facts)
    elif refusal is Refusal.CLOSED:
        day = restaurant.schedule.service_date_of(search.wanted.astimezone(restaurant.zone))
        hours = turn.words.spans(seating_spans(restaurant, day), country_of(restaurant))
        turn.say("utter_refused_closed" if hours else "utter_refused_closed_all_day", hours=hours, **facts)
    elif refusal is Refusal.TOO_SOON:
        turn.say("utter_refused_too_soon", minutes=policy.min_notice_minutes, **facts)
    elif refusal is Refusal.TOO_FAR:
        turn.say("utter_refused_too_far", days=policy.max_advance_days, **facts)
    elif refusal is Refusal.PARTY_TOO_LARGE:
        turn.say("utter_refused_party_too_large", max=restaurant.largest_party, **facts)
    elif refusal is Refusal.PAST:
        turn.say("utter_refused_past", **facts)
    elif refusal is Refusal.PACING:
        turn.say("utter_refused_pacing", **facts)
    else:  # full, or nobody is seated at that very minute
        turn.say("utter_refused_no_table", **facts)
