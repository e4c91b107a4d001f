"""Render text for SMS: in GSM-7, or in UCS-2 for scripts that GSM-7 lacks, and at most two segments long."""

from __future__ import annotations

import unicodedata

from anyascii import anyascii
from smsutil import is_valid_gsm, split
from smsutil.codecs import GSM_CHARSET

from bot.messages import Said

MOST_SEGMENTS = 2
MOST_SMS_CHARACTERS = 306  # two concatenated segments of 153 each
_GSM7 = frozenset(filter(is_valid_gsm, GSM_CHARSET))  # asked for every character; smsutil builds a pattern each time


_OTHER_SCRIPTS = (
    "CJK",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
    "CYRILLIC",
    "GREEK",
    "ARABIC",
    "HEBREW",
    "DEVANAGARI",
    "THAI",
)
_SIGNS_TO_LETTERS = 2  # Latin letters of names allowed per character of the other script
_KEPT = "\n\u200c\u200d"  # the last two (non-joiner, joiner) change how Persian and Indic letters are drawn


def sms_texts(said: tuple[Said, ...]) -> list[str]:
    """Return the SMS bodies for what a turn says, with choices as numbered lines.

    Messages are joined as long as two segments hold them.
    """
    bodies: list[str] = []
    follows_choices = False
    for message in said:
        part = "\n".join([message.text, *(f"{choice.text} {choice.label}" for choice in message.choices)])
        # A Chinese sentence must not force the English one after it into UCS-2, which costs more.
        is_joined = bool(bodies) and is_other_script(bodies[-1]) == is_other_script(part)
        joined = sendable(f"{bodies[-1]}{chr(10) if follows_choices else ' '}{part}").strip() if is_joined else ""
        if is_joined and segments(joined) <= MOST_SEGMENTS:
            bodies[-1] = joined
        else:
            bodies.append(fitting(part))
        follows_choices = bool(message.choices)
    return [body for body in bodies if body]


def gsm7(text: str) -> str:
    """Return the text in GSM-7. Unsupported characters are transliterated, or dropped if they have no transliteration."""
    if _GSM7.issuperset(text):
        return text
    kept = []
    for character in unicodedata.normalize("NFC", text):
        if character in _GSM7:
            kept.append(character)
        elif character.isspace():
            kept.append(" ")
        elif character.isprintable():
            kept.append("".join(filter(_GSM7.__contains__, anyascii(character))))
    return "".join(kept)


def is_other_script(text: str) -> bool:
    """Whether the text is in a script that GSM-7 lacks, ignoring Latin names in it. Accented letters do not count."""
    if text.isascii():
        return False
    names = [unicodedata.name(letter, "") for letter in text if letter.isalpha()]
    others = sum(name.startswith(_OTHER_SCRIPTS) for name in names)
    return others * _SIGNS_TO_LETTERS > sum(name.startswith("LATIN") for name in names)


def sendable(text: str) -> str:
    """Return the text in the encoding it needs: GSM-7, or unchanged in another script."""
    if not is_other_script(text):
        return gsm7(text)
    return "".join(c if c.isprintable() or c in _KEPT else " " for c in unicodedata.normalize("NFC", text))


def fitting(text: str) -> str:
    """Return the text in the encoding it needs, cut to two segments.

    All our own responses fit. This is for text written by restaurants and diners.
    """
    plain = sendable(text).strip()
    while segments(plain) > MOST_SEGMENTS:
        plain = plain[: min(len(plain) - 3, MOST_SMS_CHARACTERS - 2)].rstrip() + ".."
    return plain


def segments(text: str) -> int:
    """Number of SMS segments that the carrier will count."""
    return len(split(text).parts)
