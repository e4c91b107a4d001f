"""The format of a script file: `test_cases:` of `steps:`, as Rasa's testers write them, grown by what a booking needs."""

from __future__ import annotations

from collections import Counter
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
"""What a step may call the diners of a race afterwards."""

_FOREIGN = {
    "slot_was_set": "`reservation`, `hold` or `bot: {expects: …}`: slots are the dialogue's own business",
    "slot_was_not_set": "`reservation`, `hold` or `bot: {expects: …}`: slots are the dialogue's own business",
    "intent": "`user` with the diner's words: they are read by the real model",
    "action": "`utter`, `bot` or `reservation`: what comes of an action",
    "assertions": "`bot` with contains, regex, choices, expects in the step itself",
    "fixtures": "`given` with reservations and full_evenings",
    "metadata": "`phones`, `channel` and `clock`",
}
"""Keys of Rasa's formats that mean nothing here, and what to write instead."""


class Diner(Part):
    """Somebody who texts or chats."""

    number: Annotated[Text, Field(pattern=r"^\+[1-9][0-9x]{6,14}$")] | None = Field(
        default=None,
        description="E.164; each x becomes a digit. Unless given, a number that nobody else has in this run",
    )
    same_phone_as: Text | None = Field(default=None, description="Another diner, whose number this one has too")
    channel: Channel | None = Field(default=None, description="Unless given, the test case's")
    to: Text | None = Field(default=None, description="SMS: the number texted, or a restaurant that has its own")
    restaurant: Text | None = Field(default=None, description="Chat: the restaurant (name or slug) it is about")
    locale: Text | None = Field(default=None, description="Chat: as in the chat API")
    signed_in_as: Text | None = Field(default=None, description="Chat: a partner signed the diner in, by this name")


def _by_name(value: object) -> object:
    return {str(name): {} for name in value} if isinstance(value, list) else value


Diners = Annotated[dict[str, Diner], BeforeValidator(_by_name, json_schema_input_type=dict[str, Diner] | list[str])]


class _Native(Part):
    """A mapping in which a key of Rasa's is refused with what to write instead of it."""

    @model_validator(mode="before")
    @classmethod
    def _is_ours(cls, value: Any) -> Any:
        for key in value if isinstance(value, dict) else ():
            if key in _FOREIGN:
                found = {"key": key, "known": [], "what": _FOREIGN[key]}
                raise PydanticCustomError("unknown_key", "{what}", found)
        return value


class Message(Part):
    """Something a diner says."""

    user: Text = Field(description="The diner's words")
    phone: Text | None = Field(default=None, description="Which diner; needed where there are several")
    media: Annotated[int, Field(ge=0, le=10)] = Field(default=0, description="SMS: pictures that come along")
    times: Annotated[int, Field(ge=1, le=10)] = Field(
        default=1, description="SMS: how often Twilio delivers it, all at once"
    )
    opt_out_type: Literal["STOP", "START", "HELP"] | None = Field(
        default=None, description="SMS: Twilio's own verdict on the words"
    )


class TwilioFailure(Part):
    """What becomes of the next texts to a phone."""

    code: Annotated[int, Field(ge=10000, le=99999)] = Field(description="Twilio's error code, such as 30006")
    kind: Literal["refused", "undelivered"] = Field(
        default="refused", description="Refused at once, or accepted and reported undelivered later"
    )
    times: Annotated[int, Field(ge=1, le=100)] = 1


class Step(_Native):
    """One thing that happens, and what is expected after it. Expectations may also stand in steps of their own."""

    phone: Text | None = Field(
        default=None,
        description="Which diner; unless given, the one who spoke last (`user`: needed where there are several)",
    )
    # What happens: one of these at most.
    user: Text | None = Field(default=None, description="The diner's words")
    media: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0, description="SMS: pictures that come along with `user`"
    )
    times: Annotated[int, Field(ge=1, le=10)] = Field(
        default=1, description="SMS: how often Twilio delivers `user`, all at once"
    )
    opt_out_type: Literal["STOP", "START", "HELP"] | None = Field(
        default=None, description="SMS: Twilio's own verdict on `user`"
    )
    repeat: Annotated[int, Field(ge=1, le=10)] | None = Field(
        default=None,
        description="SMS: Twilio delivers the diner's last message so often again; the answer must be the same",
    )
    at_once: Annotated[tuple[Message, ...], Field(min_length=2)] | None = Field(
        default=None, description="Messages sent at the same moment"
    )
    passes: Span | None = Field(
        default=None, alias="pass", description="The clock moves on, and texts due by then are sent"
    )
    until: When | None = Field(
        default=None, description="The clock moves on until then, and texts due by then are sent"
    )
    given: Given | None = Field(default=None, description="What others book meanwhile")
    failure: TwilioFailure | None = Field(default=None, description="What Twilio does to the next texts to the diner")
    down: Program | None = Field(
        default=None, description="A program of the service is stopped; such scripts run alone"
    )
    up: Program | None = Field(default=None, description="It is started again, and the service is waited for")
    # What is expected.
    bot: AnyReply | None = Field(default=None, description="The answer to the diner's last message")
    no_reply: bool = Field(default=False, description="There is no answer to the diner's last message")
    winner: AnyReply | None = Field(default=None, description="With at_once: what exactly one of the answers is like")
    losers: AnyReply | None = Field(default=None, description="With at_once: what all other answers are like")
    arrives: AnyReply | None = Field(default=None, description="The next text that comes by itself; it is waited for")
    nothing_arrives: bool = Field(default=False, description="No text is on its way, and none came unseen")
    reservation: ExpectedReservation | None = Field(default=None, description="The diner has such a reservation")
    reservations: tuple[ExpectedReservation, ...] | None = Field(
        default=None,
        description="The diner has exactly these, oldest first: all confirmed ones, and those of any other status named",
    )
    hold: ExpectedReservation | None = Field(
        default=None, description="A table is held for the diner, at the script's time"
    )
    no_hold: bool = Field(default=False, description="No table is held for the diner, or no longer")
    booked: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="How many confirmed reservations all diners of the script have together"
    )
    outbox: OutboxTexts | None = Field(
        default=None, description="One: there is such a text. A list: the texts are exactly these, oldest first"
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
        """What diners say in this step."""
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
    """One conversation, or several that have to do with each other."""

    __test__ = False  # whatever pytest thinks of the name, which is Rasa's

    test_case: Annotated[Text, Field(min_length=1)] = Field(description="Its name, unique in the file")
    clock: Clock | None = Field(
        default=None, description="When it begins; unless given, the file's, else the service's own"
    )
    channel: Channel | None = None
    phones: Diners = Field(default={}, description="The diners, by names of your own; unless given there is one")
    given: Given = Given()
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _knows_its_diners(self) -> Self:
        several = len(self.phones) > 1
        names = {*self.phones, *(ANYBODY if any(step.winner for step in self.steps) else ())} or {"diner"}
        for step in self.steps:
            for message in step.messages:
                if several and message.phone is None:
                    raise _no_diner(self.steps.index(step), None, self.phones)
            for named in (step.phone, *(message.phone for message in step.messages)):
                if named is not None and named not in names:
                    raise _no_diner(self.steps.index(step), named, self.phones)
        return self


def _no_diner(step: int, named: str | None, known: dict[str, Diner]) -> PydanticCustomError:
    what = f"phone: one of {', '.join(known) or 'diner'}"
    return PydanticCustomError("diner", "{what}", {"what": what, "within": ("steps", step), "found": named})


class ScriptFile(_Native):
    """A file of scripts."""

    clock: Clock | None = Field(default=None, description="When its test cases begin unless they say so themselves")
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
