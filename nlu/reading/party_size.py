"""How many people come, and which of two counts is meant."""

from __future__ import annotations

from nlu.reading.changes import is_changing
from nlu.reading.message import Claim, Message
from nlu.reading.numbers import number_of
from nlu.reading.people import GRAMMAR, SUMMING, with_people


def read_party_size(message: Message) -> None:
    """Claim how many people come as `party_size`; days, times and wishes must have been read before."""
    message.apply(GRAMMAR["changes"])
    message.apply(GRAMMAR["before"])
    if is_changing(message):
        message.apply(GRAMMAR["before_change"])
    message.apply(GRAMMAR["ranges"])
    if message.expecting == "party_size":
        message.apply(GRAMMAR["asked"])
    people = with_people(message)
    if people:
        message.apply(GRAMMAR["company"], people)
    if not _figures(message):
        message.apply(GRAMMAR["counts"])
    asked_for_time = message.expecting == "time" and not message.has("time")
    if not asked_for_time and not _counts(message):
        message.apply(GRAMMAR["for"])
    is_told = bool(_absolute(message))
    for claim in message.of("companions"):
        message.replace(claim, entity="guests" if is_told else "party_size")
    _prefer_figures(message)


def _absolute(message: Message) -> list[Claim]:
    return [claim for claim in message.of("party_size") if "delta" not in claim.value]


def _counts(message: Message) -> list[Claim]:
    return [claim for claim in message.of("party_size") if "count" in claim.value]


def _figures(message: Message) -> list[Claim]:
    """Party sizes said with a number."""
    return [
        claim for claim in _absolute(message)
        if any(number_of(token.word) for token in message.tokens[claim.first : claim.end])
    ]  # fmt: skip


def _prefer_figures(message: Message) -> None:
    """A count makes "my friend and I" and "one less" beside it mere remarks."""
    claims, absolute = message.of("party_size"), _absolute(message)
    totals = [claim for claim in absolute if message.tokens[claim.end - 1].word in SUMMING]
    figures = totals or _figures(message)
    if len(claims) < 2 or not absolute:
        return
    for claim in claims:
        if claim not in (figures or absolute):
            message.replace(claim, entity="guests")
