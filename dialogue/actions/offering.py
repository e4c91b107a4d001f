"""A "no" comes with its reason and the nearest "yes"."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking_engine import Opening, Refusal, Restaurant, Search
from dialogue.actions.memory import Memory
from dialogue.actions.times import certain, largest_party, seating_spans
from dialogue.actions.turn import Option, Turn, country_of

_DAYS_TO_TRY = 7
_NEAR = timedelta(hours=6)
_NEVER_MIND_TIME = (Refusal.PARTY_TOO_LARGE, Refusal.TOO_FAR)


def refuse(turn: Turn, memory: Memory, restaurant: Restaurant, search: Search, party_size: int) -> bool:
    """Say why there is no table at the wanted time and offer the nearest ones; False when there is nothing to pick."""
    _say_why(turn, restaurant, search, party_size)
    openings = list(search.openings) or _other_days(turn, restaurant, search, party_size)
    if not openings:
        memory.choices = None
        if search.refusal not in _NEVER_MIND_TIME:
            turn.say("utter_nothing_near")
        return False
    options = [_option(turn, restaurant, start, search.wanted) for start in sorted(o.starts_at for o in openings)]
    memory.offer(options)
    turn.say("utter_nearest", options)
    return True


def _other_days(turn: Turn, restaurant: Restaurant, search: Search, party_size: int) -> list[Opening]:
    if search.refusal in _NEVER_MIND_TIME:
        return []
    wanted, now = search.wanted, turn.engine.clock.now()
    while wanted + timedelta(days=1) <= now:
        wanted += timedelta(days=1)
    found: list[Opening] = []
    for days in range(1, _DAYS_TO_TRY + 1):
        near = turn.engine.find_openings(
            restaurant, starts_at=wanted + timedelta(days=days), party_size=party_size, limit=1, within=_NEAR
        )
        found += near.openings
        if len(found) >= 3:
            break
    return found


def _option(turn: Turn, restaurant: Restaurant, start: datetime, wanted: datetime) -> Option:
    local, country = start.astimezone(restaurant.zone), country_of(restaurant)
    day = restaurant.service_date_of(local)
    is_same_day = day == restaurant.service_date_of(wanted.astimezone(restaurant.zone))
    label = (
        turn.words.clock(local.timetz().replace(tzinfo=None), country)
        if is_same_day
        else turn.words.when(local, country)
    )
    return Option(label, {"date": day.isoformat(), "time": certain(local)})


def _say_why(turn: Turn, restaurant: Restaurant, search: Search, party_size: int) -> None:
    facts = turn.seating(restaurant, search.wanted, party_size)
    policy, refusal = restaurant.policy, search.refusal
    if refusal is Refusal.CLOSED:
        day = restaurant.service_date_of(search.wanted.astimezone(restaurant.zone))
        hours = turn.words.spans(seating_spans(restaurant, day), country_of(restaurant))
        turn.say("utter_refused_closed" if hours else "utter_refused_closed_all_day", hours=hours, **facts)
    elif refusal is Refusal.TOO_SOON:
        turn.say("utter_refused_too_soon", minutes=policy.min_notice_minutes, **facts)
    elif refusal is Refusal.TOO_FAR:
        turn.say("utter_refused_too_far", days=policy.max_advance_days, **facts)
    elif refusal is Refusal.PARTY_TOO_LARGE:
        turn.say("utter_refused_party_too_large", max=largest_party(restaurant), **facts)
    elif refusal is Refusal.PAST:
        turn.say("utter_refused_past", **facts)
    elif refusal is Refusal.PACING:
        turn.say("utter_refused_pacing", **facts)
    else:  # full, or nobody is seated at that very minute
        turn.say("utter_refused_no_table", **facts)
