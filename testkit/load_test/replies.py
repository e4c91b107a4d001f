"""What a simulated diner understands from a reply: structured in the chat API, read from the words in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from anyascii import anyascii

from testkit.load_test.goals import DesiredBooking
from testkit.load_test.restaurants import PublicRestaurant


@dataclass(frozen=True)
class Facts:
    """Day, time, party and restaurant, as far as a text mentions them. `day` is (month, day of the month)."""

    day: tuple[int, int] | None = None
    at: time | None = None
    party: int | None = None
    slug: str | None = None

    def __bool__(self) -> bool:
        return self != Facts()

    def differs(self, desired: DesiredBooking) -> str | None:
        """Return the first field that is not as desired: "restaurant", "party", "day" or "at"."""
        if self.slug and self.slug != desired.restaurant.slug:
            return "restaurant"
        if self.party and self.party != desired.party:
            return "party"
        if self.day and self.day != (desired.day.month, desired.day.day):
            return "day"
        if self.at and self.at != desired.at:
            return "at"
        return None


@dataclass(frozen=True)
class Choice:
    """An option: its digit and its label."""

    text: str
    label: str


@dataclass(frozen=True)
class Reply:
    """A reply from the bot. `asks`: what it expects, as in the chat API."""

    text: str
    asks: str | None = None
    choices: tuple[Choice, ...] = ()
    facts: Facts = Facts()
    status: str | None = None
    """ "confirmed" or "cancelled" if the reply shows a reservation."""

    @property
    def is_no(self) -> bool:
        """Whether a request was refused."""
        return _NO.search(self.text) is not None

    @property
    def knows_nothing(self) -> bool:
        """Whether a question was not answered, as in "That I don't know"."""
        return (
            re.search(r"\bi don't know\b|\bdid not get that\b|\bdon't follow\b", self.text, re.IGNORECASE) is not None
        )

    def tells_of(self, restaurant: PublicRestaurant) -> bool:
        """Return whether the reply names the restaurant. Long names may be truncated."""
        return plain(restaurant.name)[:30] in plain(self.text)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(" + "|".join(_MONTHS) + r")[a-z]*\.?"
_DAY = re.compile(rf"\b{_MONTH} (\d{{1,2}})\b|\b(\d{{1,2}}) {_MONTH}", re.IGNORECASE)
_TIME = re.compile(r"\b(\d{1,2}):(\d\d)\b(?:\s*([ap])\.?m)?", re.IGNORECASE)
_PARTY = re.compile(r"\b(\d+) (?:people|person)\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b", re.IGNORECASE)
_NO = re.compile(
    r"\bhas no table\b|\bis full\b|\btakes no guests\b|\bis closed\b|\bhas gone by\b|\bwants to know\b|\bnothing near\b"
    r"|\btakes (bookings )?up to\b|\btoo close to your booking\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"(\d) (\S.*)")
_NEWS = (
    ("cancelled", r"\bcancelled: |\bis cancelled already\b"),
    ("confirmed", r"\bbooked! |\byour booking is now\b|\bthat is what you have\b|\byou have\b.*\bcode\b|\bit's back: "),
)
_QUESTIONS: tuple[tuple[str, str], ...] = (
    ("confirmation", r"\breply y\b|\btext y\b|\by books it\b|\by and it's yours\b"),
    ("name", r"\bname shall\b|\bwhose name\b|\bneed a name\b|\bwhat name\b"),
    ("phone", r"\bmobile number\b|\bphone number\b"),
    ("restaurant", r"\bwhich restaurant\b|\bwhere shall it be\b|\bneed the place\b|\bwhere would you like\b|\bfull name\b"
                   r"|\btext me (a|one of those) cit|\btext me one of those\b|\bwhich one do you mean\b"),
    ("time", r"\bwhat time\b|\bneed a time\b|\bwhat would you like instead\b|\bwhat shall i change\b|\bwhat it should be\b"
             r"|\btext the new time\b|\banother day or time\b"),
    ("date", r"\bwhich day\b|\bneed the day\b"),
    ("party_size", r"\bhow many (people|of you|will)\b|\bnumber of guests\b"),
)  # fmt: skip


def read_text(bodies: list[str]) -> Reply:
    """Read a reply by SMS, which may consist of several texts."""
    text = "\n".join(bodies)
    lines = text.splitlines()
    choices = tuple(Choice(*found.groups()) for line in lines if (found := _CHOICE.fullmatch(line.strip())))
    said = " ".join(line for line in lines if not _CHOICE.fullmatch(line.strip()))
    asked_at, asked = _last(_QUESTIONS, said)
    news_at, status = _last(_NEWS, said)
    if news_at > asked_at:  # a question before the news needs no answer any more
        asked = None
    return Reply(text, "choice" if choices else asked, choices, facts_of(said), status)


def _last(patterns: tuple[tuple[str, str], ...], said: str) -> tuple[int, str | None]:
    """Return the position of the last match and its kind."""
    found = ((match.end(), kind) for kind, pattern in patterns for match in re.finditer(pattern, said, re.IGNORECASE))
    return max(found, default=(-1, None))


def read_answer(answer: dict[str, Any]) -> Reply:
    """Read a reply from the chat API."""
    shown = answer["reservation"] or answer["hold"]
    facts = Facts()
    if shown:
        starts_at = datetime.fromisoformat(shown["starts_at"])
        facts = Facts(
            (starts_at.month, starts_at.day),
            starts_at.time(),
            shown["party_size"],
            shown["restaurant"]["slug"],
        )
    choices = [Choice(one["text"], one["label"]) for message in answer["messages"] for one in message["choices"]]
    shown_as = [
        line for m in answer["messages"] for line in (m["text"], *(f"{c['text']} {c['label']}" for c in m["choices"]))
    ]
    return Reply(
        "\n".join(shown_as),
        answer["expects"],
        tuple(choices),
        facts,
        (answer["reservation"] or {}).get("status"),
    )


def facts_of(text: str) -> Facts:
    """Return the last fact of each kind in a text. Its subject comes after incidental remarks."""
    days, times, parties = (list(pattern.finditer(text)) for pattern in (_DAY, _TIME, _PARTY))
    day = at = None
    if days:
        month, number = (days[-1][1], days[-1][2]) if days[-1][1] else (days[-1][4], days[-1][3])
        day = (_MONTHS.index(month.lower()) + 1, int(number))
    if times:
        hour, minute, half = int(times[-1][1]), int(times[-1][2]), (times[-1][3] or "").lower()
        hour = hour % 12 + 12 * (half == "p") if half else hour
        at = time(hour, minute) if hour < 24 and minute < 60 else None
    return Facts(day, at, int(parties[-1][1]) if parties else None)


def names_a_restaurant(text: str) -> bool:
    """Return whether a label has words besides a day, a time and a party."""
    bare = _WEEKDAY.sub("", _PARTY.sub("", _TIME.sub("", _DAY.sub("", text))))
    return any(character.isalpha() for character in bare)


def plain(text: str) -> str:
    """Return the text in lowercase without accents."""
    return anyascii(text).casefold()


def day_near(day: tuple[int, int], near: date) -> date:
    """Return the date with that month and day that is closest to `near`."""
    candidates = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            candidates.append(date(year, *day))
        except ValueError:  # 29 February
            continue
    return min(candidates, key=lambda one: abs(one - near))
