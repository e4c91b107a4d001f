"""The catalogues of diner-facing words, one a language, and how days, times and parties are put into words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from string import Formatter

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names
from babel.units import format_unit

CATALOGUES = Path(__file__).with_name("responses")
ENGLISH = CATALOGUES / "en.yml"
OTHER_LANGUAGES = Path(__file__).with_name("other_languages.yml")

_LONGEST_AREA = 20
_LONGEST_NAME = 40  # of a restaurant, in a text; the whole message must fit two segments
_UNITS = {"day": 24 * 60, "hour": 60, "minute": 1}  # in minutes
_NAMINGS = ("areas", "cuisines", "features", "diets")


class CatalogueWrong(ValueError):
    """A catalogue cannot be used; the message names it and says why."""


class Words:
    """The words of one language, from its catalogue; the file's name is the language's code."""

    def __init__(self, catalogue: Path = ENGLISH) -> None:
        """Read the catalogue.

        Raises:
            CatalogueWrong: it is none, or CLDR does not know the language.
        """
        try:
            read = yaml.load(catalogue.read_text(encoding="utf-8"), yaml.CSafeLoader)
            self._locale = Locale.parse(catalogue.stem, sep="-")
            self.texts: dict[str, str] = {name: str(text) for name, text in read["texts"].items()}
            self.namings: dict[str, dict[str, str]] = {kind: dict(read.get(kind) or {}) for kind in _NAMINGS}
        except (OSError, yaml.YAMLError, UnknownLocaleError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CatalogueWrong(f"{catalogue.name}: {error}") from error

    def render(self, response: str, **facts: object) -> str:
        """The text of a response with its blanks filled in.

        Raises:
            KeyError: there is no such response, or a blank of it was not given.
        """
        return self.texts[response].format_map(facts)

    def party(self, count: int) -> str:
        """ "1 person", "4 people"."""
        plural = f"utter_part_people_{self._locale.plural_form(count)}"
        return self.render(plural if plural in self.texts else "utter_part_people_other", count=count)

    def day(self, day: date, country: str) -> str:
        """ "Tue, Nov 24", in the order of the restaurant's country."""
        order = "month_first" if writes_month_first(country) else "day_first"
        return _date(day, self.texts[f"utter_part_day_{order}"], self._in(country))

    def clock(self, clock: time, country: str) -> str:
        """ "7:00 PM", or "19:00" where that is how a clock is read."""
        return _clock(clock, self._in(country))

    def when(self, starts_at: datetime, country: str) -> str:
        """Day and time of an instant that is given in the restaurant's own zone."""
        clock = self.clock(starts_at.timetz().replace(tzinfo=None), country)
        return self.render("utter_part_when", day=self.day(starts_at.date(), country), clock=clock)

    def duration(self, minutes: int) -> str:
        """ "90 minutes", "2 hours", "1 day": in the largest unit of which it is a whole number."""
        unit = next(unit for unit in _UNITS if minutes % _UNITS[unit] == 0)
        return format_unit(minutes // _UNITS[unit], f"duration-{unit}", locale=self._locale)

    def weekdays(self, first: int, last: int) -> str:
        """ "Fri", "Mon-Thu"; Monday is 0."""
        names = get_day_names("abbreviated", locale=self._locale)
        if first == last:
            return str(names[first])
        return self.render("utter_part_span", first=names[first], last=names[last])

    def name(self, name: str) -> str:
        """A restaurant's name, cut where it would crowd out the rest of the message."""
        return _cut(name, _LONGEST_NAME)

    def area(self, area: str) -> str:
        """Where the party asked to sit: "outside", or a restaurant's own word for a part of it, cut likewise."""
        return _cut(self.namings["areas"].get(area, area), _LONGEST_AREA)

    def spans(self, spans: Iterable[tuple[time, time]], country: str) -> str:
        """ "11:30 AM-2:00 PM, 5:00 PM-9:30 PM"."""
        return self.listed(
            self.render("utter_part_span", first=self.clock(start, country), last=self.clock(end, country))
            for start, end in spans
        )

    def listed(self, items: Iterable[str], *, apart: bool = False) -> str:
        """The items in a row, set apart by more than a comma where they hold commas themselves; of none: ""."""
        row = ""
        for item in items:
            pattern = "utter_part_listed_apart" if apart else "utter_part_listed"
            row = self.render(pattern, before=row, next=item) if row else item
        return row

    def called(self, kind: str, name: str) -> str:
        """What one of the cuisines, features or diets is called; what only the restaurant knows, as that calls it."""
        return self.namings[kind].get(name) or name.replace("_", " ")

    def _in(self, country: str) -> Locale:
        """The language as it is used in a country."""
        return _as_used_in(str(self._locale), country)


class Languages:
    """All catalogues there are. A conversation speaks the language of its locale if there is one, else English."""

    def __init__(self, *further: Path) -> None:
        """Read the project's catalogues and those of `further` folders, which go before the project's.

        Raises:
            CatalogueWrong: one of them does not have what the English one has.
        """
        paths = {path.stem: path for folder in (CATALOGUES, *further) for path in sorted(folder.glob("*.yml"))}
        self._words = {language.casefold(): Words(path) for language, path in paths.items()}
        others = yaml.load(OTHER_LANGUAGES.read_text(encoding="utf-8"), yaml.CSafeLoader)
        self._others: dict[str, dict[str, str]] = others
        english = Words()
        for path in paths.values():
            if gaps := differences(self._words[path.stem.casefold()], english):
                raise CatalogueWrong(f"{path.name}: {gaps[0]}")

    def of(self, locale: str | None) -> Words:
        """The words for a locale in the form "pt-BR"."""
        wanted = (locale or "en").casefold()
        return self._words.get(wanted) or self._words.get(wanted.partition("-")[0]) or self._words["en"]

    def render_in(self, language: str, response: str, **facts: object) -> str:
        """A text in a language that we recognise and cannot speak; where even that text is missing, in English."""
        texts = self._others.get(language)
        return texts[response].format_map(facts) if texts else self._words["en"].render(response, **facts)


def differences(words: Words, english: Words) -> list[str]:
    """What one language's catalogue has otherwise than the English one: names, blanks, and things without a name."""
    found = [f"{name} is not needed" for name in words.texts.keys() - english.texts.keys() if not _is_plural(name)]
    for name, text in english.texts.items():
        if name in words.texts:
            if blanks(words.texts[name]) != blanks(text):
                found.append(f"{name} has other blanks than {sorted(blanks(text))}")
        elif not _is_plural(name):
            found.append(f"{name} is missing")
    for kind, names in english.namings.items():
        found += [f"{kind}: {name} is missing" for name in names if name not in words.namings[kind]]
    return sorted(found)


def _is_plural(name: str) -> bool:
    """Whether a language may have this text or not, as its plurals are."""
    return name.startswith("utter_part_people_") and name != "utter_part_people_other"


def blanks(text: str) -> set[str]:
    """The names of the blanks in a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def writes_month_first(country: str) -> bool:
    """Whether 5/6 is May 6 in a country."""
    return country in ("US", "CA", "PH")


@lru_cache(maxsize=256)
def _as_used_in(language: str, country: str) -> Locale:
    wanted = f"{language.partition('_')[0]}_{country}"
    return Locale.parse(wanted if wanted in _known_locales() else language)


@lru_cache(maxsize=1)
def _known_locales() -> frozenset[str]:
    from babel.localedata import locale_identifiers

    return frozenset(locale_identifiers())


@lru_cache(maxsize=1024)
def _date(day: date, pattern: str, locale: Locale) -> str:
    return _plain(format_date(day, pattern, locale=locale))


@lru_cache(maxsize=1024)
def _clock(clock: time, locale: Locale) -> str:
    return _plain(format_time(clock, "short", locale=locale))


def _plain(text: str) -> str:
    """CLDR puts narrow and no-break spaces where a text message has only the one kind."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u200e", "")


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 2].rstrip() + ".."
