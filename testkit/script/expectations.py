"""What a script can expect of an answer, a reservation, or the texts in the outbox."""

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
"""What the bot has just asked for, as in the chat API; `nothing` where the API has null."""

Kind = Literal["text", "reservation_confirmed", "reservation_changed", "reservation_cancelled", "reminder"]


class Wording(Part):
    """The wording of a text. Placeholders such as `{code}` are replaced by the values of the run; see docs/scripts.md."""

    exact: Text | None = Field(
        default=None,
        description="The whole text; … stands for any words. A string instead of a mapping means the same.",
    )
    contains: Texts = Field(default=(), description="Words that it contains, ignoring case")
    lacks: Texts = Field(default=(), alias="not", description="Words that it does not contain, ignoring case")
    regex: Patterns = Field(default=(), description="Regular expressions that match somewhere in it")


class Reply(Wording):
    """An answer from the bot."""

    segments: Annotated[int, Field(ge=1, le=20)] | None = Field(
        default=None, description="Maximum number of SMS segments of each of its texts"
    )
    choices: Texts | None = Field(default=None, description="The labels of the choices it offers, in order")
    expects: Expects | None = Field(default=None, description="What it asks for")

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.model_fields_set:
            raise expected("something to expect: exact, contains, not, regex, segments, choices or expects")
        return self


class ExpectedReservation(Part):
    """A reservation or hold of one diner. Omitted fields may have any value, except that `status` is `confirmed`."""

    status: Literal["confirmed", "cancelled", "held", "released"] = "confirmed"
    restaurant: Text | None = Field(default=None, description="Name or slug")
    starts_at: LocalTime | None = None
    party_size: Annotated[int, Field(ge=1)] | None = None
    name: Text | None = None
    notes: Text | None = Field(default=None, description="Words that the notes contain; empty: no notes")
    tables: Texts | None = Field(default=None, description="Names of the tables, in any order")
    channel: Text | None = None


class ExpectedText(Wording):
    """A text in the outbox."""

    kind: Kind | None = None
    status: Literal["pending", "sending", "sent", "failed", "voided"] | None = None
    due_at: LocalTime | None = Field(default=None, description="When it is due, at the offset of the script's clock")
    delivery: Text | None = Field(
        default=None, description="The delivery status that Twilio reported, such as delivered or undelivered"
    )
    error: Text | None = Field(default=None, description="Words that its error contains, such as Twilio's error code")


AnyReply = Annotated[Reply, one_or(Reply, "exact")]
OutboxTexts = Annotated[
    Annotated[ExpectedText, Tag("one")] | Annotated[tuple[ExpectedText, ...], Tag("all")],
    Discriminator(lambda value: "all" if isinstance(value, list | tuple) else "one"),
]
"""One text that is in the outbox, or a list of all its texts in order."""

NAMES = re.compile(r"\{(?:(\w+)\.)?(code|phone|sms_code)\}")
"""Placeholders for a reservation's code, a diner's number, or the code texted to it, such as `{ben.phone}`."""
