"""Rate limits for chat visitors, and for the texts that others can make us send."""

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


class TextRates(NamedTuple):
    """Budgets of texts that others can make us send. The reasons are in docs/operations.md.

    Codes go to numbers that nobody has vouched for: per phone and address, per phone, per conversation (or hold), per
    address, per block of 10,000 numbers, and in all. Notifications tell of a booking that was made, moved or cancelled by an API
    call or in a chat.
    """

    codes_per_phone: str = "5/hour"
    codes_per_phone_in_all: str = "15/hour;40/day"
    codes_per_conversation: str = "6/hour"
    codes_per_address: str = "20/hour"
    codes_per_prefix: str = "30/hour;100/day"
    codes_per_day: str = "5000/day"
    notifications_per_phone: str = "20/hour"
    notifications_per_address: str = "60/hour"
    notifications_per_key: str = "5000/hour;50000/day"
    notifications_per_prefix: str = "300/hour"
    notifications_per_day: str = "200000/day"


TEXT_RATES_OF_TESTERS = TextRates(
    codes_per_phone_in_all="2000/hour",
    codes_per_address="2000/hour",
    codes_per_prefix="100000/hour",
    codes_per_day="1000000/day",
    notifications_per_phone="100000/hour",
    notifications_per_address="100000/hour",
    notifications_per_key="1000000/hour",
    notifications_per_prefix="1000000/hour",
    notifications_per_day="10000000/day",
)
"""Testers' phones are all of a few blocks, and no text of theirs costs anything."""


def read_rate(value: str) -> str:
    """Validate a rate: one, several joined by semicolons, or an empty string.

    Raises:
        ValueError: it is not a rate.
    """
    if value and not re.fullmatch(f"{_RATE}(;{_RATE})*", value):
        raise ValueError("must be a rate such as 60/minute or 60/minute;500/day")
    return value
