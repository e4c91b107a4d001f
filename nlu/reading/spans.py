"""What reading a message yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Value = Any
"""JSON-like: a string, a number, or a mapping of them."""


@dataclass(frozen=True)
class Span:
    """A piece of the diner's own words and what it means.

    `start` and `end` are character offsets into the text as it was given, so `text == given[start:end]`. `value` is
    JSON-like and depends neither on today's date nor on any time zone; `nlu.resolving` turns it into days and times.
    """

    entity: str
    start: int
    end: int
    text: str
    value: Value
