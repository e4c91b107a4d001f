"""How many people come, and which of two counts is meant."""

from __future__ import annotations

from nlu.reading.changes import is_changing
from nlu.reading.message import Claim, Message
from nlu.reading.numbers import number_of
from nlu.reading.people import GRAMMAR, SUMMING


def read_party_size(message: Message) -> None:
    """Claim how many people come as `party_size`; days, times and wishes must have been read before."""
    message.apply(GRAMMAR["changes"])
    message.apply(GRAMMAR["before"])
    if is_changing(message):
        message.apply(GRAMMAR["before_change"])
    message.apply(GRAMMAR["ranges"])
    if message.expecting == "party_size":
        message.apply(GRAMMAR["asked"])
    message.apply(GRAMMAR["company"])
    if not _figures(message):
        message.apply(GRAMMAR["counts"])
    asked_for_time = message.expecting == "time" and not message.has("time")
    if not asked_for_time and not any("count" in claim.value for claim in message.of("party_size")):
        message.apply(GRAMMAR["for"])
    _prefer_figures(message)


def _figures(message: Message) -> list[Claim]:
    """Party sizes said with a number."""
    said = (claim for claim in message.of("party_size") if "delta" not in claim.value)
    return [claim for claim in said if any(number_of(t.word) for t in message.tokens[claim.first : claim.end])]


def _prefer_figures(message: Message) -> None:
    """A count makes "my friend and I" and "one less" beside it mere remarks."""
    claims = message.of("party_size")
    absolute = [claim for claim in claims if "delta" not in claim.value]
    totals = [claim for claim in absolute if message.tokens[claim.end - 1].word in SUMMING]
    figures = totals or _figures(message)
    if len(claims) < 2 or not absolute:
        return
    for claim in claims:
        if claim not in (figures or absolute):
            message.replace(claim, entity="guests")
