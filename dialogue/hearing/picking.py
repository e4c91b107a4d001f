"""Picking one of the options that were offered: by its digit, its place, or its words."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from dialogue.reading import ASKED_ABOUT, Entity
from dialogue.reasons import may_be_yes
from dialogue.state import Option
from dialogue.turn import Turn
from nlu.cues import folded_words
from nlu.lexicon import load
from nlu.reading.cities import NICKNAMES

_LONG = 5  # letters of a word in which a slip is forgiven
_A_SLIP = 80.0  # points of likeness
_ENDINGS = ("st", "nd", "rd", "th")


def pick(turn: Turn) -> None:
    """Take the option that the message picks, if it picks one; its entity is used up."""
    options, words = turn.state.choices, turn.reading.words
    if not options or asked_about(turn) is not None:
        return
    if turn.intent == "affirm" and len(options) == 1 and may_be_yes(turn.reading.acts, turn.reading.length):
        take(turn, options[0])
        return
    named = _numbered(words, options) or _named(words, options)
    if named is not None:
        take(turn, named)
        turn.entities = []
        return
    _pick_by_place(turn, options)


def _pick_by_place(turn: Turn, options: Sequence[Option]) -> None:
    words = turn.reading.words
    for entity in turn.entities:
        if entity.kind == "choice" and entity.value.get("which") == "none":
            turn.heard.refused_choices = True
            return
        if (place := _place(entity, words, len(options))) is None:
            continue
        if 1 <= place <= len(options):
            turn.entities.remove(entity)
            take(turn, options[place - 1])
        else:  # "make that 5" among three: no pick, but a number
            turn.entities[turn.entities.index(entity)] = _no_pick(entity, place)
        return


def take(turn: Turn, option: Option) -> None:
    """Take an option as picked."""
    turn.state.take(option)
    turn.heard.picked = option


def asked_about(turn: Turn) -> Option | None:
    """Return the option that a question points to: "does the second one have parking?"."""
    options = turn.state.choices
    if turn.intent != "ask" or not turn.has_kind(*ASKED_ABOUT):
        return None
    places = (_place(entity, turn.reading.words, len(options)) for entity in turn.of_kind("choice"))
    return next((options[place - 1] for place in places if place and place <= len(options)), None)


def _place(entity: Entity, words: Sequence[str], count: int) -> int | None:
    """Return which of `count` options an entity points to, from 1; None where it points to none."""
    is_bare = not set(words) - _filler() - set(folded_words(entity.text))
    if entity.kind == "number" and is_bare:
        return entity.value if isinstance(entity.value, int) else None
    if entity.kind != "choice" or entity.value.get("which") == "both":
        return None
    if entity.text.isdecimal() and not is_bare and words[0] != entity.text:  # "we need 2 high chairs"
        return None
    index: int = entity.value.get("index") or {"later": count, "last": count}.get(str(entity.value.get("which")), 1)
    return index


def _no_pick(entity: Entity, number: int) -> Entity:
    """Return what a number means that none of the options has: "the 26th" is a day."""
    if entity.text.rstrip(" .").lower().endswith(_ENDINGS):
        return Entity("date", entity.text, {"year": None, "month": None, "day": number})
    return Entity("number", entity.text, number)


def _numbered(words: Sequence[str], options: Sequence[Option]) -> Option | None:
    """Return the option whose digit is all that is said; of "5 or 6 people?" the one that it is the label of."""
    if len(words) != 1 or not words[0].isdecimal():
        return None
    labelled = [option for option in options if option.label == words[0]]
    by_place = options[int(words[0]) - 1 : int(words[0])]
    return next(iter((*labelled, *by_place)), None)


def _named(words: Sequence[str], options: Sequence[Option]) -> Option | None:
    """Return the only option whose label has all the telling words of the message: "palo alto", "the 8:30 one"."""
    said = {part for word in words for part in folded_words(NICKNAMES.get(word, word))} - _filler()
    if not said or (len(said) == 1 and all(word.isdecimal() for word in said)):  # "2" is the second, not that at 2:00
        return None
    labels = [folded_words(option.label) for option in options]
    fits = [said <= set(label) for label in labels]
    if not any(fits):  # "san fancisco"
        fits = [_is_like(said, label) for label in labels]
    return options[fits.index(True)] if sum(fits) == 1 else None


def _is_like(said: set[str], label: Sequence[str]) -> bool:
    """Return whether each word is one of a label's, or a long one a slip away from one; figures are never alike."""
    return all(
        word in label
        or (len(word) >= _LONG and word.isalpha() and any(fuzz.ratio(word, other) >= _A_SLIP for other in label))
        for word in said
    )


def _filler() -> frozenset[str]:
    return frozenset(load("cues")["filler_of_picks"].split())
