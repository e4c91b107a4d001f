"""Personal data in a thread, replaced by what belongs to nobody; the same person gets the same name throughout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count

import phonenumbers

from bot.rendering import gsm7
from nlu.reading.common_words import COMMON
from nlu.reading.reader import read

_PEOPLE = (
    ("Ana", "Lima"), ("Ben", "Okafor"), ("Chiara", "Novak"), ("Dev", "Larsen"), ("Esther", "Mbeki"), ("Felix", "Moreau"),
    ("Greta", "Haddad"), ("Hugo", "Petrov"), ("Ines", "Tanaka"), ("Jonas", "Silva"),
)  # fmt: skip
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SOMEBODY = "somebody@example.com"
_SHORTEST = 2  # characters of a word of a name that is replaced wherever it stands


class Mask:
    """Replaces names, phones and mail addresses. Words of `kept` (restaurants, cities) are never taken for a name."""

    def __init__(self, phone: str | None, kept: Iterable[str]) -> None:
        self._phone = phone
        self._kept = sorted({word for word in kept if word}, key=len, reverse=True)
        self._kept_words = {word.casefold() for name in self._kept for word in re.findall(r"\w+", name)}
        self._words: dict[str, str] = {}
        self._phrases: dict[str, str] = {}
        self._people = count()
        self._numbers: dict[str, str] = {}

    def learn(self, text: str, expected: str | None) -> None:
        """Look for names and numbers in what the diner says."""
        first: str | None = None
        for span in read(text, expecting=expected):
            word = span.text.strip(" -'")
            if span.entity == "first_name":
                first = word
                self._person(first, "")
            elif span.entity == "last_name":
                self._person(first or "", word)
        for match in self._numbers_in(text):
            self._number(match)

    def learn_name(self, name: str) -> None:
        """Take a name as it was booked under."""
        words = name.split()
        if words:
            self._person(words[0], " ".join(words[1:]))

    def _person(self, first: str, last: str) -> None:
        words = {word.casefold() for word in f"{first} {last}".split()}
        if words <= self._kept_words:
            return
        given, family = self._words.get(first.casefold()), self._words.get(last.casefold())
        if given is None or (last and family is None):
            known = next((p for p in _PEOPLE if given == p[0] or family == p[1]), None)
            new = known or _PEOPLE[next(self._people) % len(_PEOPLE)]
            given, family = given or new[0], family or new[1]
        for real, other in ((first, given), (last, family)):
            if real and other:
                for spelled in {real, gsm7(real)}:
                    self._words[spelled.casefold()] = other
        if first and last and given and family:
            for spelled in {f"{first} {last}", gsm7(f"{first} {last}")}:
                self._phrases[spelled.casefold()] = f"{given} {family}"

    def _numbers_in(self, text: str) -> Iterator[phonenumbers.PhoneNumberMatch]:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(self._phone)) if self._phone else "US"
        return iter(phonenumbers.PhoneNumberMatcher(text, region))

    def _number(self, match: phonenumbers.PhoneNumberMatch) -> str:
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        other = "{phone}" if number == self._phone else f"+120255501{len(self._numbers) % 100:02d}"
        return self._numbers.setdefault(number, other)

    def apply(self, text: str) -> str:
        """The text with everything personal replaced."""
        for match in sorted(self._numbers_in(text), key=lambda found: -int(found.start)):
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            if number in self._numbers:  # a restaurant's own stays
                text = text[: match.start] + self._numbers[number] + text[match.end :]
        text = _EMAIL.sub(_SOMEBODY, text)
        return self._pattern().sub(self._replaced, text) if self._words else text

    def _pattern(self) -> re.Pattern[str]:
        names = sorted({*self._phrases, *self._words}, key=len, reverse=True)
        spelled = [re.escape(word) for word in names if len(word) >= _SHORTEST]
        kept = [re.escape(word) for word in self._kept]
        return re.compile(rf"(?<!\w)(?:(?P<kept>{'|'.join(kept) or '(?!)'})|{'|'.join(spelled)})(?!\w)", re.IGNORECASE)

    def _replaced(self, match: re.Match[str]) -> str:
        found = match[0]
        if match["kept"]:
            return found
        if found.casefold() in COMMON and not found[:1].isupper():  # "will" is not always a Will
            return found
        other = self._phrases.get(found.casefold()) or self._words[found.casefold()]
        if found.islower():
            return other.lower()
        return other.upper() if found.isupper() and len(found) > 1 else other
