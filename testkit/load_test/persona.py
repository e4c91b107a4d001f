"""How a simulated diner types and behaves: terse or verbose, lowercase, typos, double texts, changes of mind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Literal

Style = Literal["short", "usual", "long"]
Channel = Literal["sms", "own_number", "chat", "signed_in"]
"""SMS to the service's number or to the restaurant's own; the widget; the widget of a partner who signed the diner in."""


@dataclass(frozen=True)
class Persona:
    """Traits of one diner. Seconds are real time."""

    channel: Channel
    style: Style
    lower_case: bool
    abbreviates: bool
    emoji: bool
    slips: float
    """Share of messages with a typo."""
    tells_at_once: bool
    greets: bool
    double_texts: bool
    twilio_repeats: bool
    """Twilio delivers every message twice."""
    changes_mind: bool
    asks_by_the_way: bool
    picky: bool
    """Declines the first offer of other times and proposes another day."""
    courteous: bool
    leaves_after: int | None
    """Number of messages after which the diner disappears."""
    pace: float
    """Approximate seconds between a reply and the next message."""
    long_pause: float
    """Seconds of one long silence."""

    @classmethod
    def draw(cls, rng: Random) -> Persona:
        """Draw all traits."""
        return cls(
            channel=rng.choices(("sms", "own_number", "chat", "signed_in"), (50, 10, 20, 20))[0],
            style=rng.choices(("short", "usual", "long"), (35, 40, 25))[0],
            lower_case=rng.random() < 0.45,
            abbreviates=rng.random() < 0.25,
            emoji=rng.random() < 0.15,
            slips=rng.choice((0.0, 0.0, 0.1, 0.3)),
            tells_at_once=rng.random() < 0.6,
            greets=rng.random() < 0.3,
            double_texts=rng.random() < 0.15,
            twilio_repeats=rng.random() < 0.1,
            changes_mind=rng.random() < 0.25,
            asks_by_the_way=rng.random() < 0.25,
            picky=rng.random() < 0.2,
            courteous=rng.random() < 0.4,
            leaves_after=rng.randint(1, 4) if rng.random() < 0.04 else None,
            pace=rng.uniform(0.3, 4.0),
            long_pause=rng.uniform(8.0, 25.0) if rng.random() < 0.1 else 0.0,
        )

    def type(self, words: str, rng: Random, *, carefully: bool = False) -> str:
        """Return the words as this diner types them. `carefully`: without typos, as when asked a second time."""
        if self.abbreviates:
            for long, short in _SHORT_FORMS:
                words = re.sub(rf"\b{long}\b", short, words, flags=re.IGNORECASE)
        if self.lower_case:
            words = words.lower()
        if rng.random() < self.slips and not carefully:
            words = slip(words, rng)
        if self.emoji and rng.random() < 0.5:
            words += f" {rng.choice(_EMOJI)}"
        return words


_SHORT_FORMS = (("please", "pls"), ("thanks", "thx"), ("tomorrow", "tmrw"), ("you", "u"), ("people", "ppl"))
_EMOJI = ("🙏", "😊", "🍝", "🎉", "👍")


def slip(words: str, rng: Random) -> str:
    """Drop, double or swap one letter of a longer word. Digits are left alone."""
    places = list(re.finditer(r"[A-Za-z]{5,}", words))
    if not places:
        return words
    found = rng.choice(places)
    at = rng.randrange(found.start() + 1, found.end() - 1)
    kind = rng.choice(("drop", "double", "swap"))
    if kind == "drop":
        return words[:at] + words[at + 1 :]
    if kind == "double":
        return words[:at] + words[at] + words[at:]
    return words[:at] + words[at + 1] + words[at] + words[at + 2 :]
