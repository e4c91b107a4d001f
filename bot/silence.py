"""When a text is best answered by nothing: machines that answer every text, and the same text again and again.

Pure. Two machines that answer each other would go on for good; whoever texts like one is told so once in an hour.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import TypeAdapter

ONE_ANSWER_IN = timedelta(hours=1)
"""How often an automatic text is answered, and within which time the same text again and again is a loop."""
_LOOP = 3
"""How often the same text comes before it is a loop."""
_FEWEST_WORDS = 4
"""Shorter texts are always answered: "Y" and "the second one" are what diners say, again and again."""


@dataclass(frozen=True)
class Lately:
    """What a thread remembers of its last texts. Times are UTC, by the clock of the conversation.

    `automatic_at`: when an automatic text was last answered. The rest is about the last text, unless it was short or
    something was done about it: a digest of its words, when it came (its last two times at most), whether it has come so
    often that it is a loop, and whether it was answered by nothing.
    """

    automatic_at: datetime | None = None
    words: str | None = None
    came_at: tuple[datetime, ...] = ()
    is_loop: bool = False
    is_silent: bool = False

    @classmethod
    def read(cls, stored: dict[str, Any] | None) -> Lately:
        """Build from what `stored` returned; from None, a thread without any texts."""
        return _ADAPTER.validate_python(stored or {})

    def stored(self) -> dict[str, Any]:
        """Return a JSON document."""
        document: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return document


_ADAPTER = TypeAdapter(Lately)


class Verdict(NamedTuple):
    """Whether a text is answered by nothing, and what the thread remembers from then on."""

    is_silent: bool
    lately: Lately


def judge(lately: Lately, text: str, *, is_automatic: bool, is_idle: bool, now: datetime) -> Verdict:
    """Decide whether a text is answered by nothing.

    `is_automatic`: a machine sent it, or it is a phone's reaction to a text or quotes one. `is_idle`: nothing was done
    about it and no question of it was answered; any other text is answered whatever came before, and so is a short one.
    `now`: UTC, by the clock of the conversation.
    """
    told_at = now if is_automatic else lately.automatic_at
    if not is_idle or len(_words(text)) < _FEWEST_WORDS:
        return Verdict(False, Lately(automatic_at=told_at))
    is_same = is_last(lately, text)
    came_at = (*(lately.came_at if is_same else ()), now)
    is_loop = is_same and (lately.is_loop or (len(came_at) >= _LOOP and _is_recent(came_at[-_LOOP], now)))
    is_silent = is_loop or (is_automatic and lately.automatic_at is not None and _is_recent(lately.automatic_at, now))
    remembered = Lately(told_at, digest(text), came_at[1 - _LOOP :], is_loop, is_silent)
    return Verdict(is_silent, replace(remembered, automatic_at=lately.automatic_at) if is_silent else remembered)


def is_last(lately: Lately, text: str) -> bool:
    """Return whether a text is the last one again, and nothing was done about it then."""
    return lately.words == digest(text)


def digest(text: str) -> str:
    """Return a digest of a text's words; case and white space make no difference."""
    folded = " ".join(text.casefold().split())
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _words(text: str) -> list[str]:
    return [word for word in text.split() if any(map(str.isalnum, word))]


def _is_recent(then: datetime, now: datetime) -> bool:
    """Whether it was within the hour. What a tester's clock has not reached yet, since it was set back, was not."""
    return timedelta(0) <= now - then < ONE_ANSWER_IN
