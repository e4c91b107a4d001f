"""A "no" comes with its reason and the nearest "yes"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from booking_engine import NoTableAvailable, Opening, Refusal, Restaurant, Search
from dialogue.effects import FindAlternatives, FindOpenings, GetRestaurant, Steps
from dialogue.pickers import free_starts, spread
from dialogue.state import Held, Option
from dialogue.times import certain, seating_spans
from dialogue.turn import Outcome, Turn, country_of

_MOST_OPTIONS = 3
_MOST_OF_A_DAY = 6
_A_DAY_OUT = timedelta(hours=14)
_NEVER_MIND_TIME = (Refusal.PARTY_TOO_LARGE, Refusal.TOO_FAR)
_WAYS = ("earlier", "later")
_SHORTLY = timedelta(hours=4)
_MOST_FOUND = 40
_WHY: dict[Refusal | None, str] = {
    Refusal.TOO_SOON: "utter_refused_too_soon",
    Refusal.TOO_FAR: "utter_refused_too_far",
    Refusal.PARTY_TOO_LARGE: "utter_refused_party_too_large",
    Refusal.PAST: "utter_refused_past",
    Refusal.PACING: "utter_refused_pacing",
}


def refuse(
    turn: Turn, restaurant: Restaurant, search: Search, party_size: int, *, elsewhere: bool = False
) -> Steps[bool]:
    """Say why there is no table at the wanted time and offer the nearest ones; False where there is nothing to pick.

    Where the day is full, other days are offered, and with `elsewhere` a restaurant close by too.
    """
    turn.met(NoTableAvailable(search))
    _say_why(turn, restaurant, search, party_size)
    openings = list(search.openings) or (yield from _same_day(restaurant, search, party_size))
    if not openings and search.refusal not in _NEVER_MIND_TIME:
        openings = yield from _alternatives(restaurant, search, party_size, elsewhere=elsewhere)
    if not openings:
        turn.state.choices = ()
        if search.refusal not in _NEVER_MIND_TIME:
            turn.say("utter_nothing_near")
        return False
    openings.sort(key=lambda opening: (opening.restaurant.id != restaurant.id, opening.starts_at))
    turn.offer("utter_nearest", [_option(turn, restaurant, opening, search.wanted) for opening in openings])
    return True


def offer_again(turn: Turn, hold: Held) -> Steps[Outcome]:
    """Ask whether what was held half a day ago or longer is still wanted, after a yes to it."""
    restaurant = yield from GetRestaurant(hold.restaurant)
    start, day = hold.starts_at, restaurant.schedule.service_date_of(hold.starts_at)
    facts = turn.seating(restaurant, start, hold.party_size)
    fills = {"restaurant": restaurant.slug, "party_size": hold.party_size}
    if start <= turn.situation.now:
        turn.state.take(Option("", fills))
        turn.say("utter_offer_over_past", **facts)
        return Outcome("date")
    fills |= {"date": day.isoformat(), "time": certain(start)}
    return turn.offer("utter_offer_over", [Option(turn.words.render("utter_part_seating", **facts), fills)])


def offer_times(
    turn: Turn, response: str, restaurant: Restaurant, starts: Iterable[datetime], /, **facts: object
) -> Outcome:
    """Offer times of the day in question to pick from."""
    options = [Option(turn.clock(restaurant, start), {"time": certain(start)}) for start in starts]
    return turn.offer(response, options, **facts)


def free_that_day(turn: Turn, restaurant: Restaurant, day: date) -> Steps[list[datetime]]:
    """Return times that are free on a day, all over it or, where that is asked for, at its beginning or end."""
    starts = yield from free_starts(turn, restaurant, day, turn.state.presumed_party)
    ends = {"earlier": starts[:_MOST_OPTIONS], "later": starts[-_MOST_OPTIONS:]}
    return ends.get(direction(turn) or "") or list(spread(starts, _MOST_OF_A_DAY))


def direction(turn: Turn) -> str | None:
    """Return "earlier" or "later" where such times are asked for, and none in particular."""
    ways = [str(entity.value.get("which")) for entity in turn.entities if entity.kind == "choice"]
    return next((way for way in ways if way in _WAYS and not turn.heard.fields), None)


def offer_beside(turn: Turn, restaurant: Restaurant, held: datetime, way: str) -> Steps[Outcome | None]:
    """Offer the nearest times before or after the one that is held, which stays held; None where there are none."""
    party_size = turn.state.presumed_party
    search = yield from FindOpenings(restaurant, held, party_size, limit=_MOST_FOUND, within=_SHORTLY)
    starts = [opening.starts_at for opening in search.openings if opening.starts_at != held]  # nearest first
    fitting = [start for start in starts if (start < held) == (way == "earlier")][:_MOST_OPTIONS]
    if not fitting:
        turn.say(f"utter_nothing_{way}", **turn.seating(restaurant, held, party_size))
        return None
    return offer_times(turn, f"utter_these_are_{way}", restaurant, sorted(fitting))


def _same_day(restaurant: Restaurant, search: Search, party_size: int) -> Steps[list[Opening]]:
    """Return what there is further off on a day on which the restaurant is open, only not then."""
    if search.refusal is not Refusal.CLOSED:
        return []
    wider = yield from FindOpenings(restaurant, search.wanted, party_size, within=_A_DAY_OUT)
    service_date_of = restaurant.schedule.service_date_of
    day = service_date_of(search.wanted)
    return [opening for opening in wider.openings if service_date_of(opening.starts_at) == day]


def _alternatives(restaurant: Restaurant, search: Search, party_size: int, *, elsewhere: bool) -> Steps[list[Opening]]:
    found = yield from FindAlternatives(restaurant, search.wanted, party_size, _MOST_OPTIONS)
    if not elsewhere or not found.nearby:
        return list(found.other_days)
    return [*found.other_days[: _MOST_OPTIONS - 1], *found.nearby[:1]]


def _option(turn: Turn, restaurant: Restaurant, opening: Opening, wanted: datetime) -> Option:
    place, start = opening.restaurant, opening.starts_at
    day = place.schedule.service_date_of(start)
    label = turn.clock(place, start)
    if day != restaurant.schedule.service_date_of(wanted):
        label = turn.words.when(start, country_of(place))
    fills = {"date": day.isoformat(), "time": certain(start)}
    if place.id != restaurant.id:
        label = turn.words.render("utter_part_elsewhere", restaurant=turn.words.name(place.name), when=label)
        fills["restaurant"] = place.slug
    return Option(label, fills)


def _say_why(turn: Turn, restaurant: Restaurant, search: Search, party_size: int) -> None:
    facts, policy = turn.seating(restaurant, search.wanted, party_size), restaurant.policy
    if search.is_skipped:
        turn.say("utter_refused_skipped", **facts)
    elif search.refusal is Refusal.CLOSED:
        day = restaurant.schedule.service_date_of(search.wanted)
        hours = turn.words.spans(seating_spans(restaurant, day), country_of(restaurant))
        turn.say("utter_refused_closed" if hours else "utter_refused_closed_all_day", hours=hours, **facts)
    else:  # without a word of its own: full, or nobody is seated at that very minute
        facts |= {
            "minutes": policy.min_notice_minutes,
            "days": policy.max_advance_days,
            "max": restaurant.largest_party,
        }
        turn.say(_WHY.get(search.refusal, "utter_refused_no_table"), **facts)
