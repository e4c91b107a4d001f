"""What a script may expect of an answer, of a reservation, and of the texts that are sent."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from typing_extensions import Self

from testkit.script.fields import LocalTime, Patterns, Text, Texts, expected, one_or
from testkit.script.part import Part

Expects = Literal[
    "restaurant",
    "city",
    "cuisine",
    "party_size",
    "date",
    "time",
    "choice",
    "confirmation",
    "name",
    "phone",
    "code",
    "nothing",
]
"""The words of the chat API for what the bot has just asked for; `nothing` where that has null."""

Kind = Literal["text", "reservation_confirmed", "reservation_changed", "reservation_cancelled", "reminder"]


class Wording(Part):
    """Words of a text. In all of them `{code}` and the like stand for what they are in this run; see docs/scripts.md."""

    exact: Text | None = Field(
        default=None, description="The whole text; … stands for any words. A bare text instead of a mapping means this."
    )
    contains: Texts = Field(default=(), description="Words that it holds, whatever their capitals")
    lacks: Texts = Field(default=(), alias="not", description="Words that it does not hold, whatever their capitals")
    regex: Patterns = Field(default=(), description="Regular expressions that match somewhere in it")


class Reply(Wording):
    """An answer of the bot."""

    segments: Annotated[int, Field(ge=1, le=20)] | None = Field(
        default=None, description="How many SMS segments it takes at most"
    )
    choices: Texts | None = Field(default=None, description="The labels of the choices it offers, in order")
    expects: Expects | None = Field(default=None, description="What the bot has asked for with it")

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.model_fields_set:
            raise expected("something to expect: exact, contains, not, regex, segments, choices or expects")
        return self


class ExpectedReservation(Part):
    """A reservation, or a hold, of one diner. What is not named may be anything; the status is `confirmed` then."""

    status: Literal["confirmed", "cancelled", "held", "released"] = "confirmed"
    restaurant: Text | None = Field(default=None, description="Name or slug")
    starts_at: LocalTime | None = None
    party_size: Annotated[int, Field(ge=1)] | None = None
    name: Text | None = None
    notes: Text | None = Field(default=None, description="Words that the notes hold; empty: there are none")
    tables: Texts | None = Field(default=None, description="The names of the tables, in any order")
    channel: Text | None = None


class ExpectedText(Wording):
    """A text of the outbox."""

    kind: Kind | None = None
    status: Literal["pending", "sending", "sent", "failed", "voided"] | None = None
    due_at: LocalTime | None = Field(default=None, description="When it is due, at the offset of the script's clock")
    delivery: Text | None = Field(
        default=None, description="What Twilio reported of it, such as delivered or undelivered"
    )
    error: Text | None = Field(default=None, description="Words that its error holds, such as Twilio's code")


AnyReply = Annotated[Reply, one_or(Reply, "exact")]
OutboxTexts = Annotated[
    Annotated[ExpectedText, Tag("one")] | Annotated[tuple[ExpectedText, ...], Tag("all")],
    Discriminator(lambda value: "all" if isinstance(value, list | tuple) else "one"),
]
"""One that is among the texts, or all there are, in order."""

NAMES = re.compile(r"\{(?:(\w+)\.)?(code|phone|sms_code)\}")
"""What stands in any text for a reservation's code, a diner's number, or the code that was texted there: `{ben.phone}`."""
