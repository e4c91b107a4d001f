"""Code words: a way to a phone's code that nobody else can use up.

Where a code may not be texted unasked, the diner is told a word instead. Texted to us from the phone, it is answered with the code.
The word itself verifies nothing, and no code that still waits for its word is right. So whoever talks a diner into texting
a word has gained nothing but a text to the diner that warns of them; and there is nothing to guess.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, exists, or_, select, text

from bot import schema
from bot.phone_codes import GOOD_FOR, MOST_WRONG

# Without vowels no diner means anything else by it; without 0, 1 and L it is not misread. Six digits would be a code.
_LETTERS, _DIGITS = "BCDFGHJKMNPQRSTVWXZ", "23456789"
_LENGTH = 6
_TEXTED = re.compile(rf"[\W_]*([{_LETTERS}](?:[ -]?[{_LETTERS}{_DIGITS}]){{{_LENGTH - 1}}})[\W_]*", re.IGNORECASE)
_GAPS = str.maketrans("", "", " -")


def new_word() -> str:
    """Return a random word. One phone's are told apart by it, so it has to be rare, not secret."""
    others = (secrets.choice(_LETTERS + _DIGITS) for _ in range(_LENGTH - 1))
    return secrets.choice(_LETTERS) + "".join(others)


def texted_word(message: str) -> str | None:
    """Return the word that a message consists of, however it is typed; None if it cannot be one."""
    match = _TEXTED.fullmatch(message)
    return match[1].translate(_GAPS).upper() if match else None


def is_known(connection: Connection, phone: str, word: str) -> bool:
    """Return whether the word was told for this phone, even if it counts no longer."""
    found = [exists().where(table.c.phone == phone, table.c.word == word) for table in _TABLES]
    return bool(connection.scalar(select(or_(*found))))


def release_code(connection: Connection, phone: str, word: str, now: datetime) -> UUID | None:
    """Let the code that waits for this word be right from now on, and return its id; None if the word counts no longer.

    `now` is by the service's clock. The word texted again brings the same code again.
    """
    values = {"phone": phone, "word": word, "now": now, "good_for": GOOD_FOR, "most_wrong": MOST_WRONG}
    for statement in (_OF_CONVERSATION, _OF_HOLD):
        code_id: UUID | None = connection.scalar(statement, values)
        if code_id is not None:
            return code_id
    return None


_TABLES = (schema.phone_code, schema.hold_code)
_OF_CONVERSATION = text("""
    UPDATE phone_code p SET is_texted = true, expires_at = :now + c.clock_shift + :good_for
    FROM conversation c
    WHERE c.id = p.conversation_id AND p.phone = :phone AND p.word = :word
      AND p.used_at IS NULL AND p.wrong < :most_wrong AND p.expires_at > :now + c.clock_shift
    RETURNING p.id
""")
_OF_HOLD = text("""
    UPDATE hold_code SET is_texted = true, expires_at = :now + :good_for
    WHERE phone = :phone AND word = :word AND wrong < :most_wrong AND expires_at > :now
    RETURNING code_id
""")
