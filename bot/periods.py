"""For how long things are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Periods:
    """The settings KEEP_…_DAYS. Their reasons are in docs/operations.md."""

    holds: timedelta
    answers: timedelta
    dialogue: timedelta
    messages: timedelta
    texts: timedelta
    deliveries: timedelta
    diners: timedelta
    consents: timedelta
