"""Building blocks for times by the clock: patterns that may stand twice in one rule, and the values they make."""

from __future__ import annotations

import re

from nlu.reading.spans import Value

LAST_HOUR, NOON, MINUTES, SMALL_HOURS = 24, 12, 60, 5
PART_WORDS = r"morning|afternoon|arvo|evening|night"
NOT_PEOPLE = (
    r"(?!(?: ish| or so)?(?: (?:to|or|-) \d{1,3})? (?:people|of us|of (?:my|our|the)|"
    r"guests|adults?|kids|children|friends|men|women|covers|heads|seats|more|others?|days?|weeks?|months?|minutes|hours|stars?|%|/|ladies|guys|girls|boys|couples|"
    r"famil(?:y|ies)|top|grown|babies|toddlers|colleagues|coworkers|co workers|pers|p|chairs|high chairs)(?!\S))"
)
# "A table for 2 at night owl parlor" is not for two o'clock.
_AT_NIGHT = (
    r"at night(?! (?!(?:on|for|in|and|or|please|thanks|with|if|as|but|next|this|the|my|i|we|it|under|there) )[a-z]+ )"
)


def clock_pattern(tag: str = "", *, bare: bool = True) -> str:
    """A time by the clock, each group named with `tag` at its end; `bare` lets a lone hour pass."""
    sure = "" if bare else rf"(?=(?: -)? (?:am|pm|oclock|ish|in the (?:{PART_WORDS})|{_AT_NIGHT})(?!\S))"
    return (
        rf"(?:(?P<clock{tag}>\d{{1,2}}:\d\d)|(?P<digits{tag}>\d{{3,4}})(?= (?:am|pm)(?!\S))|"
        rf"(?P<hour{tag}>\d{{1,2}}){sure}|(?:12 )?(?P<word{tag}>noon|midday|midnight))"
        rf"{clock_end(tag)}"
    )


def clock_end(tag: str = "") -> str:
    """What may follow the digits: am, o'clock, "ish", "in the evening"."""
    return (
        rf"(?: (?P<meridiem{tag}>am|pm)| oclock)?(?:(?: -)? (?P<ish{tag}>ish|or so|or thereabouts))?"
        rf"(?: in the (?P<part{tag}>{PART_WORDS})| (?P<at{tag}>{_AT_NIGHT}))?"
    )


def clock_value(match: re.Match[str], tag: str = "", *, part: str | None = None) -> Value | None:
    """The value of `clock_pattern(tag)` as matched; None when the clock has no such time.

    `part` is the part of the day that was named before the time ("evening 6:45").
    """
    groups = match.groupdict()
    approximate = bool(groups.get(f"ish{tag}") or groups.get("about"))
    if groups.get(f"word{tag}"):
        return clock_time(NOON, 0, "am" if groups[f"word{tag}"] == "midnight" else "pm", approximate=approximate)
    if groups.get(f"clock{tag}"):
        hour, minute = (int(piece) for piece in groups[f"clock{tag}"].split(":"))
    elif groups.get(f"digits{tag}"):
        hour, minute = divmod(int(groups[f"digits{tag}"]), 100)
    else:
        hour, minute = int(groups[f"hour{tag}"]), int(groups.get(f"minute{tag}") or 0)
    part = groups.get(f"part{tag}") or (groups.get(f"at{tag}") and "night") or part
    return clock_time(hour, minute, groups[f"meridiem{tag}"] or meridiem_of(part, hour), approximate=approximate)


def clock_time(hour: int, minute: int, meridiem: str | None, *, approximate: bool = False) -> Value | None:
    """A time by the clock; `meridiem` is dropped where the hour says it already ("19:30 pm")."""
    if hour > LAST_HOUR or minute >= MINUTES or (hour == LAST_HOUR and minute):
        return None
    if hour > NOON or hour == 0:
        meridiem = None
    return {"hour": hour % LAST_HOUR, "minute": minute, "meridiem": meridiem, "approximate": approximate}


def meridiem_of(part: str | None, hour: int) -> str | None:
    """Which half of the day a part of it means for an hour: twelve and one at night are past midnight."""
    if part is None:
        return None
    if part == "morning":
        return "am"
    past_midnight = hour == NOON and part in ("night", "evening")
    return "am" if past_midnight or (part == "night" and hour < SMALL_HOURS) else "pm"
