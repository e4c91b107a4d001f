"""Phone numbers, e-mail addresses and confirmation codes."""

from __future__ import annotations

import re

from nlu.reading.message import Message
from nlu.reading.spelling import SPELLINGS
from nlu.reading.words import words

_PHONE = re.compile(r"(?<![\w.])(?:\+|00)?\(?\d[\d\s().\-]{5,22}\d(?![\w:])")
_DAY = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-.]\d\d?[-.]\d\d?|\d\d?[-.]\d\d?[-.](?:19|20)\d\d)(?!\d)")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,24}){1,3}")
_CODE = re.compile(r"(?<![^\W_])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{6,7}(?![^\W_])")
_LETTERS = re.compile(r"(?<![^\W_])[A-Z]{6,7}(?![^\W_])")
_SPACED = re.compile(r"(?<![^\W_])[A-Za-z0-9]{3}[ -][A-Za-z0-9]{3,4}(?![^\W_])")
_CODE_WORDS = words("code reference confirmation ref number booking")
_CLOCKWORK = re.compile(
    r"\d{1,4}(?:am|pm|oclock|ish|hrs?|people|ppl|pers|adults|kids|st|nd|rd|th|min|mins|hours?|pax|nite|night)", re.I
)
_SHORTEST, _LONGEST, _US = 7, 15, 10


def read_contacts(message: Message) -> None:
    """Claim `phone` (E.164 where the country is known, US for ten digits), `email` and `code` (upper case)."""
    text = message.text
    for match in _EMAIL.finditer(text) if "@" in text else ():
        message.claim_characters("email", match.start(), match.end(), match.group().lower())
    for match in _PHONE.finditer(text):
        raw = match.group()
        # "6175550155 2 people" has a number behind the phone's.
        for said in (raw, raw.rpartition(" ")[0]):
            phone = _phone_number(said, message.expecting) if said else None
            if phone:
                message.claim_characters("phone", match.start(), match.start() + len(said), phone)
                break
    asked = message.expecting == "code" or any(
        t.word in ("code", "reference", "ref", "confirmation") for t in message.tokens
    )
    for match in _CODE.finditer(text):
        if not _CLOCKWORK.fullmatch(match.group()) and match.group().lower() not in SPELLINGS:  # "2morrow"
            message.claim_characters("code", match.start(), match.end(), match.group().upper())
    if asked:
        for match in _LETTERS.finditer(text):
            message.claim_characters("code", match.start(), match.end(), match.group())
    if message.expecting == "code":
        for match in _SPACED.finditer(text):
            code = re.sub("[ -]", "", match.group())
            if code.isupper() or not code.isalpha():  # "the code" is none
                message.claim_characters("code", match.start(), match.end(), code.upper())


def _phone_number(raw: str, expecting: str | None) -> str | None:
    if _DAY.search(raw):
        return None
    digits = re.sub(r"\D", "", raw)
    if raw.lstrip().startswith("+"):
        return f"+{digits}" if _SHORTEST <= len(digits) <= _LONGEST else None
    if digits.startswith("00") and _US < len(digits) <= _LONGEST + 2:
        return f"+{digits[2:]}"
    if len(digits) == _US and digits[0] in "23456789" and digits[3] in "23456789":
        return f"+1{digits}"
    if len(digits) == _US + 1 and digits[0] == "1" and digits[1] in "23456789":
        return f"+{digits}"
    if len(digits) in (_US, _US + 1) and digits[0] == "0":
        return digits
    return digits if expecting == "phone" and _SHORTEST <= len(digits) <= _LONGEST else None
