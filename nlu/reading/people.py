"""Who is coming, named one by one: "me and my wife", "2 adults, a toddler and my in-laws"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.reading.message import Message
from nlu.reading.numbers import number_of
from nlu.reading.words import words

_ONE = words(
    "wife husband hubby partner gf girlfriend bf boyfriend fiance fiancee spouse mom mum mother dad father sister sis "
    "brother bro son daughter baby kid child toddler infant aunt auntie uncle nephew niece cousin friend mate boss "
    "colleague coworker client companion buddy pal grandma granny nan nana grandmother grandpa grandad grandfather "
    "grandson granddaughter grandchild man woman boy girl guy lady gentleman person adult guest roommate flatmate "
    "neighbor neighbour teenager teen newborn senior stepson stepdaughter stepmom stepdad godson goddaughter missus "
    "mrs mr bestie misses mil fil student teacher cousine other"
)
_PAIR = words("parents grandparents inlaws twins couple folks")
_PLURALS = {
    "wives": 1, "husbands": 1, "children": 1, "babies": 1, "men": 1, "women": 1, "ladies": 1, "gentlemen": 1,
    "people": 1, "others": 1, "heads": 1, "covers": 1, "diners": 1, "pax": 1, "members": 1, "couples": 2, "pairs": 2,
    "folk": 1, "seniors": 1, "grandchildren": 1, "grandkids": 1, "workers": 1, "associates": 1, "visitors": 1,
    "tourists": 1, "employees": 1, "players": 1, "peoplr": 1, "individuals": 1, "littles": 1, "littlies": 1,
}  # fmt: skip
_SOFT_PLURALS = frozenset({"family", "kids", "families", "team"})
_DETERMINERS = words("my our the a an his her their your another both all some just only")
_ADJECTIVES = words(
    "little small young old older adult grown best good close other younger elder teenage female male big baby dear "
    "lovely new work family co fellow hungry business oldest youngest eldest beautiful step wee up "
    "elderly tiny"
)
_CONNECTORS = frozenset({",", "and", "&", "+", "plus", "with", "along", "n", "including"})
_SELF = frozenset({"me", "myself", "i"})
_VERBS = words(
    "need want would will am have had can could do like was were wish prefer should require d dont cant wont think "
    "believe are id im ive ill hope love know see"
)
_CHILDREN = words("kids children babies kid child toddler toddlers baby infant infants")
_HAVING = frozenset({"is", "are", "has", "have", "eat", "eats"})
_NEEDING = frozenset({"need", "needs", "will", "require", "requires"})
_HOW_MANY = frozenset({"a", "an", "another", "one"})


@dataclass(frozen=True)
class _Item:
    end: int
    count: int | None
    kind: str  # "self", "counted", "kin", "bare"
    noun: str = ""


@dataclass(frozen=True)
class Group:
    """People named at words `first` to `end`; `least` is how many at least, `exact` whether that is all."""

    first: int
    end: int
    least: int
    exact: bool
    kinds: tuple[str, ...]
    nouns: tuple[str, ...]


def _noun_weight(word: str) -> tuple[int, bool] | None:
    """How many people one of this noun is, and whether the word is a plural."""
    if word in _ONE:
        return 1, False
    if word in _PAIR:
        return 2, word != "couple"
    if word in _PLURALS:
        return _PLURALS[word], True
    if word in _SOFT_PLURALS:
        return 1, True
    if word.endswith("s") and word[:-1] in _ONE:
        return 1, True
    return None


def _item(words: Sequence[str], at: int, *, connected: bool) -> _Item | None:
    if words[at] in _SELF:
        return _Item(at + 1, 1, "self")
    place = at
    determined = False
    while place < len(words) and words[place] in _DETERMINERS and place - at < 3:
        determined = True
        place += 1
    count = number_of(words[place]) if place < len(words) and not words[place].endswith("th") else None
    if count is not None:
        place += 1
        if words[place : place + 1] == ["of"] and place + 1 < len(words) and words[place + 1] in ("my", "our", "the"):
            place += 2
    elif not determined and not connected:
        return None
    noun_at = place
    while noun_at < len(words) and (words[noun_at] in _ADJECTIVES or words[noun_at] == "-") and noun_at - place < 3:
        if _noun_weight(words[noun_at]) and (noun_at + 1 >= len(words) or not _noun_weight(words[noun_at + 1])):
            break
        noun_at += 1
    weight = _noun_weight(words[noun_at]) if noun_at < len(words) else None
    if weight is None:
        return _Item(place, count, "bare") if count is not None and connected else None
    each, plural = weight
    end = noun_at + 1
    if words[end : end + 4] == ["-", "in", "-", "law"] or words[end : end + 4] == ["-", "in", "-", "laws"]:
        end += 4
    elif words[end : end + 2] in (["in", "law"], ["in", "laws"]):
        end += 2
    noun = words[noun_at]
    if count is not None:
        return _Item(end, count * each, "counted", noun)
    if noun == "other" or (noun in ("people", "members", "heads", "covers", "pax", "others")):
        return None
    if noun in _PAIR:
        return _Item(end, 2, "counted" if words[at] in _HOW_MANY else "kin", noun)
    return _Item(end, None if plural else 1, "kin", noun)


def find_groups(words: Sequence[str]) -> list[Group]:
    """Every enumeration of people in the words, in one pass."""
    groups: list[Group] = []
    at = 0
    while at < len(words):
        group = _group(words, at)
        if group is None:
            at += 1
        else:
            groups.append(group)
            at = group.end
    return groups


def _group(words: Sequence[str], at: int) -> Group | None:
    items: list[_Item] = []
    place = at
    while True:
        connected = words[place - 1] != "," if items else _bare_start(words, place)
        item = _item(words, place, connected=connected)
        if item is None or (items and item.kind == "self" and _begins_clause(words, item.end, items)):
            break
        if items and item.kind == "bare" and words[item.end : item.end + 1] != [] and items[-1].kind == "bare":
            break
        items.append(item)
        place = item.end
        while place < len(words) and words[place] in _CONNECTORS and place - item.end < 3:
            place += 1
        if words[place : place + 2] in (["as", "well"], ["as", "well", "as"]):
            place += 3
        if place == item.end or place >= len(words):
            break
    if not items or not _counts_as_group(items):
        return None
    least = sum(2 if item.count is None else item.count for item in items)
    exact = all(item.count is not None for item in items)
    nouns = tuple(item.noun for item in items)
    return Group(at, items[-1].end, least, exact, tuple(item.kind for item in items), nouns)


def _bare_start(words: Sequence[str], at: int) -> bool:
    """Whether "2 and 1 other" begins here."""
    return words[at].isdecimal() and list(words[at + 1 : at + 2]) == ["and"] and "other" in words[at + 3 : at + 4]


def _begins_clause(words: Sequence[str], after: int, items: list[_Item]) -> bool:
    """Whether "I" after "4 people and" begins a clause of its own ("… and I would like …")."""
    follower = words[after] if after < len(words) else ""
    return follower in _VERBS and all(item.kind in ("counted", "bare") and item.noun not in _CHILDREN for item in items)


def _counts_as_group(items: list[_Item]) -> bool:
    kinds = [item.kind for item in items]
    if kinds == ["counted"]:
        return True
    if len(items) == 1 or (all(kind == "bare" for kind in kinds) and items[-1].noun != "other"):
        return False
    return True


def is_children_only(group: Group) -> bool:
    """Whether only children are named, so that it may be a remark ("I have 3 kids") and not the party."""
    return all(noun in _CHILDREN for noun in group.nouns)


def claim_groups(message: Message) -> None:
    """Claim enumerations of people as `party_size`; remarks about some of the party as `guests`."""
    view = message.view
    for group in find_groups(view.words):
        first, end = view.items[group.first][1], view.items[group.end - 1][2]
        count = {"count": group.least} if group.exact else {"min": group.least, "max": None}
        before = view.words[max(0, group.first - 2) : group.first]
        after = view.words[group.end : group.end + 5]
        entity = "party_size"
        if is_remark(after) or (
            is_children_only(group) and {"have", "has", "got", "bringing", "bring", "ive"} & set(before)
        ):
            entity = "guests"
        elif _stays_away(after):
            count = {"delta": -group.least}
        message.claim(entity, first, end, count)


def is_remark(after: Sequence[str]) -> bool:
    """Whether the words after some people say what these need ("two of us are vegan"), not how many come."""
    words = list(after)
    if words[:1] in (["who"], ["that"], ["with"]):
        words = words[1:] if words[0] != "with" else ["has", *words[1:]]
    if not words:
        return False
    needing = words[0] in _NEEDING and "<seating>" in words[1:5] and after[0] != "with"
    return needing or (words[0] in _HAVING | _NEEDING and "<diet>" in words[1:5])


def _stays_away(after: Sequence[str]) -> bool:
    words = list(after)
    if words[:1] in (["has"], ["have"], ["had"], ["just"]):
        words = words[1:]
    return words[:1] in (
        ["cancelled"],
        ["canceled"],
        ["dropped"],
        ["cant"],
        ["cannot"],
        ["wont"],
        ["isnt"],
        ["arent"],
    ) or (
        words[:2]
        in (["is", "not"], ["are", "not"], ["can", "not"], ["to", "cancel"], ["bailed", "on"], ["backed", "out"])
    )
