"""The forms in which people say how many they are, and how many "me and my wife" or "2 adults and a toddler" are."""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import attrgetter

from nlu import lexicon
from nlu.grammar import Grammar
from nlu.lexicon import COMMON
from nlu.reading.lexing import Token
from nlu.reading.message import Claim, Message, Value, View
from nlu.reading.numbers import count_of, number_of

_WORDS = lexicon.words("people")
_MANY = (_WORDS.soft | _WORDS.plurals | {f"{noun}s" for noun in _WORDS.ones}) - _WORDS.ones  # "mr", "mrs"
_NO_NAMES = COMMON.union(*vars(_WORDS).values(), _MANY)
_OPENING = _MANY.union(
    *(vars(_WORDS)[name] for name in ("ones", "pairs", "determiners", "adjectives", "self", "like_names")),
    ("one", "us", "someone", "somebody", "<name>", "<maybe>"),
)
"""Words that people named one by one may begin with, besides numbers."""
_NAMING = _MANY.union(
    *(vars(_WORDS)[name] for name in ("ones", "pairs", "children", "never_alone", "kinship", "like_names", "self")),
    ("us", "someone", "somebody", "+", "plus", "<name>", "<maybe>"),
)
"""Of these words, each stretch of people named one by one has some."""
_AFTER_SELF = _WORDS.connectors | _WORDS.joining | {"my", "our", "as"}
_FARTHEST = 12
"""Words from the first one of such a stretch to the first for some people, at the most."""
_WHOSE = ("my ", "our ", "his ", "her ", "their ")
_LISTING = frozenset((",", "and", "&"))
_UNTOLD = 2
"""As how many kids of no given number count, at least."""
_ROUND = 3
"""From how many relatives on the diner, who is not named, is likely to come too."""


def _with_people(message: Message) -> View | None:
    """Return what is left to read with people who are named one by one as one word each: `<s3>` for "me, Ana and Joe".

    None where nobody is.
    """
    view = _with_names(message)
    items, done = [], 0
    for begin in _openings(view.words):
        match = _PEOPLE.match(view.text, view.starts[begin]) if begin >= done else None
        if match:
            end = bisect_left(view.starts, match.end())
            items += view.items[done:begin]
            items.append((_as_word(match), view.items[begin][1], view.items[end - 1][2]))
            done = end
    return View(items + view.items[done:]) if done else None


def _openings(words: list[str]) -> list[int]:
    """Where people named one by one may begin: with a word for some of them within reach, the diner with another beside."""
    if _NAMING.isdisjoint(words):
        return []
    naming = [place for place, word in enumerate(words) if word in _NAMING]
    followed = zip(words, [*words[1:], ""], strict=True)
    opening = [place for place, (word, after) in enumerate(followed) if _may_open(word, after)]
    return [place for place in opening if any(0 <= at - place <= _FARTHEST for at in naming)]


def _may_open(word: str, after: str) -> bool:
    return after in _AFTER_SELF if word in _WORDS.self else word in _OPENING or word.isdecimal()


def _with_names(message: Message) -> View:
    """Return the same with `<name>` for each word that may be one, `<maybe>` where none is capitalized."""
    if message.expecting == "name" or message.text.isupper():
        return message.view
    items = list(message.view.items)
    for place, (word, first, end) in enumerate(message.view.items):
        if word.isalpha():
            items[place] = (_with_name(message, items, place), first, end)
    return message.view if items == message.view.items else View(items)


def _with_name(message: Message, items: list[tuple[str, int, int]], place: int) -> str:
    """Return a word, or what stands for a name where it may be one; the words before it have been looked at."""
    word, first, _ = items[place]
    token = message.tokens[first]
    if word not in _NO_NAMES and _may_be_name(token, word):
        beside = _WORDS.connectors if message.text.islower() else frozenset()
        around = [each for each, _, _ in items[max(0, place - 1) : place + 2]]
        return _marked(message, word, token, is_beside=not beside.isdisjoint(around))
    is_name = token.capital and token.kind == "word" and word not in _OPENING and _is_listed(items, place)
    return "<name>" if is_name else word  # "Ravi, Min and Will"


def _is_listed(items: list[tuple[str, int, int]], place: int) -> bool:
    """Whether a word stands in a list of names, with one before it."""
    before, after = [word for word, _, _ in items[max(0, place - 2) : place]], items[place + 1 : place + 2]
    return before[:1] == ["<name>"] and all(word in _LISTING for word in (*before[1:], *(word for word, _, _ in after)))


def _may_be_name(token: Token, word: str) -> bool:
    return token.kind == "word" and len(word) > 1 and word.isalpha()


def _marked(message: Message, word: str, token: Token, *, is_beside: bool) -> str:
    if token.capital and message.text[token.start : token.end].lower() not in _NO_NAMES:
        return "<name>"
    return "<maybe>" if is_beside else word


def _range(match: re.Match[str]) -> Value | None:
    low, high = int(match["low"]), int(match["high"])
    is_day = "/" in match.group() and high > low + 1  # "5/11"
    return {"min": low, "max": high} if low < high and not is_day else None


def _as_word(match: re.Match[str]) -> str:
    links = _links(match)
    counts = [_count(link) for link in links if not link["self"]]
    least = sum(_UNTOLD if count is None else count for count in counts) + _says_self(links)
    if None in counts:
        return f"<{_kind(match, links)}{least}+>"
    is_round = len(links) >= _ROUND and all(link["noun"] for link in links)
    is_theirs = match.string[: match.start()].endswith("for ")
    return f"<{_kind(match, links)}{least}{f'-{least + 1}' if is_round and not is_theirs else ''}>"


def _links(match: re.Match[str]) -> list[re.Match[str]]:
    """Each of the people, less the children where they are told not to come: "2 adults, 2 kids, without the kids"."""
    links = list(_LINK.finditer(match.group().removesuffix(match["but"] or "")))
    return [link for link in links if not (match["but"] and _are_children(link))]


def _are_children(link: re.Match[str]) -> bool:
    return (link["counted"] or link["noun"]) in _WORDS.children


def _kind(match: re.Match[str], links: list[re.Match[str]]) -> str:
    """One letter for who they are; nlu/grammar/en/people.yml says which."""
    if len(links) == 1 and links[0]["some"] and not match["us"]:
        return "m"
    if match["us"] or match["fellows"]:
        return "u" if match["us"] else "f" if any(link["noun"] for link in links) else "p"
    return "s" if _says_self(links) else _kind_of_others(match.group(), links)


def _kind_of_others(text: str, links: list[re.Match[str]]) -> str:
    is_own = text.startswith(_WHOSE)
    if all(map(_are_children, links)):
        return "o" if is_own else "c"
    is_near = is_own or all(link["noun"] or link["counted"] in _WORDS.fellowship for link in links)
    return "k" if is_near else "n"


def _says_self(links: list[re.Match[str]]) -> bool:
    return any(link["self"] for link in links)


def _company(match: re.Match[str]) -> Value:
    """How many they are: a `count`, or from `min` to `max`, which is None where some are not counted."""
    least, _, most = match["company"].partition("-")
    if least.endswith("+"):
        return {"min": int(least[:-1]), "max": None}
    return {"min": int(least), "max": int(most)} if most else {"count": int(least)}


def _diner_and_company(match: re.Match[str]) -> Value | None:
    least = match["company"].partition("-")[0]
    return {"count": int(least) + 1} if least.isdecimal() else None


def _named_and_company(match: re.Match[str]) -> Value | None:
    """Count those who are named, the diner perhaps among them, and who comes with them."""
    company = _diner_and_company(match)
    named = sum(map(int, re.findall(r"<p(\d)>", match.group())))
    return company and {"count": company["count"] + max(named, 1) - 1}


def _count(link: re.Match[str]) -> int | None:
    """How many a link is; None for "the kids"."""
    noun = re.sub("[- ]", "", link["counted"] or link["noun"] or "")  # "in-laws"
    is_pair = noun in _WORDS.pairs or (noun in _MANY and "twin" in link.group().split())
    each = 2 if is_pair else 1
    if link["number"]:
        return each * (number_of(link["number"]) or 0)
    return None if noun in _MANY and not is_pair else each


_GRAMMAR = Grammar(
    "people",
    means={"n": count_of, "nth": int, "crowd": int, "company": count_of},
    builders={
        "range": _range,
        "company": _company,
        "diner_and_company": _diner_and_company,
        "named_and_company": _named_and_company,
    },
    pieces={name: "|".join(map(re.escape, sorted(words))) for name, words in vars(_WORDS).items()},
)
_PEOPLE = _GRAMMAR.pattern("{party}|(?P<fellows>{fellows})|(?P<us>{digits} of us)")
_LINK = _GRAMMAR.pattern(
    "(?P<self>{self})|(?P<number>{digits})((?P<some> of (my|our|the))?{of}(?P<counted>{anybody}))?|"
    "({adjectives} ){0,3}(?P<noun>{many}){law}|<maybe>|{name}|someone|somebody"
)


def read_steps(message: Message) -> None:
    """Claim by how many more or fewer a party is to be: before times, which would make an hour of "by 2"."""
    message.apply(_GRAMMAR["steps"])


def read_party_size(message: Message) -> None:
    """Claim how many people come as `party_size`; days, times and wishes must have been read before."""
    message.apply(_GRAMMAR["changes"])
    message.apply(_GRAMMAR["before"])
    message.apply(_GRAMMAR["ranges"])
    if message.expecting == "party_size":
        message.apply(_GRAMMAR["asked"])
    people = _with_people(message)
    if people:
        message.apply(_GRAMMAR["company"], people)
    if not _figures(message):
        message.apply(_GRAMMAR["counts"])
    asked_for_time = message.expecting == "time" and not message.has("time")
    if not asked_for_time and not _counts(message):
        message.apply(_GRAMMAR["for"])
    is_told = bool(_absolute(message))
    for claim in message.of("companions"):
        message.replace(claim, entity="guests" if is_told else "party_size")
    _count_once(message)
    _sum_up(message)
    _prefer_figures(message)
    if not message.has("party_size"):
        message.apply(_GRAMMAR["vague"])


def _sum_up(message: Message) -> None:
    """Count what comes or goes after a count in, where "but" or the like joins them: "we were eight but two cancelled"."""
    counts, deltas = _counts(message), [claim for claim in message.of("party_size") if "delta" in claim.value]
    if len(counts) != 1 or not deltas or deltas[0].first < counts[0].end:
        return
    between = [message.word(at) for at in range(counts[0].end, deltas[0].first)]
    if not _WORDS.adding.isdisjoint((*between[-2:], message.word(deltas[0].first))):
        total = counts[0].value["count"] + sum(claim.value["delta"] for claim in deltas)
        message.replace(counts[0], value={"count": total})


def _count_once(message: Message) -> None:
    """Take who comes or goes for those whom a figure beside counts: "my parents come, so plus two", but "my mum and two more"."""
    figures = [claim for claim in _with_figures(message) if "delta" in claim.value]
    if len(figures) != 1:
        return
    counted = _counted_by(figures[0], message)
    coming = next((claim for claim in counted if not _is_absolute(claim)), None)  # it counts one of them, not all
    twice = [max(coming, figures[0], key=attrgetter("first"))] if coming else []
    for claim in (*filter(_is_absolute, counted), *twice):
        message.replace(claim, entity="guests")


def _counted_by(figure: Claim, message: Message) -> list[Claim]:
    """Return who is named apart from a figure and is as many as it says."""
    told = _with_figures(message)
    many = abs(figure.value["delta"])
    apart = [claim for claim in message.of("party_size") if claim not in told and _number_of(claim) == many]
    return [claim for claim in apart if not (_has_self(message, claim) or _are_joined(message, claim, figure))]


def _number_of(claim: Claim) -> int:
    return abs(int(claim.value.get("delta", claim.value.get("count", 0))))


def _has_self(message: Message, claim: Claim) -> bool:
    return any(message.word(at) in _WORDS.self for at in range(claim.first, claim.end))


def _are_joined(message: Message, one: Claim, other: Claim) -> bool:
    """Whether nothing but "and" or the like is between two claims."""
    first, second = sorted((one, other), key=lambda claim: claim.first)
    between = {message.word(at) for at in range(first.end, second.first)}
    return bool(between) and between <= _WORDS.joining - {","}


def _absolute(message: Message) -> list[Claim]:
    return [claim for claim in message.of("party_size") if _is_absolute(claim)]


def _is_absolute(claim: Claim) -> bool:
    return {"delta", "times"}.isdisjoint(claim.value)


def _counts(message: Message) -> list[Claim]:
    return [claim for claim in message.of("party_size") if "count" in claim.value]


def _figures(message: Message) -> list[Claim]:
    """How many they are, said with a number."""
    return [claim for claim in _with_figures(message) if _is_absolute(claim)]


def _with_figures(message: Message) -> list[Claim]:
    return [
        claim for claim in message.of("party_size")
        if any(number_of(token.word) for token in message.tokens[claim.first : claim.end])
    ]  # fmt: skip


def _prefer_figures(message: Message) -> None:
    """A count makes "my friend and I" and "one less" beside it mere remarks."""
    claims, absolute = message.of("party_size"), _absolute(message)
    if len(claims) < 2 or not absolute:
        return
    totals = [claim for claim in absolute if message.tokens[claim.end - 1].word in _WORDS.summing]
    figures = totals or _figures(message)
    for claim in claims:
        if claim not in (figures or absolute):
            message.replace(claim, entity="guests")
