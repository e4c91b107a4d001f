"""A simulated diner: has a goal, reads replies, and says what a person would say next.

Pure: all randomness comes from the seed. The order of calls to the random generator is part of what a seed means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Literal

from testkit.load_test.goals import DesiredBooking, Goal, another, draw_goal
from testkit.load_test.persona import Persona
from testkit.load_test.picking import pick
from testkit.load_test.replies import Reply
from testkit.load_test.restaurants import PublicRestaurant
from testkit.load_test.utterances import QUESTIONS, TEXTED_CODE, Wording, draw_name

Errand = Literal["book", "move", "cancel", "list", "ask", "thank", "done"]
_PATIENCE = 14  # messages for the first errand
_MORE_PATIENCE = 6  # messages for each further errand
_STAGES: dict[str, tuple[Errand, ...]] = {
    "book and move": ("book", "move"),
    "book and cancel": ("book", "cancel"),
    "book and list": ("book", "list"),
    "ask": ("ask",),
}
_CANCEL = (
    "cancel my booking",
    "please cancel my reservation",
    "I have to cancel my table, sorry",
    "can you cancel it?",
)
_LIST = ("what have I booked?", "when is my reservation?", "what bookings do I have", "show my bookings")
_THANKS = ("thanks!", "thank you", "great, thanks", "thx")
_HELLO = ("hi", "Hello", "hey", "good evening")
_MAX_REFUSALS = 2
_INTERRUPTED = ("party_size", "date", "time", "name", "confirmation")
"""What the bot may be asking for when the diner asks a question of their own instead of answering."""


@dataclass
class Diner:
    """A diner drawn by `Diner.draw`.

    `begin` returns the first messages, and `hear` the next ones for each reply. No messages: the diner is done.
    """

    number: int
    goal: Goal
    persona: Persona
    name: str
    arrives: float
    """Arrival time as a share (0 to 1) of the period in which diners arrive."""
    rng: Random
    now: datetime
    phone: str = ""
    desired: DesiredBooking = field(init=False)
    errand: Errand = "book"
    dead_end: str | None = None
    was_refused: bool = False
    has_left: bool = False
    messages: int = 0

    def __post_init__(self) -> None:
        self.desired = self.goal.desired
        self.words = Wording(self.rng, self.persona, self.now)
        errands: tuple[Errand, ...] = _STAGES.get(self.goal.kind, ("book",))
        self._errands = [*errands, *(("thank",) if self.persona.courteous else ()), "done"]
        self.patience = _PATIENCE + _MORE_PATIENCE * (len(errands) - 1)
        self._refusals = self._times_asked = 0
        self._last: Reply | None = None
        self._will_change = self.rng.choice(("at", "day", "party")) if self.persona.changes_mind else ""
        self._asks_by_the_way = self.persona.asks_by_the_way
        self._asked_about = ""

    @classmethod
    def draw(cls, seed: int, number: int, restaurants: Sequence[PublicRestaurant], now: datetime) -> Diner:
        """Draw diner `number` of a seed. The result depends only on the arguments."""
        rng = Random(f"{seed}:{number}")  # noqa: S311 - must be reproducible
        persona = Persona.draw(rng)
        with_number = [restaurant for restaurant in restaurants if restaurant.sms_number]
        if persona.channel == "own_number" and not with_number:
            persona = replace(persona, channel="sms")
        goal = draw_goal(rng, with_number if persona.channel == "own_number" else restaurants, now)
        if persona.channel == "own_number" and goal.kind == "search":
            goal = replace(goal, kind="book")
        return cls(number, goal, persona, draw_name(rng), rng.random(), rng, now)

    @property
    def pause(self) -> float:
        """Seconds until the next message, drawn at random on each access."""
        return self.persona.pace * self.rng.uniform(0.5, 1.5)

    @property
    def _knows_restaurant(self) -> bool:
        """Whether the number that the diner texts already tells the bot which restaurant is meant."""
        return self.persona.channel == "own_number"

    def begin(self) -> list[str]:
        """Return the first messages."""
        self.errand = self._errands.pop(0)
        return self._say(*self._first_messages())

    def _first_messages(self) -> list[str]:
        if self.errand == "ask":
            return [self._first_question()]
        opening = self._opening()
        greeting = [self.rng.choice(_HELLO)] if self.persona.greets else []
        if self.persona.double_texts and greeting:
            return [*greeting, opening]
        if self.persona.double_texts and self.persona.tells_at_once and self.goal.kind != "search":
            return [opening, f"it's for {self.words.party_phrase(self.desired.party).removeprefix('for ')}"]
        return [", ".join([*greeting, opening])]

    def _first_question(self) -> str:
        question, name = self._question(), self.desired.restaurant.name
        if self._knows_restaurant:
            return question
        return self.rng.choice((f"{name}: {question}", f"I have a question about {name}. {question}"))

    def _opening(self) -> str:
        if self.goal.kind == "search" and self.desired.restaurant.cuisines:
            return self.words.search(self.desired)
        if self.persona.tells_at_once:
            return self.words.whole(self.desired, named=not self._knows_restaurant)
        return self.words.opening(self.desired, named=not self._knows_restaurant and self.rng.random() < 0.8)

    def hear(self, reply: Reply | None) -> list[str]:
        """Return the next messages after a reply (None: there was no reply)."""
        if reply is None:
            return self._give_up("no answer")
        if self._last and reply.text == self._last.text and self.errand != "done":
            return self._give_up("the same words twice")
        self._times_asked = self._times_asked + 1 if self._last and reply.asks == self._last.asks else 0
        self._last = reply
        if self.errand == "done":
            return []
        if self._leaves_now():
            self.has_left = True
            return []
        topic, self._asked_about = self._asked_about, ""
        if self._should_have_known(reply, topic):
            return self._give_up(f"not told about {topic}, which the restaurant's page tells")
        self._refusals += reply.is_no
        if self.messages >= self.patience:
            return self._accept_refusal() if self._refusals >= _MAX_REFUSALS else self._give_up("out of patience")
        return self._say(*self._respond(reply, topic))

    def _leaves_now(self) -> bool:
        return self.persona.leaves_after is not None and self.messages >= self.persona.leaves_after

    def _should_have_known(self, reply: Reply, topic: str) -> bool:
        """Whether the bot failed to answer a question that the restaurant's page answers. A slip is an excuse."""
        return topic in self.desired.restaurant.tells and reply.knows_nothing and not self.persona.slips

    def _respond(self, reply: Reply, topic: str) -> list[str]:
        errands: dict[Errand, Callable[[Reply], list[str]]] = {
            "book": self._book, "move": self._move, "cancel": self._cancel, "list": self._list,
            "ask": lambda heard: self._ask(heard, topic),
        }  # fmt: skip
        return errands[self.errand](reply) if self.errand in errands else self._next_errand()

    def _say(self, *messages: str) -> list[str]:
        self.messages += len(messages)
        return [
            words if words == TEXTED_CODE else self.persona.type(words, self.rng, carefully=self._times_asked > 0)
            for words in messages
        ]

    def _give_up(self, why: str) -> list[str]:
        self.dead_end = f"{why} ({self.errand})"
        return []

    def _accept_refusal(self) -> list[str]:
        """End the conversation without a dead end: there is no table for this diner."""
        self.was_refused = True
        self.errand = "done"
        return []

    def _next_errand(self) -> list[str]:
        self.errand = self._errands.pop(0)
        self._times_asked = 0
        if self.errand == "move":
            assert self.goal.second is not None
            self._will_change, old = "", self.desired
            # Only the field that the goal moves changes; what the diner picked since then stays.
            changed = next(
                (f for f in ("day", "at", "party") if getattr(self.goal.second, f) != getattr(self.goal.desired, f)),
                "at",
            )
            self.desired = another(self.rng, old, self.now, field=changed)
            return [self.words.move(old, self.desired)] if self.desired != old else self._next_errand()
        said = {"cancel": _CANCEL, "list": _LIST, "thank": _THANKS}.get(self.errand)
        return [self.rng.choice(said)] if said else []

    # --- the errands ---

    def _book(self, reply: Reply) -> list[str]:
        if reply.status == "confirmed" and reply.asks is None:
            wrong = self._wrong(reply)
            return self._give_up(f"booked with another {wrong}") if wrong else self._next_errand()
        if self._interrupts(reply):
            self._asks_by_the_way = False
            return [self._question()]
        if reply.choices:
            return self._choose(reply)
        if reply.is_no and reply.asks in ("time", "date"):
            return self._propose_other_day()
        if reply.asks in ("name", "confirmation") and (change := self._change(reply)):
            return [change]
        if reply.asks == "confirmation":
            return [self.words.yes()]
        if reply.asks is None:
            return [self.words.whole(self.desired, named=not self._knows_restaurant)]
        return [self.words.answer(reply.asks, self.desired, self.name, self.phone)]

    def _interrupts(self, reply: Reply) -> bool:
        return self._asks_by_the_way and reply.asks in _INTERRUPTED and self.rng.random() < 0.4

    def _change(self, reply: Reply) -> str | None:
        """Correct what the reply has wrong, or change the diner's mind once; None if the table is as desired."""
        wrong = self._wrong(reply)
        if wrong:
            return self.words.change(wrong, self.desired, firmly=True)
        if not self._will_change:
            return None
        what, self._will_change = self._will_change, ""
        changed = another(self.rng, self.desired, self.now, field=what)
        if changed == self.desired:
            return None
        self.desired = changed
        return self.words.change(what, changed)

    def _wrong(self, reply: Reply) -> str | None:
        """Return the first field of the table shown that is not as desired."""
        wrong = reply.facts.differs(self.desired)
        return wrong or ("restaurant" if reply.facts and not reply.tells_of(self.desired.restaurant) else None)

    def _choose(self, reply: Reply) -> list[str]:
        picked = pick(reply, self.desired, self.rng)
        if picked is None:
            return [self.words.answer("restaurant", self.desired, self.name, self.phone)]
        number, choice, desired = picked
        if desired != self.desired and reply.is_no and self.persona.picky and self._refusals == 1:
            return self._propose_other_day()
        self.desired = desired
        return [self.words.pick(number, choice.label)]

    def _propose_other_day(self) -> list[str]:
        changed = another(self.rng, self.desired, self.now, field="day")
        if changed == self.desired:
            return self._accept_refusal()
        self.desired = changed
        return [self.words.other_day(changed)]

    def _move(self, reply: Reply) -> list[str]:
        if reply.choices:
            return self._choose(reply)
        if reply.is_no and (reply.asks is None or self._refusals > _MAX_REFUSALS):
            return self._accept_refusal()
        if reply.is_no and reply.asks:
            return self._propose_other_day()
        wrong = self._wrong(reply)
        if reply.status == "confirmed" and reply.asks is None and not wrong:
            return self._next_errand()
        return [self.words.change(wrong or "at", self.desired, firmly=True)]

    def _cancel(self, reply: Reply) -> list[str]:
        if reply.status == "cancelled":
            return self._next_errand()
        if reply.choices:
            return self._choose(reply)
        return [self.words.yes() if reply.asks == "confirmation" else self.rng.choice(_CANCEL)]

    def _list(self, reply: Reply) -> list[str]:
        if reply.tells_of(self.desired.restaurant) and not reply.facts.differs(self.desired):
            return self._next_errand()
        return [self.rng.choice(_LIST)]

    def _question(self) -> str:
        self._asked_about = self.rng.choice(list(QUESTIONS))
        return self.rng.choice(QUESTIONS[self._asked_about])

    def _ask(self, reply: Reply, topic: str) -> list[str]:
        if reply.tells_of(self.desired.restaurant) and not reply.asks:
            return self._next_errand()
        self._asked_about = topic
        question = self.rng.choice(QUESTIONS[topic])
        if reply.asks in ("party_size", "date", "time", "name", "confirmation"):
            return [f"no, I just want to know: {question}"]
        return [f"{self.desired.restaurant.name} in {self.desired.restaurant.city}: {question}"]
