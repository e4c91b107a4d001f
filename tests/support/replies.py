"""Rules for every text to a diner."""

from __future__ import annotations

import re

from smsutil import is_valid_gsm, split

MOST_SEGMENTS = 2
PROMISE = "One moment please"
"""Beginning of the text that promises an answer."""

CODE = re.compile(r"\bCode ([0-9A-Z]{6,7})\b")
_OPT_OUT_WORDS = "CANCEL|STOP|STOPALL|UNSUBSCRIBE|END|QUIT|REVOKE|OPTOUT|OPT-OUT"
_INVITES = re.compile(
    rf"""\b(?:reply|text|send|say|answer|type)\s+(?:with\s+)?["']?(?:{_OPT_OUT_WORDS})\b(?!\s+(?:my|the|it|that)\b)""",
    re.IGNORECASE,
)
_BARE = re.compile(rf"""["'](?:{_OPT_OUT_WORDS})["']|\b(?:CANCEL|STOP|STOPALL|UNSUBSCRIBE|END|QUIT|REVOKE|OPTOUT)\b""")


def not_in_gsm7(text: str) -> list[str]:
    """Return the characters that would turn an SMS into UCS-2."""
    return [character for character in text if not is_valid_gsm(character)]


def is_in_another_script(text: str) -> bool:
    """Return whether the text is in a non-Latin script, so UCS-2 is expected."""
    foreign = [c for c in text if c.isalpha() and c > "\u0370" and not "\u1e00" <= c <= "\u1eff"]
    return len(foreign) > len(text) / 4


def invites_opt_out(text: str) -> bool:
    """Return whether it asks for a single word that carriers treat as an opt-out, or shows one in capitals."""
    return bool(_INVITES.search(text) or _BARE.search(text))


def segments(text: str) -> int:
    """Return the number of SMS segments that the carrier counts."""
    return len(split(text).parts)


def check(text: str) -> str:
    """Return the text, after asserting that it may be sent to a diner."""
    assert text.strip(), "an empty text"
    assert is_in_another_script(text) or not not_in_gsm7(text), f"not GSM-7: {not_in_gsm7(text)} in {text!r}"
    assert segments(text) <= MOST_SEGMENTS, f"{segments(text)} segments: {text!r}"
    assert not invites_opt_out(text), f"invites an opt-out: {text!r}"
    assert not re.search(r"[{}]|\bNone\b", text), f"a blank that was not filled in: {text!r}"
    return text
