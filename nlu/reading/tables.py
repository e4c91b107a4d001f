"""Several tables in one message: "two tables for 4", "a table for 2 and another for 6", "Friday and Saturday"."""

from __future__ import annotations

import re

from nlu.grammar import Grammar
from nlu.reading.message import Message, Value

_PAIRS = ("couple of", "pair of")
_INTRODUCES = ("for", "of")


def _after_a_party(match: re.Match[str]) -> Value | None:
    return True if "<party_size>" in match.string[: match.start()].split() else None


_GRAMMAR = Grammar(
    "tables",
    means={"n": lambda words: 2 if words in _PAIRS else int(words)},
    builders={"after_a_party": _after_a_party},
)


def read_tables(message: Message) -> None:
    """Claim how many tables are wanted as `tables`, and as `another_table` where what is told of a further one begins."""
    for table in ("counts", "further"):
        message.apply(_GRAMMAR[table])
    if not message.has("another_table"):
        return
    for mark in message.of("another_table"):
        for time in message.of("time"):
            follows = time.first == mark.end + 1 and message.word(mark.end) in _INTRODUCES
            if follows and time.end == time.first + 1 and message.word(time.first).isdecimal():
                message.release(time)  # "another for 6" is one for six people
    message.apply(_GRAMMAR["parties"])
