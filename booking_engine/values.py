"""Validation of caller-supplied values before they reach the database."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from booking_engine.phones import canonical_phone
from booking_engine.text import clean_text

from .errors import InvalidRequest, PartySizeInvalid, TimeInvalid

_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
_LONGEST_PHONE = 40
"""In characters, with separators."""
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,31}")
LONGEST_NAME = 120
LONGEST_NOTES = 2000
BLANKS = r"\x00-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\ufffb"
"""Body of a regular expression's character class: spaces, controls and invisible marks. A name needs a character outside it."""
_SOMETHING_SEEN = re.compile(f"[^{BLANKS}]")


def check_party_size(party_size: int) -> int:
    """Require at least one guest. The restaurant sets the maximum."""
    if isinstance(party_size, bool) or not isinstance(party_size, int) or party_size < 1:
        raise PartySizeInvalid(str(party_size)[:20])
    return party_size


def read_instant(moment: datetime) -> tuple[datetime, bool]:
    """Return the instant in UTC, and whether its wall time does not exist because a clock change skips it.

    Raises TimeInvalid for a time without a time zone or with a year outside 1971–9000.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise TimeInvalid("no time zone")
    if not 1971 <= moment.year <= 9000:
        raise TimeInvalid(f"year {moment.year}")
    instant = moment.astimezone(UTC)
    back = instant.astimezone(moment.tzinfo)
    return instant, back.replace(tzinfo=None, fold=0) != moment.replace(tzinfo=None, fold=0)


def existing_instant(moment: datetime) -> datetime:
    """Return the instant in UTC. Raises TimeInvalid like `read_instant`, and for a wall time that a clock change skips."""
    instant, imaginary = read_instant(moment)
    if imaginary:
        raise TimeInvalid("the clocks skip this hour")
    return instant


def check_name(name: str) -> str:
    """Return the name on one line without control characters. It must contain a visible character."""
    clean = " ".join(clean_text(name).split())
    if not _SOMETHING_SEEN.search(clean):
        raise InvalidRequest("a name is needed")
    if len(clean) > LONGEST_NAME:
        raise InvalidRequest("the name is too long")
    return clean


def check_area(area: str | None) -> str | None:
    """Return the name of an area of the restaurant on one line, or None if it is empty."""
    clean = " ".join(clean_text(area).split()) if area else ""
    if len(clean) > LONGEST_NAME:
        raise InvalidRequest("the area is too long")
    return clean or None


def check_notes(notes: str) -> str:
    """Return free text of up to 2,000 characters, without control characters except line breaks."""
    clean = "\n".join(" ".join(clean_text(line).split()) for line in notes.splitlines()).strip()
    if len(clean) > LONGEST_NOTES:
        raise InvalidRequest("the notes are too long")
    return clean


def check_phone(phone: str) -> str:
    """Return an E.164 number such as +14155550123 in its canonical form, without spaces, hyphens, dots and parentheses."""
    clean = re.sub(r"[\s().\-]", "", phone) if len(phone) <= _LONGEST_PHONE else ""
    if not _E164.fullmatch(clean):
        raise InvalidRequest("the phone number must be like +14155550123")
    return canonical_phone(clean)


@dataclass(frozen=True)
class Command:
    """A command: its verb, the caller's id for this request, and the channel it came through."""

    verb: str
    id: str
    channel: str

    def __post_init__(self) -> None:
        if not _CHANNEL.fullmatch(self.channel):
            raise InvalidRequest("the channel must be a short lower-case word")

    @property
    def key(self) -> str:
        """Hex digits of a UUID derived from the verb and the id: a fixed-size key for any id. Each verb may use an id once."""
        text = f"{self.verb}:{self.id}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(text).hexdigest()[:32]
