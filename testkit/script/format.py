"""The format of a script file: Rasa's `test_cases:` with `steps:`, extended by what reservations need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import Self

from testkit.script.expectations import AnyReply, ExpectedReservation, OutboxTexts
from testkit.script.fields import Clock, Span, Text, When, expected
from testkit.script.fixtures import Given, Restaurant
from testkit.script.part import Part

Channel = Literal["sms", "chat"]
Program = Literal["rasa", "actions", "redis", "postgres", "worker", "web"]
ANYBODY = ("winner", "loser")
"""Names by which later steps can refer to the diners of a race."""

_FOREIGN = {
    "slot_was_set": "`reservation`, `hold` or `bot: {expects: …}`: slots are the dialogue's own business",
    "slot_was_not_set": "`reservation`, `hold` or `bot: {expects: …}`: slots are the dialogue's own business",
    "intent": "`user` with the diner's words: they are read by the real model",
    "action": "`utter`, `bot` or `reservation`: what comes of an action",
    "assertions": "`bot` with contains, regex, choices, expects in the step itself",
    "fixtures": "`given` with reservations and full_evenings",
    "metadata": "`phones`, `channel` and `clock`",
}
"""Keys of Rasa's formats that are not supported, and what to write instead."""


class Diner(Part):
    """A person who texts or chats."""

    number: Annotated[Text, Field(pattern=r"^\+[1-9][0-9x]{6,14}$")] | None = Field(
        default=None,
        description="E.164; each x becomes a random digit. Default: a number that is unique in this run",
    )
    same_phone_as: Text | None = Field(default=None, description="A diner listed earlier, whose number this one shares")
    channel: Channel | None = Field(default=None, description="Default: the test case's channel")
    to: Text | None = Field(default=None, description="SMS: the number texted, or a restaurant that has its own number")
    restaurant: Text | None = Field(
        default=None, description="Chat: the restaurant (name or slug) that the conversation is about"
    )
    locale: Text | None = Field(default=None, description="Chat: as in the chat API")
    signed_in_as: Text | None = Field(
        default=None, description="Chat: a partner has signed the diner in, with this name"
    )


def _by_name(value: object) -> object:
    return {str(name): {} for name in value} if isinstance(value, list) else value


Diners = Annotated[dict[str, Diner], BeforeValidator(_by_name, json_schema_input_type=dict[str, Diner] | list[str])]


class _Native(Part):
    """A mapping that refuses unsupported keys of Rasa's formats and says what to write instead."""

    @model_validator(mode="before")
    @classmethod
    def _is_ours(cls, value: Any) -> Any:
        for key in value if isinstance(value, dict) else ():
            if key in _FOREIGN:
                found = {"key": key, "known": [], "what": _FOREIGN[key]}
                raise PydanticCustomError("unknown_key", "{what}", found)
        return value


class Message(Part):
    """A message from a diner."""

    user: Text = Field(description="The diner's words")
    phone: Text | None = Field(default=None, description="Which diner; required if there are several")
    media: Annotated[int, Field(ge=0, le=10)] = Field(default=0, description="SMS: number of pictures attached")
    times: Annotated[int, Field(ge=1, le=10)] = Field(
        default=1, description="SMS: how many times Twilio delivers it, all at once"
    )
    opt_out_type: Literal["STOP", "START", "HELP"] | None = Field(
        default=None, description="SMS: Twilio's own classification of the words"
    )


class TwilioFailure(Part):
    """How Twilio fails the next texts to a diner."""

    code: Annotated[int, Field(ge=10000, le=99999)] = Field(description="Twilio's error code, such as 30006")
    kind: Literal["refused", "undelivered"] = Field(
        default="refused", description="Refused immediately, or accepted and later reported undelivered"
    )
    times: Annotated[int, Field(ge=1, le=100)] = 1


class Step(_Native):
    """One event and what is expected after it. Expectations can also have steps of their own."""

    phone: Text | None = Field(
        default=None,
        description="Which diner; default: the one who spoke last (with `user`: required if there are several)",
    )
    # What happens: at most one of these.
    user: Text | None = Field(default=None, description="The diner's words")
    media: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0, description="SMS: number of pictures attached to `user`"
    )
    times: Annotated[int, Field(ge=1, le=10)] = Field(
        default=1, description="SMS: how many times Twilio delivers `user`, all at once"
    )
    opt_out_type: Literal["STOP", "START", "HELP"] | None = Field(
        default=None, description="SMS: Twilio's own classification of `user`"
    )
    repeat: Annotated[int, Field(ge=1, le=10)] | None = Field(
        default=None,
        description="SMS: Twilio delivers the diner's last text again, this many times; the answer must be the same",
    )
    at_once: Annotated[tuple[Message, ...], Field(min_length=2)] | None = Field(
        default=None, description="Messages sent at the same moment"
    )
    passes: Span | None = Field(
        default=None, alias="pass", description="The clock moves forward by this much; texts due by then are sent"
    )
    until: When | None = Field(
        default=None, description="The clock moves forward to this time; texts due by then are sent"
    )
    given: Given | None = Field(default=None, description="What others book in the meantime")
    failure: TwilioFailure | None = Field(default=None, description="How Twilio fails the next texts to the diner")
    down: Program | None = Field(
        default=None, description="A program of the service is stopped; scripts with this step run alone"
    )
    up: Program | None = Field(default=None, description="It is started again, and the player waits for the service")
    # What is expected.
    bot: AnyReply | None = Field(default=None, description="The answer to the diner's last message")
    no_reply: bool = Field(default=False, description="There is no answer to the diner's last message")
    winner: AnyReply | None = Field(default=None, description="With at_once: exactly one of the answers matches this")
    losers: AnyReply | None = Field(default=None, description="With at_once: all other answers match this")
    arrives: AnyReply | None = Field(
        default=None, description="The next text that the service sends on its own; the player waits for it"
    )
    nothing_arrives: bool = Field(
        default=False, description="No text is on its way, and none has arrived that was not checked"
    )
    reservation: ExpectedReservation | None = Field(
        default=None, description="The diner has a reservation that matches this"
    )
    reservations: tuple[ExpectedReservation, ...] | None = Field(
        default=None,
        description="The diner has exactly these, oldest first: all confirmed ones, and all of any other status named",
    )
    hold: ExpectedReservation | None = Field(
        default=None, description="A table is held for the diner at the script's time"
    )
    no_hold: bool = Field(default=False, description="No table is held for the diner, or the hold has expired")
    booked: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="Number of confirmed reservations of all diners of the script together"
    )
    outbox: OutboxTexts | None = Field(
        default=None, description="One: there is a text like this. A list: the texts are exactly these, oldest first"
    )
    utter: Text | None = Field(
        default=None, description="The dialogue's response of that name is part of the last answer"
    )

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = self.model_fields_set - {"phone"}
        happens = [name for name in ACTIONS if name in given]
        if not given:
            raise expected("something that happens or is expected, such as user or bot")
        if len(happens) > 1:
            raise expected(f"one thing that happens in a step, not {' and '.join(_key(name) for name in happens)}")
        if self.user is None and given & {"media", "times", "opt_out_type"}:
            raise expected("user in the same step as media, times or opt_out_type")
        if self.at_once is None and given & {"winner", "losers"}:
            raise expected("at_once in the same step as winner and losers")
        if self.bot is not None and self.no_reply:
            raise expected("either bot or no_reply")
        return self

    @property
    def messages(self) -> tuple[Message, ...]:
        """Messages that diners send in this step."""
        if self.at_once is not None:
            return self.at_once
        if self.user is None:
            return ()
        said = {name: getattr(self, name) for name in Message.model_fields}
        return (Message.model_validate(said),)


ACTIONS = ("user", "repeat", "at_once", "passes", "until", "given", "failure", "down", "up")


def _key(name: str) -> str:
    return Step.model_fields[name].alias or name


class TestCase(_Native):
    """One conversation, or several related ones."""

    __test__ = False  # the name comes from Rasa; pytest must not collect the class

    test_case: Annotated[Text, Field(min_length=1)] = Field(description="Its name, unique in the file")
    clock: Clock | None = Field(
        default=None, description="When it begins; default: the file's clock, otherwise the service's own time"
    )
    channel: Channel | None = None
    phones: Diners = Field(default={}, description="The diners, by names that you choose; default: one diner")
    given: Given = Given()
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _declares_its_diners(self) -> Self:
        names = {*self.phones, *(ANYBODY if any(step.winner for step in self.steps) else ())} or {"diner"}
        for place, step in enumerate(self.steps):
            for name in _diners_named(step, is_required=len(self.phones) > 1):
                if name not in names:
                    raise _no_diner(place, name, self.phones)
        return self


def _diners_named(step: Step, *, is_required: bool) -> Iterator[str | None]:
    """The diners that a step names; None first if a message lacks the name that it requires."""
    named = [message.phone for message in step.messages]
    if is_required and None in named:
        yield None
    yield from (name for name in (step.phone, *named) if name is not None)


def _no_diner(step: int, named: str | None, known: dict[str, Diner]) -> PydanticCustomError:
    what = f"phone: one of {', '.join(known) or 'diner'}"
    return PydanticCustomError("diner", "{what}", {"what": what, "within": ("steps", step), "found": named})


class ScriptFile(_Native):
    """A script file."""

    clock: Clock | None = Field(default=None, description="When its test cases begin, unless they have their own clock")
    channel: Channel = "sms"
    restaurants: tuple[Restaurant, ...] = Field(default=(), description="Imported before the first test case")
    test_cases: Annotated[tuple[TestCase, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        seen: Counter[str] = Counter()
        for place, case in enumerate(self.test_cases):
            seen[case.test_case] += 1
            if seen[case.test_case] > 1:
                what = {"what": "a name that no other test case of the file has", "found": case.test_case}
                raise PydanticCustomError("twice", "{what}", what | {"within": ("test_cases", place, "test_case")})
        return self
