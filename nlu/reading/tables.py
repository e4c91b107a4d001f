"""Several tables in one message: "two tables for 4", "a table for 2 and another for 6", "Friday and Saturday"."""

from __future__ import annotations

import re

from nlu.grammar import Grammar
from nlu.reading.message import Message, Value

_DOZEN = 12
_COUNTS = {"half": _DOZEN // 2, "dozen": _DOZEN}
_SOME = 2
"""As how many tables of no given number count: two at least."""
_INTRODUCES = ("for", "of")
_ROW = re.compile(r"(?<!\S)tables (?:for|of) (?:<party_size>|\d+)(?: (?:[,&+]|and|plus)+ \d+)* $")


def _several(words: str) -> int:
    """How many "12", "2 dozen", "half a dozen" or "a few" are."""
    said = words.split()
    known = [int(word) if word.isdecimal() else _COUNTS[word] for word in said if word.isdecimal() or word in _COUNTS]
    return (known[0] * _DOZEN if known[1:] == [_DOZEN] and said[0].isdecimal() else known[0]) if known else _SOME


def _after_a_party(match: re.Match[str]) -> Value | None:
    return True if "<party_size>" in match.string[: match.start()].split() else None


def _in_row_of_tables(match: re.Match[str]) -> Value | None:
    return True if _ROW.search(match.string[: match.start()]) else None


_GRAMMAR = Grammar(
    "tables",
    means={"n": int, "several": _several},
    builders={"after_a_party": _after_a_party, "in_row_of_tables": _in_row_of_tables},
)


def read_table_counts(message: Message) -> None:
    """Claim how many tables are wanted as `tables`; nobody else's is the number."""
    message.apply(_GRAMMAR["counts"])


def read_further_tables(message: Message) -> None:
    """Claim where what is told of a further table begins as `another_table`."""
    message.apply(_GRAMMAR["further"])
    if not message.has("another_table"):
        return
    for mark in message.of("another_table"):
        for time in message.of("time"):
            follows = time.first == mark.end + 1 and message.word(mark.end) in _INTRODUCES
            if follows and time.end == time.first + 1 and message.word(time.first).isdecimal():
                message.release(time)  # "another for 6" is one for six people
    message.apply(_GRAMMAR["parties"])
