"""Words for a channel: an SMS is GSM-7, or UCS-2 where it is in a script that GSM-7 lacks, and at most two segments long."""

from __future__ import annotations

import unicodedata

from anyascii import anyascii
from smsutil import is_valid_gsm, split

from bot.messages import Said

MOST_SEGMENTS = 2
MOST_SMS_CHARACTERS = 306  # two segments that are joined on the phone: 153 each


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
_SIGNS_TO_LETTERS = 2  # how many letters of a name may stand for each sign around it
_KEPT = "\n\u200c\u200d"  # the latter two change how Persian and Indian letters are drawn


def sms_texts(said: tuple[Said, ...]) -> list[str]:
    """The SMS bodies of what a turn says, choices as numbered lines: one where it fits two segments, else one more."""
    bodies: list[str] = []
    follows_choices = False
    for message in said:
        part = "\n".join([message.text, *(f"{choice.text} {choice.label}" for choice in message.choices)])
        # An English sentence is not sent in the dear alphabet because a Chinese one goes before it.
        is_joined = bool(bodies) and is_other_script(bodies[-1]) == is_other_script(part)
        joined = sendable(f"{bodies[-1]}{chr(10) if follows_choices else ' '}{part}") if is_joined else ""
        if is_joined and segments(joined) <= MOST_SEGMENTS:
            bodies[-1] = joined
        else:
            bodies.append(fitting(part))
        follows_choices = bool(message.choices)
    return [body for body in bodies if body]


def gsm7(text: str) -> str:
    """The text in GSM-7: what the alphabet has not is written with what it has, and what has no writing is dropped."""
    kept = []
    for character in unicodedata.normalize("NFC", text):
        if is_valid_gsm(character):
            kept.append(character)
        elif character.isspace():
            kept.append(" ")
        elif character.isprintable():
            kept.append("".join(filter(is_valid_gsm, anyascii(character))))
    return "".join(kept)


def is_other_script(text: str) -> bool:
    """Whether the text is in a script that GSM-7 lacks, but for names in it; accents alone make no other script."""
    names = [unicodedata.name(letter, "") for letter in text if letter.isalpha()]
    others = sum(name.startswith(_OTHER_SCRIPTS) for name in names)
    return others * _SIGNS_TO_LETTERS > sum(name.startswith("LATIN") for name in names)


def sendable(text: str) -> str:
    """The text in the alphabet in which it can be read: GSM-7, or as it is in another script."""
    if not is_other_script(text):
        return gsm7(text)
    return "".join(c if c.isprintable() or c in _KEPT else " " for c in unicodedata.normalize("NFC", text))


def fitting(text: str) -> str:
    """The text in the alphabet it needs, cut at two segments.

    Every response of ours fits; this is for what restaurants and diners wrote themselves.
    """
    plain = sendable(text).strip()
    while segments(plain) > MOST_SEGMENTS:
        plain = plain[: min(len(plain) - 3, MOST_SMS_CHARACTERS - 2)].rstrip() + ".."
    return plain


def segments(text: str) -> int:
    """How many SMS segments the carrier will count."""
    return len(split(text).parts)
