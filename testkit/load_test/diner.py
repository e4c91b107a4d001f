"""A diner: wants something, reads what comes back, and says what a person would say next. Pure: all chance comes from the seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Literal

from testkit.load_test.goals import Goal, Wish, another, draw_goal
from testkit.load_test.persona import Manners
from testkit.load_test.picking import pick
from testkit.load_test.replies import Reply
from testkit.load_test.restaurants import House
from testkit.load_test.utterances import QUESTIONS, TEXTED_CODE, Wording, draw_name

Stage = Literal["book", "move", "cancel", "list", "ask", "thank", "done"]
_PATIENCE = 14  # messages until the table is booked, and as many again as there are further errands
_STAGES: dict[str, tuple[Stage, ...]] = {
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
    manners: Manners
    name: str
    arrives: float
    """When, as a share of the time in which diners come."""
    rng: Random
    now: datetime
    phone: str = ""
    wish: Wish = field(init=False)
    stage: Stage = "book"
    dead_end: str | None = None
    was_refused: bool = False
    has_left: bool = False
    messages: int = 0

    def __post_init__(self) -> None:
        self.wish = self.goal.wish
        self.words = Wording(self.rng, self.manners, self.now)
        errands: tuple[Stage, ...] = _STAGES.get(self.goal.kind, ("book",))
        self._errands = [*errands, *(("thank",) if self.manners.courteous else ()), "done"]
        self.patience = _PATIENCE + 6 * (len(errands) - 1)
        self._refusals = self._times_so = 0
        self._last: Reply | None = None
        self._mind = self.rng.choice(("at", "day", "party")) if self.manners.changes_mind else ""
        self._asks_by_the_way = self.manners.asks_by_the_way
        self._asked_about = ""

    @classmethod
    def draw(cls, seed: int, number: int, houses: Sequence[House], now: datetime) -> Diner:
        """Diner `number` of this seed: among the same houses at the same time always the same one."""
        rng = Random(f"{seed}:{number}")  # noqa: S311 - to be repeatable is the point
        manners = Manners.draw(rng)
        with_number = [house for house in houses if house.sms_number]
        if manners.channel == "own_number" and not with_number:
            manners = replace(manners, channel="sms")
        goal = draw_goal(rng, with_number if manners.channel == "own_number" else houses, now)
        if manners.channel == "own_number" and goal.kind == "search":
            goal = replace(goal, kind="book")
        return cls(number, goal, manners, draw_name(rng), rng.random(), rng, now)

    @property
    def pause(self) -> float:
        """Seconds until the next message is written."""
        return self.manners.pace * self.rng.uniform(0.5, 1.5)

    @property
    def _knows_house(self) -> bool:
        """Whether the bot knows by the number texted which house is meant."""
        return self.manners.channel == "own_number"

    def begin(self) -> list[str]:
        """The first words."""
        self.stage = self._errands.pop(0)
        return self._say(*self._first())

    def _first(self) -> list[str]:
        if self.stage == "ask":
            question, name = self._question(), self.wish.house.name
            if self._knows_house:
                return [question]
            return [self.rng.choice((f"{name}: {question}", f"I have a question about {name}. {question}"))]
        if self.goal.kind == "search" and self.wish.house.cuisines:
            opening = self.words.search(self.wish)
        elif self.manners.tells_at_once:
            opening = self.words.whole(self.wish, named=not self._knows_house)
        else:
            opening = self.words.opening(self.wish, named=not self._knows_house and self.rng.random() < 0.8)
        greeting = [self.rng.choice(_HELLO)] if self.manners.greets else []
        if self.manners.double_texts and greeting:
            return [*greeting, opening]
        if self.manners.double_texts and self.manners.tells_at_once and self.goal.kind != "search":
            return [opening, f"it's for {self.words.party_phrase(self.wish.party).removeprefix('for ')}"]
        return [", ".join([*greeting, opening])]

    def hear(self, reply: Reply | None) -> list[str]:
        """What is said to a reply (None: none came)."""
        if reply is None:
            return self._give_up("no answer")
        if self._last and reply.text == self._last.text and self.stage != "done":
            return self._give_up("the same words twice")
        self._times_so = self._times_so + 1 if self._last and reply.asks == self._last.asks else 0
        self._last = reply
        if self.stage == "done":
            return []
        if self.manners.leaves_after is not None and self.messages >= self.manners.leaves_after:
            self.has_left = True
            return []
        topic, self._asked_about = self._asked_about, ""
        if topic in self.wish.house.tells and reply.knows_nothing and not self.manners.slips:
            return self._give_up(f"not told about {topic}, which the restaurant's page tells")
        self._refusals += reply.is_no
        if self.messages >= self.patience:
            if self._refusals >= _REFUSALS_BORNE:
                return self._let_be()
            return self._give_up("out of patience")
        errands: dict[Stage, Callable[[Reply], list[str]]] = {
            "book": self._book, "move": self._move, "cancel": self._cancel, "list": self._list,
            "ask": lambda heard: self._ask(heard, topic),
        }  # fmt: skip
        spoken = errands[self.stage](reply) if self.stage in errands else self._next_errand()
        return self._say(*spoken)

    def _say(self, *spoken: str) -> list[str]:
        self.messages += len(spoken)
        return [
            words if words == TEXTED_CODE else self.manners.type(words, self.rng, carefully=self._times_so > 0)
            for words in spoken
        ]

    def _give_up(self, why: str) -> list[str]:
        self.dead_end = f"{why} ({self.stage})"
        return []

    def _let_be(self) -> list[str]:
        """An honest no: there is nothing for this diner."""
        self.was_refused = True
        self.stage = "done"
        return []

    def _next_errand(self) -> list[str]:
        self.stage = self._errands.pop(0)
        self._times_so = 0
        if self.stage == "move":
            assert self.goal.second is not None
            self._mind, old = "", self.wish
            # What was picked meanwhile stays, but for the one thing that is to be another.
            changed = next(
                (f for f in ("day", "at", "party") if getattr(self.goal.second, f) != getattr(self.goal.wish, f)), "at"
            )
            self.wish = another(self.rng, old, self.now, field=changed)
            return [self.words.move(old, self.wish)] if self.wish != old else self._next_errand()
        said = {"cancel": _CANCEL, "list": _LIST, "thank": _THANKS}.get(self.stage)
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
                return [self.words.change(wrong, self.wish, firmly=True)]
            if self._mind:
                field_, self._mind = self._mind, ""
                changed = another(self.rng, self.wish, self.now, field=field_)
                if changed != self.wish:
                    self.wish = changed
                    return [self.words.change(field_, changed)]
            if reply.asks == "confirmation":
                return [self.words.yes()]
        if reply.asks is None:
            return [self.words.whole(self.wish, named=not self._knows_house)]
        return [self.words.answer(reply.asks, self.wish, self.name, self.phone)]

    def _wrong(self, reply: Reply) -> str | None:
        """What a reply that shows a table has otherwise than it was wished."""
        wrong = reply.facts.differs(self.wish)
        return wrong or ("house" if reply.facts and not reply.tells_of(self.wish.house) else None)

    def _choose(self, reply: Reply) -> list[str]:
        picked = pick(reply, self.wish, self.rng)
        if picked is None:
            return [self.words.answer("restaurant", self.wish, self.name, self.phone)]
        number, choice, wish = picked
        if wish != self.wish and reply.is_no and self.manners.picky and self._refusals == 1:
            return self._elsewhen()
        self.wish = wish
        return [self.words.pick(number, choice.label)]

    def _elsewhen(self) -> list[str]:
        changed = another(self.rng, self.wish, self.now, field="day")
        if changed == self.wish:
            return self._let_be()
        self.wish = changed
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
        return [self.words.change(wrong or "at", self.wish, firmly=True)]

    def _cancel(self, reply: Reply) -> list[str]:
        if reply.status == "cancelled":
            return self._next_errand()
        if reply.choices:
            return self._choose(reply)
        return [self.words.yes() if reply.asks == "confirmation" else self.rng.choice(_CANCEL)]

    def _list(self, reply: Reply) -> list[str]:
        if reply.tells_of(self.wish.house) and not reply.facts.differs(self.wish):
            return self._next_errand()
        return [self.rng.choice(_LIST)]

    def _question(self) -> str:
        self._asked_about = self.rng.choice(list(QUESTIONS))
        return self.rng.choice(QUESTIONS[self._asked_about])

    def _ask(self, reply: Reply, topic: str) -> list[str]:
        if reply.tells_of(self.wish.house) and not reply.asks:
            return self._next_errand()
        self._asked_about = topic
        question = self.rng.choice(QUESTIONS[topic])
        if reply.asks in ("party_size", "date", "time", "name", "confirmation"):
            return [f"no, I just want to know: {question}"]
        return [f"{self.wish.house.name} in {self.wish.house.city}: {question}"]
