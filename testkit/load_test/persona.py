"""How a diner types: in haste or at length, with or without capitals, with slips of the thumb."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Literal

Style = Literal["short", "usual", "long"]
Channel = Literal["sms", "own_number", "chat", "signed_in"]
"""A text to the service's number or to the restaurant's own; the widget; the widget of a partner who knows the diner."""


@dataclass(frozen=True)
class Persona:
    """What makes one diner other than the next. Seconds are real ones."""

    channel: Channel
    style: Style
    lower_case: bool
    abbreviates: bool
    emoji: bool
    slips: float
    """Share of messages with a slip."""
    tells_at_once: bool
    greets: bool
    double_texts: bool
    twilio_repeats: bool
    """Of every message."""
    changes_mind: bool
    asks_by_the_way: bool
    picky: bool
    """Turns the first offer of other times down and proposes another day."""
    courteous: bool
    leaves_after: int | None
    """Messages after which this diner is never heard of again."""
    pace: float
    """Seconds between a reply and the next message, about."""
    long_pause: float
    """Seconds of silence, once."""

    @classmethod
    def draw(cls, rng: Random) -> Persona:
        """Everything by chance."""
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
        """The words as this diner types them; `carefully`, when asked a second time, without a slip."""
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
    """One letter of a longer word left out, doubled or swapped with the next; figures are typed with care."""
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
