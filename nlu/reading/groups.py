"""Enumerations of people: "me and my wife", "2 adults, a toddler and my in-laws"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu import lexicon
from nlu.reading.numbers import number_of

_WORDS = lexicon.words("people")

_ONE = _WORDS["one"]
SOMEBODY = "|".join(sorted(_ONE))
"""One person each, for patterns."""
_PAIR = _WORDS["pair"]
_PLURALS = {
    "wives": 1, "husbands": 1, "children": 1, "babies": 1, "men": 1, "women": 1, "ladies": 1, "gentlemen": 1,
    "people": 1, "others": 1, "heads": 1, "covers": 1, "diners": 1, "pax": 1, "members": 1, "couples": 2, "pairs": 2,
    "folk": 1, "ups": 1, "grownups": 1,
    "seniors": 1, "grandchildren": 1, "grandkids": 1, "workers": 1, "associates": 1, "visitors": 1,
    "tourists": 1, "employees": 1, "players": 1, "peoplr": 1, "individuals": 1, "littles": 1, "littlies": 1,
}  # fmt: skip
_SOFT_PLURALS = _WORDS["soft_plurals"]
_DETERMINERS = _WORDS["determiners"]
_ADJECTIVES = _WORDS["adjectives"]
_CONNECTORS = _WORDS["connectors"]
_AFTER_BARE = _WORDS["after_bare"]
_SELF = _WORDS["self"]
_VERBS = _WORDS["verbs"]
_CHILDREN = _WORDS["children"]
_NEVER_ALONE = _WORDS["never_alone"]
_MOST_CONNECTORS = 3
_HOW_MANY = _WORDS["how_many"]
_OF_OURS = (["of", "my"], ["of", "our"], ["of", "the"])


@dataclass(frozen=True)
class Item:
    """One link of an enumeration: words up to `end`; `count` is None for "my kids"."""

    end: int
    count: int | None
    kind: str
    noun: str = ""
    determined: bool = False


@dataclass(frozen=True)
class Group:
    """People named by the words from `first` up to `end`."""

    first: int
    end: int
    items: tuple[Item, ...]

    @property
    def least(self) -> int:
        """How many they are, at least: kids of no given number count as two."""
        others = sum(2 if item.count is None else item.count for item in self.items if item.kind != "self")
        return others + any(item.kind == "self" for item in self.items)

    @property
    def exact(self) -> bool:
        """Whether every number is known."""
        return all(item.count is not None for item in self.items)

    @property
    def only_children(self) -> bool:
        """Whether no grown-up is named."""
        return all(item.noun in _CHILDREN for item in self.items)


def find_groups(said: Sequence[str]) -> list[Group]:
    """Every enumeration of people in the canonical words, in one pass."""
    groups: list[Group] = []
    at = 0
    while at < len(said):
        group = _group(said, at)
        if group is not None:
            groups.append(group)
        at = group.end if group else at + 1
    return groups


def _group(said: Sequence[str], at: int) -> Group | None:
    item = _item(said, at, connected=_bare_pair(said, at) or _kin_pair(said, at))
    items: list[Item] = []
    while item is not None:
        items.append(item)
        place = _skip_connectors(said, item.end)
        if place >= len(said) or (place == item.end and not _runs_on(item, said[place])):
            break
        loose = said[place - 1] == "," or place == item.end
        item = _item(said, place, connected=not loose or _kin_pair(said, place))
        if item is not None and not _continues(said, items, item, loose):
            break
    return Group(at, items[-1].end, tuple(items)) if _is_group(items) else None


def _runs_on(item: Item, follower: str) -> bool:
    """Whether an enumeration may go on without a comma: "me my wife", "2 adults 3 kids"."""
    return (item.kind == "self" and follower in ("my", "our")) or (item.kind == "counted" and follower.isdecimal())


def _skip_connectors(said: Sequence[str], at: int) -> int:
    place = at
    while place < len(said) and said[place] in _CONNECTORS and place - at < _MOST_CONNECTORS:
        place += 1
    return place + 3 if list(said[place : place + 3]) == ["as", "well", "as"] else place


def _continues(said: Sequence[str], items: list[Item], item: Item, loose: bool) -> bool:
    if item.kind == "self":
        # "4 people and I would like …" begins a clause, "my 5 children and I would like …" does not.
        follower = said[item.end] if item.end < len(said) else ""
        return follower not in _VERBS or any(i.kind == "kin" or i.determined or i.noun in _CHILDREN for i in items)
    if item.kind == "bare":
        return items[-1].kind != "bare"
    # "Text me, 4 people" is no five; "me, my wife and …" is.
    return not (loose and items[0].kind == "self" and len(items) == 1) or item.determined


def _is_group(items: list[Item]) -> bool:
    if len(items) == 1:
        return items[0].kind == "counted"
    return any(item.kind != "bare" for item in items)


def _bare_pair(said: Sequence[str], at: int) -> bool:
    """Whether "2 and 1 other" begins here."""
    return said[at].isdecimal() and list(said[at + 1 : at + 2]) == ["and"] and "other" in said[at + 3 : at + 4]


def _kin_pair(said: Sequence[str], at: int) -> bool:
    """Whether "wife and I" or "wife and kids" begins here."""
    follower = list(said[at + 1 : at + 3])
    if said[at] not in _ONE or follower[:1] not in (["and"], ["&"]) or len(follower) == 1:
        return False
    return follower[1] in _SELF or _noun_weight(follower[1]) is not None


def _item(said: Sequence[str], at: int, *, connected: bool) -> Item | None:
    if said[at] in _SELF:
        return Item(at + 1, 1, "self")
    place, count, determined = _determined(said, at)
    if count is None and not determined and not connected:
        return None
    noun_at = _noun_place(said, place)
    if noun_at < len(said) and _noun_weight(said[noun_at]) is not None:
        return _noun_item(said, noun_at, count, determined=determined, opening=said[at])
    is_bare = count is not None and connected and not _counts_things(said, place)
    return Item(place, count, "bare") if is_bare else None


def _determined(said: Sequence[str], at: int) -> tuple[int, int | None, bool]:
    """Where what is counted begins, how many it is, and whether a word like "my" stands before: "both my", "2 of our"."""
    place = at
    while place < len(said) and said[place] in _DETERMINERS and place - at < _MOST_CONNECTORS:
        place += 1
    count = number_of(said[place]) if place < len(said) and not said[place].endswith("th") else None
    if count is None:
        return place, None, place > at
    is_ours = list(said[place + 1 : place + 3]) in _OF_OURS
    return place + (3 if is_ours else 1), count, is_ours or place > at


def _counts_things(said: Sequence[str], at: int) -> bool:
    follower = said[at] if at < len(said) else ""
    return follower == "<seating>" or (follower.isalpha() and follower not in _AFTER_BARE)


def _noun_item(said: Sequence[str], noun_at: int, count: int | None, *, determined: bool, opening: str) -> Item | None:
    noun, end = said[noun_at], _skip_in_law(said, noun_at + 1)
    each, plural = _noun_weight(noun) or (1, False)
    if count is not None:
        return Item(end, count * each, "counted", noun, determined)
    if noun in _NEVER_ALONE:
        return None
    if noun in _PAIR:
        return Item(end, 2, "counted" if opening in _HOW_MANY else "kin", noun, determined)
    return Item(end, None if plural else 1, "kin", noun, determined)


def _noun_place(said: Sequence[str], at: int) -> int:
    place = at
    while place < len(said) and (said[place] in _ADJECTIVES or said[place] == "-") and place - at < _MOST_CONNECTORS:
        if _noun_weight(said[place]) and not (place + 1 < len(said) and _noun_weight(said[place + 1])):
            break
        place += 1
    return place


def _skip_in_law(said: Sequence[str], at: int) -> int:
    for law in (["-", "in", "-", "law"], ["-", "in", "-", "laws"], ["in", "law"], ["in", "laws"]):
        if list(said[at : at + len(law)]) == law:
            return at + len(law)
    return at


def _noun_weight(word: str) -> tuple[int, bool] | None:
    """How many people one of this noun is, and whether the word is a plural; None for other words."""
    if word in _PAIR:
        return 2, word != "couple"
    if word in _PLURALS:
        return _PLURALS[word], True
    if word in _ONE:
        return 1, False
    return (1, True) if word in _SOFT_PLURALS or (word.endswith("s") and word[:-1] in _ONE) else None
