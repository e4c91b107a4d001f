"""What a diner does with a message, and what it is for: what the learned model is taught, and which of the two decides.

An act is read before content counts: a time that is only mentioned is no wish to move a booking. What the service asked for
last chooses the model, since "hang on" answers nothing where nothing was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from nlu.asked_name import marked
from nlu.features import ASKED, NOTHING
from nlu.languages import is_full_name, recognise

EXAMPLES = Path(__file__).parents[1] / "data" / "acts"
_ASKED_ABOUT = frozenset(("topic", "diet"))
_RATHER, _SURE, _CLEAR = 0.35, 0.55, 0.75
_WISHES = {"cancel": "cancel", "change": "change", "undo": "undo", "show": "list_bookings"}
"""The intents of acts that wish for something."""
_ALIKE = {"cancel": "stop_booking"}
"""Intents that wish for the same where nothing is in hand: "we don't need it anymore"."""
_HALF = 0.5
_WHOLE_TABLE = frozenset(("restaurant", "date", "time", "party_size"))
_SMALL_TALK = frozenset(("greet", "thank", "goodbye", "chitchat", "out_of_scope", "insult"))
_TURNING_AWAY = _SMALL_TALK | {"deny", "stop_booking"}
"""Intents of what answers no question."""
CONTESTED = 0.35
"""Confidence of a wish that only the act shows; above the threshold of the fallback."""
_ANSWERING = (*ASKED, "time")
_EVERYWHERE = (NOTHING, *_ANSWERING)
_ONLY_ANSWERS = frozenset(("inform", "choose"))
"""Intents whose examples answer something, unless they say what was asked: "change it to 8" is a change where nothing was."""
_TAUGHT: dict[str, dict[str, Any]] = yaml.load(
    Path(__file__).with_name("intents.yml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
_TYPED: dict[str, Callable[[str], str]] = {"name": str.lower, "no_name": lambda text: text[:1].upper() + text[1:]}
_ANYTHING = "anything"
_SURELY = (
    ("opt_out", _ANYTHING, "opt_out"),
    ("forget", _ANYTHING, "forget_me"),
    ("note", NOTHING, "inform"),
    ("name", "name", "inform"),
    ("undo", "confirmation", "undo"),
    ("undo", "name", "undo"),
)
"""Acts that leave no doubt about the intent, and what was asked before."""
_GROUPS = {"everything": _EVERYWHERE, "answers": _ANSWERING}


class Example(NamedTuple):
    """A text, what was asked before it, and the act and the intent that it teaches, if any."""

    text: str
    asked: str
    act: str | None
    intent: str | None = None

    @property
    def expecting(self) -> str | None:
        """What was asked, in the words of the contract's `expects`."""
        return None if self.asked == NOTHING else self.asked


def examples(of_intents: Collection[tuple[str, str, Sequence[str]]]) -> Iterator[Example]:
    """Yield everything the model is taught: our own texts under data/acts, and those of the intents.

    `of_intents`: the intent, the text, and after which questions it is said. Where that is left open, it is said after all
    that its intent can follow, unless the same text stands elsewhere for one of them: "ok thanks" is a yes to a summary.
    """
    for path in sorted(EXAMPLES.glob("*.yml")):
        block = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        texts = block["texts"].splitlines()
        for text in _as_typed(block["act"], [marked(line)[0] for line in texts] if block["act"] == "name" else texts):
            yield from (Example(text, asked, block["act"]) for asked in block["asked"])
    given = {(text.lower(), asked) for _, text, questions in of_intents for asked in questions}
    for intent, text, questions in of_intents:
        yield from (Example(text, asked, None, intent) for asked in questions)
        if not questions:
            yield from _everywhere(intent, text, given)


def _as_typed(act: str, texts: Sequence[str]) -> Iterable[str]:
    """Return texts, and what capitals might tell names from with and without them: phones set some, and people leave some out."""
    typed = _TYPED.get(act)
    return dict.fromkeys((*texts, *map(typed, texts))) if typed else texts


def _everywhere(intent: str, text: str, given: Set[tuple[str, str]]) -> Iterator[Example]:
    act, after = _TAUGHT[intent]["act"], _TAUGHT[intent]["after"]
    acting = {asked for each in after for asked in _GROUPS.get(each, (each,))}
    for asked in _ANSWERING if intent in _ONLY_ANSWERS else _EVERYWHERE:
        is_other = (text.lower(), asked) in given
        yield Example(text, asked, act if asked in acting else None, None if is_other else intent)


def ranking_of(
    text: str,
    acts: Mapping[str, float],
    intents: Mapping[str, float],
    expecting: str | None,
    told: Set[str] = frozenset(),
    *,
    is_for_staff: bool = False,
) -> list[dict[str, Any]]:
    """Return the intents in Rasa's form, the likeliest first: the learned ones, unless something else leaves no doubt.

    `is_for_staff`: whether all of the message is words for them.
    """
    sure = sure_intent(text, acts, expecting, told) or ("inform" if is_for_staff else None)
    chosen = (sure, 1.0) if sure is not None else wish_of_act(acts, intents, expecting, told)
    return [{"name": name, "confidence": share} for name, share in (dict([chosen]) if chosen else intents).items()]


def sure_intent(
    text: str, acts: Mapping[str, float], expecting: str | None, told: Set[str] = frozenset()
) -> str | None:
    """Return the intent that the language or an act leaves no doubt about; None where the learned intent decides.

    `told`: the kinds of entities in the message. "Yes, but at 8" tells something, "yes, but is there parking?" only asks.
    """
    if recognise(text) and not (expecting == "name" and is_full_name(text) and acts.get("name", 0.0) >= _SURE):
        return "other_language"
    here = (_ANYTHING, expecting or NOTHING)
    sure = next((intent for act, asked, intent in _SURELY if acts.get(act, 0.0) >= _SURE and asked in here), None)
    return sure or _asking(acts, expecting, told)


def _asking(acts: Mapping[str, float], expecting: str | None, told: Set[str]) -> str | None:
    if expecting == "confirmation":
        return _of_confirmation(acts, told)
    asks = acts.get("ask", 0.0)  # "what was the address again", which is no wish to hear the same words again
    if expecting == "name":
        return "ask" if asks >= _SURE and told and _is_about_house(told) else None
    return "ask" if expecting is None and "topic" in told and _RATHER <= asks == max(acts.values()) else None


def wish_of_act(
    acts: Mapping[str, float], intents: Mapping[str, float], expecting: str | None, told: Set[str] = frozenset()
) -> tuple[str, float] | None:
    """Return the wish that an act shows where the intent is another, and its confidence; None where the intent decides.

    `intents`: the likeliest first. Two readings that disagree are no certain wish: the dialogue asks before it does anything.
    """
    top, share = next(iter(intents.items()))
    if expecting is not None:
        return _wish_amid(acts, top, share, expecting, told)
    if share < _HALF and told >= _WHOLE_TABLE:
        return "book", CONTESTED  # a long story with a table in it
    if share < _HALF and any(acts.get(act, 0.0) >= _CLEAR for act, intent in _WISHES.items() if intent == top):
        return top, _HALF  # both say the same
    return _wish_besides(acts, top, share)


def _wish_amid(
    acts: Mapping[str, float], top: str, share: float, expecting: str, told: Set[str]
) -> tuple[str, float] | None:
    """Return what an answer does where its act leaves no doubt and its intent is another; a list is shown whatever was asked."""
    if _asks_to_show(acts, top, share):
        return "list_bookings", CONTESTED
    if expecting in ASKED or top not in _TURNING_AWAY | _ONLY_ANSWERS:
        return None
    if acts.get("ask", 0.0) >= _SURE and told & _ASKED_ABOUT:
        return "ask", _SURE
    is_answer = acts.get("answer", 0.0) >= _SURE and top in _TURNING_AWAY
    return ("inform", _SURE) if is_answer else None  # "idk, whenever" gives nothing up


def _asks_to_show(acts: Mapping[str, float], top: str, share: float) -> bool:
    show = acts.get("show", 0.0)
    asks = show >= _RATHER and show == max(acts.values()) and top in _WISHES.values()  # "did you cancel it?"
    return asks or show >= (_SURE if share < _HALF else _CLEAR)


def _wish_besides(acts: Mapping[str, float], top: str, share: float) -> tuple[str, float] | None:
    enough = {act: _SURE if _ALIKE.get(intent) == top else _CLEAR for act, intent in _WISHES.items()}
    wish = next((_WISHES[act] for act in _WISHES if acts.get(act, 0.0) >= enough[act] and _WISHES[act] != top), None)
    if wish is None:
        return None
    if top == _ALIKE.get(wish):
        return wish, share
    is_weak = share < _HALF or top in _SMALL_TALK or top in _WISHES.values()
    return (wish, CONTESTED) if is_weak or wish == _WISHES["show"] else None  # which does nothing: "is that for 3?"


def _of_confirmation(acts: Mapping[str, float], told: Set[str]) -> str | None:
    if acts.get("yes_but", 0.0) + acts.get("ask", 0.0) >= _SURE and _is_about_house(told):
        return "ask"
    yes, thanks = acts.get("yes", 0.0), acts.get("thanks", 0.0)
    return "affirm" if yes >= _RATHER and yes + thanks >= _CLEAR else None


def _is_about_house(told: Set[str]) -> bool:
    """Whether what a question tells may be had in the house in hand: "gluten free pasta", while just "pasta" may be another's."""
    return told <= _ASKED_ABOUT | {"cuisine"} and told != {"cuisine"}
