"""A diner: wants something, reads what comes back, and says what a person would say next. Pure: all chance comes from the seed."""

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
_PATIENCE = 14  # messages until the table is booked, and as many again as there are further errands
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
_REFUSALS_BORNE = 2
_INTERRUPTED = ("party_size", "date", "time", "name", "confirmation")
"""What is asked for when a question by the way comes in between."""


@dataclass
class Diner:
    """Drawn by `Diner.draw`; then `begin`, and `hear` for each reply, give the next messages; none: the diner has gone."""

    number: int
    goal: Goal
    persona: Persona
    name: str
    arrives: float
    """When, as a share of the time in which diners come."""
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
        self.patience = _PATIENCE + 6 * (len(errands) - 1)
        self._refusals = self._times_so = 0
        self._last: Reply | None = None
        self._mind = self.rng.choice(("at", "day", "party")) if self.persona.changes_mind else ""
        self._asks_by_the_way = self.persona.asks_by_the_way
        self._asked_about = ""

    @classmethod
    def draw(cls, seed: int, number: int, restaurants: Sequence[PublicRestaurant], now: datetime) -> Diner:
        """Diner `number` of this seed: among the same restaurants at the same time always the same one."""
        rng = Random(f"{seed}:{number}")  # noqa: S311 - to be repeatable is the point
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
        """Seconds until the next message is written."""
        return self.persona.pace * self.rng.uniform(0.5, 1.5)

    @property
    def _knows_restaurant(self) -> bool:
        """Whether the bot knows by the number texted which restaurant is meant."""
        return self.persona.channel == "own_number"

    def begin(self) -> list[str]:
        """The first words."""
        self.errand = self._errands.pop(0)
        return self._say(*self._first())

    def _first(self) -> list[str]:
        if self.errand == "ask":
            question, name = self._question(), self.desired.restaurant.name
            if self._knows_restaurant:
                return [question]
            return [self.rng.choice((f"{name}: {question}", f"I have a question about {name}. {question}"))]
        if self.goal.kind == "search" and self.desired.restaurant.cuisines:
            opening = self.words.search(self.desired)
        elif self.persona.tells_at_once:
            opening = self.words.whole(self.desired, named=not self._knows_restaurant)
        else:
            opening = self.words.opening(self.desired, named=not self._knows_restaurant and self.rng.random() < 0.8)
        greeting = [self.rng.choice(_HELLO)] if self.persona.greets else []
        if self.persona.double_texts and greeting:
            return [*greeting, opening]
        if self.persona.double_texts and self.persona.tells_at_once and self.goal.kind != "search":
            return [opening, f"it's for {self.words.party_phrase(self.desired.party).removeprefix('for ')}"]
        return [", ".join([*greeting, opening])]

    def hear(self, reply: Reply | None) -> list[str]:
        """What is said to a reply (None: none came)."""
        if reply is None:
            return self._give_up("no answer")
        if self._last and reply.text == self._last.text and self.errand != "done":
            return self._give_up("the same words twice")
        self._times_so = self._times_so + 1 if self._last and reply.asks == self._last.asks else 0
        self._last = reply
        if self.errand == "done":
            return []
        if self.persona.leaves_after is not None and self.messages >= self.persona.leaves_after:
            self.has_left = True
            return []
        topic, self._asked_about = self._asked_about, ""
        if topic in self.desired.restaurant.tells and reply.knows_nothing and not self.persona.slips:
            return self._give_up(f"not told about {topic}, which the restaurant's page tells")
        self._refusals += reply.is_no
        if self.messages >= self.patience:
            if self._refusals >= _REFUSALS_BORNE:
                return self._let_be()
            return self._give_up("out of patience")
        errands: dict[Errand, Callable[[Reply], list[str]]] = {
            "book": self._book, "move": self._move, "cancel": self._cancel, "list": self._list,
            "ask": lambda heard: self._ask(heard, topic),
        }  # fmt: skip
        spoken = errands[self.errand](reply) if self.errand in errands else self._next_errand()
        return self._say(*spoken)

    def _say(self, *spoken: str) -> list[str]:
        self.messages += len(spoken)
        return [
            words if words == TEXTED_CODE else self.persona.type(words, self.rng, carefully=self._times_so > 0)
            for words in spoken
        ]

    def _give_up(self, why: str) -> list[str]:
        self.dead_end = f"{why} ({self.errand})"
        return []

    def _let_be(self) -> list[str]:
        """An honest no: there is nothing for this diner."""
        self.was_refused = True
        self.errand = "done"
        return []

    def _next_errand(self) -> list[str]:
        self.errand = self._errands.pop(0)
        self._times_so = 0
        if self.errand == "move":
            assert self.goal.second is not None
            self._mind, old = "", self.desired
            # What was picked meanwhile stays, but for the one thing that is to be another.
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
            if wrong:
                return self._give_up(f"booked with another {wrong}")
            return self._next_errand()
        if self._asks_by_the_way and reply.asks in _INTERRUPTED and self.rng.random() < 0.4:
            self._asks_by_the_way = False
            return [self._question()]
        if reply.choices:
            return self._choose(reply)
        if reply.is_no and reply.asks in ("time", "date"):
            return self._elsewhen()
        if reply.asks in ("name", "confirmation"):
            wrong = self._wrong(reply)
            if wrong:
                return [self.words.change(wrong, self.desired, firmly=True)]
            if self._mind:
                field_, self._mind = self._mind, ""
                changed = another(self.rng, self.desired, self.now, field=field_)
                if changed != self.desired:
                    self.desired = changed
                    return [self.words.change(field_, changed)]
            if reply.asks == "confirmation":
                return [self.words.yes()]
        if reply.asks is None:
            return [self.words.whole(self.desired, named=not self._knows_restaurant)]
        return [self.words.answer(reply.asks, self.desired, self.name, self.phone)]

    def _wrong(self, reply: Reply) -> str | None:
        """What a reply that shows a table has otherwise than it was wished."""
        wrong = reply.facts.differs(self.desired)
        return wrong or ("restaurant" if reply.facts and not reply.tells_of(self.desired.restaurant) else None)

    def _choose(self, reply: Reply) -> list[str]:
        picked = pick(reply, self.desired, self.rng)
        if picked is None:
            return [self.words.answer("restaurant", self.desired, self.name, self.phone)]
        number, choice, desired = picked
        if desired != self.desired and reply.is_no and self.persona.picky and self._refusals == 1:
            return self._elsewhen()
        self.desired = desired
        return [self.words.pick(number, choice.label)]

    def _elsewhen(self) -> list[str]:
        changed = another(self.rng, self.desired, self.now, field="day")
        if changed == self.desired:
            return self._let_be()
        self.desired = changed
        return [self.words.other_day(changed)]

    def _move(self, reply: Reply) -> list[str]:
        if reply.choices:
            return self._choose(reply)
        if reply.is_no and (reply.asks is None or self._refusals > _REFUSALS_BORNE):
            return self._let_be()
        if reply.is_no and reply.asks:
            return self._elsewhen()
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
