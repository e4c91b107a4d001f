"""Phone numbers: the one form by which a line is known, however a carrier or a diner writes it."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

import phonenumbers

_SAME_LINE = (
    # Mexico dropped the 1 of mobiles in 2019; carriers still send it, and no number has eleven digits.
    (re.compile(r"\+521([2-9]\d{9})"), r"+52\1"),
    # Argentina: the 9 of mobiles is for callers from abroad, and missing in texts. A number of ten digits belongs to one
    # line, fixed or mobile. Those that begin with 6 or 8 are services.
    (re.compile(r"\+54([123]\d{9})"), r"+549\1"),
    # Brazil put a 9 before the eight digits of mobiles by 2016. Fixed lines begin with 2-5, trunked radio kept its 7.
    (re.compile(r"\+55([1-9]{2})([689]\d{7})"), r"+55\g<1>9\2"),
)
"""Forms in which a number may be written that is another one in E.164, and that one. No form is a line of its own."""


def canonical_phone(number: str) -> str:
    """Return the form by which a line is known, for a number in E.164; anything else, like a short code, as it is."""
    for form, known_as in _SAME_LINE:
        if match := form.fullmatch(number):
            return match.expand(known_as)
    return number


@lru_cache(maxsize=1024)
def read_phone(given: str | None, region: str | None = None) -> str | None:
    """Return the canonical form of a number that can be texted; None for a short code, a name or an impossible number.

    Without a `region`, a number must bring its country's code.
    """
    with suppress(phonenumbers.NumberParseException):
        number = canonical_phone(_e164(phonenumbers.parse(given or "", region)))
        if phonenumbers.is_possible_number(phonenumbers.parse(number)):
            return number
    return None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
