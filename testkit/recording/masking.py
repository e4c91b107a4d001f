"""Replace personal data in a thread with made-up data. The same person gets the same name throughout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count, groupby

import phonenumbers

from bot.rendering import gsm7
from nlu.lexicon import COMMON, dictionary
from nlu.reading.lexing import Token, tokenize
from nlu.reading.reader import read

_PEOPLE = (
    ("Ana", "Lima"), ("Ben", "Okafor"), ("Chiara", "Novak"), ("Dev", "Larsen"), ("Esther", "Mbeki"), ("Felix", "Moreau"),
    ("Greta", "Haddad"), ("Hugo", "Petrov"), ("Ines", "Tanaka"), ("Jonas", "Silva"),
)  # fmt: skip
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MASKED_EMAIL = "somebody@example.com"
_MIN_LENGTH = 2  # characters of a name that is replaced wherever it occurs


class Mask:
    """Replaces names, phone numbers and email addresses. Words of `kept` (restaurants, cities) never count as names."""

    def __init__(self, phone: str | None, kept: Iterable[str]) -> None:
        self._phone = phone
        self._kept = sorted({word for word in kept if word}, key=len, reverse=True)
        self._kept_words = {word.casefold() for name in self._kept for word in re.findall(r"\w+", name)}
        self._words: dict[str, str] = {}
        self._phrases: dict[str, str] = {}
        self._people = count()
        self._numbers: dict[str, str] = {}

    def learn(self, text: str, expected: str | None) -> None:
        """Collect the names and numbers in a message from the diner."""
        if expected == "name":
            self.learn_name(_likely_name(text))
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
        """Add the name on a reservation."""
        words = name.split()
        if words:
            self._person(words[0], " ".join(words[1:]))

    def _person(self, first: str, last: str) -> None:
        words = {word.casefold() for word in f"{first} {last}".split()}
        if words <= self._kept_words:
            return
        given, family = self._pseudonym(first, last)
        if first:
            self._words |= dict.fromkeys(_spellings(first), given)
        if last:
            self._words |= dict.fromkeys(_spellings(last), family)
        if first and last:
            self._phrases |= dict.fromkeys(_spellings(f"{first} {last}"), f"{given} {family}")

    def _pseudonym(self, first: str, last: str) -> tuple[str, str]:
        """Return the first and last name to use instead: those used before, completed by the same made-up person."""
        given, family = self._words.get(first.casefold()), self._words.get(last.casefold())
        if given is not None and (family is not None or not last):
            return given, family or ""
        known = next((person for person in _PEOPLE if given == person[0] or family == person[1]), None)
        person = known or _PEOPLE[next(self._people) % len(_PEOPLE)]
        return given or person[0], family or person[1]

    def _numbers_in(self, text: str) -> Iterator[phonenumbers.PhoneNumberMatch]:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(self._phone)) if self._phone else "US"
        return iter(phonenumbers.PhoneNumberMatcher(text, region))

    def _number(self, match: phonenumbers.PhoneNumberMatch) -> str:
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        other = "{phone}" if number == self._phone else f"+120255501{len(self._numbers) % 100:02d}"
        return self._numbers.setdefault(number, other)

    def apply(self, text: str) -> str:
        """Return the text with all personal data replaced."""
        for match in sorted(self._numbers_in(text), key=lambda found: -int(found.start)):
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            if number in self._numbers:  # a restaurant's own number is kept
                text = text[: match.start] + self._numbers[number] + text[match.end :]
        text = _EMAIL.sub(_MASKED_EMAIL, text)
        return self._pattern().sub(self._replaced, text) if self._words else text

    def _pattern(self) -> re.Pattern[str]:
        names = sorted({*self._phrases, *self._words}, key=len, reverse=True)
        spelled = [re.escape(word) for word in names if len(word) >= _MIN_LENGTH]
        kept = [re.escape(word) for word in self._kept]
        return re.compile(rf"(?<!\w)(?:(?P<kept>{'|'.join(kept) or '(?!)'})|{'|'.join(spelled)})(?!\w)", re.IGNORECASE)

    def _replaced(self, match: re.Match[str]) -> str:
        found = match[0]
        if match["kept"]:
            return found
        if found.casefold() in COMMON and not found[:1].isupper():  # lowercase "will" is rarely the name Will
            return found
        other = self._phrases.get(found.casefold()) or self._words[found.casefold()]
        if found.islower():
            return other.lower()
        return other.upper() if found.isupper() and len(found) > 1 else other


def _likely_name(text: str) -> str:
    """The first words that may be a name in the answer to the question for one, which only a model reads for sure."""
    for may_be, run in groupby(tokenize(text), key=_may_be_of_name):
        if may_be:
            words = list(run)
            return text[words[0].start : words[-1].end]
    return ""


def _may_be_of_name(token: Token) -> bool:
    is_known = token.capital and token.word in dictionary()["names"]
    return token.kind == "word" and (is_known or token.word not in COMMON)


def _spellings(name: str) -> set[str]:
    """The name as diners type it and as it appears in an SMS, case-folded."""
    return {name.casefold(), gsm7(name).casefold()}
