"""The catalogue of diner-facing words, and how days, times and parties are put into words.

The catalogue is Rasa's own format of responses, so that Rasa says most of them itself; what is built of parts here, and what the
bot says without Rasa, comes from the same file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path

import yaml
from babel import Locale
from babel.dates import format_date, format_time

CATALOGUE = Path(__file__).with_name("domain") / "responses.yml"

_LONGEST_NAME = 40  # of a restaurant, in a text; the whole message must fit two segments


class Words:
    """The words of one language."""

    def __init__(self, catalogue: Path = CATALOGUE, language: str = "en") -> None:
        responses = yaml.safe_load(catalogue.read_text(encoding="utf-8"))["responses"]
        self._texts: dict[str, str] = {name: variants[0]["text"] for name, variants in responses.items()}
        self._language = language

    def render(self, response: str, **facts: object) -> str:
        """The text of a response with its blanks filled in.

        Raises:
            KeyError: there is no such response, or a blank of it was not given.
        """
        return self._texts[response].format_map(facts)

    def party(self, count: int) -> str:
        """ "1 person", "4 people"."""
        return self.render("utter_part_one_person") if count == 1 else self.render("utter_part_people", count=count)

    def day(self, day: date, country: str) -> str:
        """ "Tue, Nov 24", in the order of the restaurant's country."""
        return _plain(format_date(day, _DAY_PATTERN[_is_month_first(country)], locale=_locale(self._language, country)))

    def clock(self, clock: time, country: str) -> str:
        """ "7:00 PM", or "19:00" where that is how a clock is read."""
        return _plain(format_time(clock, "short", locale=_locale(self._language, country)))

    def when(self, starts_at: datetime, country: str) -> str:
        """Day and time of an instant that is given in the restaurant's own zone."""
        return f"{self.day(starts_at.date(), country)}, {self.clock(starts_at.timetz().replace(tzinfo=None), country)}"

    def name(self, name: str) -> str:
        """A restaurant's name, cut where it would crowd out the rest of the message."""
        return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 2].rstrip() + ".."

    def spans(self, spans: Iterable[tuple[time, time]], country: str) -> str:
        """ "11:30 AM-2:00 PM, 5:00 PM-9:30 PM"."""
        return ", ".join(f"{self.clock(start, country)}-{self.clock(end, country)}" for start, end in spans)


_DAY_PATTERN = {True: "EEE, MMM d", False: "EEE d MMM"}


def _is_month_first(country: str) -> bool:
    return country in ("US", "CA", "PH")


@lru_cache(maxsize=64)
def _locale(language: str, country: str) -> Locale:
    wanted = f"{language}_{country}"
    return Locale.parse(wanted if wanted in _known_locales() else f"{language}_US")


@lru_cache(maxsize=1)
def _known_locales() -> frozenset[str]:
    from babel.localedata import locale_identifiers

    return frozenset(locale_identifiers())


def _plain(text: str) -> str:
    """CLDR puts narrow and no-break spaces where a text message has only the one kind."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u200e", "")
