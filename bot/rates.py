"""Rate limits for chat visitors."""

from __future__ import annotations

import re
from typing import NamedTuple

_RATE = r"[1-9]\d{0,8}/(second|minute|hour|day)"


class Rates(NamedTuple):
    """Limits for chats without an API key: opened per address, messages per conversation, messages per address."""

    conversations: str = "60/minute;1000/hour"
    messages: str = "60/minute;1000/day"
    messages_of_an_address: str = "600/minute"


RATES_OF_TESTERS = Rates("6000/minute", "600/minute", "6000/minute")
"""Testers share one address and type fast."""


def read_rate(value: str) -> str:
    """Validate a rate: one, several joined by semicolons, or an empty string.

    Raises:
        ValueError: it is not a rate.
    """
    if value and not re.fullmatch(f"{_RATE}(;{_RATE})*", value):
        raise ValueError("must be a rate such as 60/minute or 60/minute;500/day")
    return value
