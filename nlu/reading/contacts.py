"""Phone numbers, e-mail addresses and confirmation codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.reading.message import Message
from nlu.reading.spelling import SPELLINGS

_PHONE = re.compile(r"(?<![\w.])(?:\+|00)?\(?\d[\d\s().\-]{5,22}\d(?![\w:])")
_DAY = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-.]\d\d?[-.]\d\d?|\d\d?[-.]\d\d?[-.](?:19|20)\d\d)(?!\d)")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,24}){1,3}")
_CODE = re.compile(r"(?<![^\W_])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{6,7}(?![^\W_])")
_LETTERS = re.compile(r"(?<![^\W_])[A-Z]{6,7}(?![^\W_])")
_SPACED = re.compile(r"(?<![^\W_])[A-Za-z0-9]{3}[ -][A-Za-z0-9]{3,4}(?![^\W_])")
_CODE_WORDS = ("code", "reference", "ref", "confirmation")
_CLOCKWORK = re.compile(
    r"\d{1,4}(?:[ap]m?ish|am|pm|oclock|ish|hrs?|people|ppl|pers|adults|kids|st|nd|rd|th|min|mins|hours?|pax|nite|night)",
    re.I,
)
_SHORTEST, _LONGEST, _US = 7, 15, 10
_NATIONAL = (
    (re.compile(r"[2-9]\d\d[2-9]\d{6}"), "+1{}"),
    (re.compile(r"1[2-9]\d{9}"), "+{}"),
    (re.compile(r"0[1-9]\d{8,9}|00\d{8}"), "{}"),
)
"""Numbers without a country's code, and how they are kept: those of the US, and those with a trunk prefix as they are."""


def read_contacts(message: Message) -> None:
    """Claim `phone` (E.164 where the country is known, US for ten digits), `email` and `code` (upper case)."""
    for match in _EMAIL.finditer(message.text) if "@" in message.text else ():
        message.claim_characters("email", match.start(), match.end(), match.group().lower())
    for match in _PHONE.finditer(message.text):
        _claim_phone(message, match)
    for match, code in _codes(message):
        message.claim_characters("code", match.start(), match.end(), code.upper())


def _claim_phone(message: Message, match: re.Match[str]) -> None:
    raw = match.group()
    # "6175550155 2 people" has a number behind the phone's.
    for said in (raw, raw.rpartition(" ")[0]):
        phone = _phone_number(said, message.expecting) if said else None
        if phone:
            message.claim_characters("phone", match.start(), match.start() + len(said), phone)
            return


def _codes(message: Message) -> Iterator[tuple[re.Match[str], str]]:
    """What may be a confirmation code: letters alone only where one is spoken of, pieces only where it was asked for."""
    for match in _CODE.finditer(message.text):
        if not _CLOCKWORK.fullmatch(match.group()) and match.group().lower() not in SPELLINGS:  # "2morrow"
            yield match, match.group()
    asked = message.expecting == "code"
    for match in _LETTERS.finditer(message.text) if asked or message.says(*_CODE_WORDS) else ():
        yield match, match.group()
    for match in _SPACED.finditer(message.text) if asked else ():
        code = re.sub("[ -]", "", match.group())
        if code.isupper() or not code.isalpha():  # "the code" is none
            yield match, code


def _phone_number(raw: str, expecting: str | None) -> str | None:
    if _DAY.search(raw):
        return None
    digits = re.sub(r"\D", "", raw)
    if raw.lstrip().startswith("+"):
        return f"+{digits}" if _SHORTEST <= len(digits) <= _LONGEST else None
    for form, number in _NATIONAL:
        if form.fullmatch(digits):
            return number.format(digits)
    if digits.startswith("00") and _US < len(digits) <= _LONGEST + 2:
        return f"+{digits[2:]}"
    return digits if expecting == "phone" and _SHORTEST <= len(digits) <= _LONGEST else None
