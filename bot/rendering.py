"""Words for a channel: an SMS is GSM-7, and at most two segments long."""

from __future__ import annotations

import unicodedata

from anyascii import anyascii
from smsutil import is_valid_gsm, split

from bot.messages import Said

MOST_SEGMENTS = 2
MOST_SMS_CHARACTERS = 306  # two segments that are joined on the phone: 153 each


def sms_texts(said: tuple[Said, ...]) -> list[str]:
    """The SMS bodies of what a turn says, choices as numbered lines: one where it fits two segments, else one more."""
    bodies: list[str] = []
    follows_choices = False
    for message in said:
        part = "\n".join([message.text, *(f"{choice.text} {choice.label}" for choice in message.choices)])
        joined = gsm7(f"{bodies[-1]}{chr(10) if follows_choices else ' '}{part}") if bodies else ""
        if bodies and segments(joined) <= MOST_SEGMENTS:
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


def fitting(text: str) -> str:
    """The text in GSM-7, cut at two segments.

    Every response of ours fits; this is for what restaurants and diners wrote themselves.
    """
    plain = gsm7(text).strip()
    while segments(plain) > MOST_SEGMENTS:
        plain = plain[: min(len(plain) - 3, MOST_SMS_CHARACTERS - 2)].rstrip() + ".."
    return plain


def segments(text: str) -> int:
    """How many SMS segments the carrier will count."""
    return len(split(text).parts)
