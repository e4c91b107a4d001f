"""A message under reading: its tokens, what has been claimed so far, and views of the rest to match patterns against."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nlu.grammar import Rule, Table
from nlu.reading.lexing import Token, tokenize

Value = Any
"""JSON-like: a string, a number, or a mapping of them."""
_TRAILING = frozenset(".,")
_FROM = {"from", "from2"}
NUMBER = r"\d"
"""What is said of a view, beside its words, where it has a number in it."""
_ANY_NUMBER = re.compile(r"\d|(?<!\S)one(?!\S)")


@dataclass(frozen=True)
class Span:
    """A piece of the diner's own words and what it means.

    `start` and `end` are character offsets into the text as it was given, so `text == given[start:end]`. `value` is
    JSON-like and depends neither on today's date nor on any time zone; `nlu.resolving` turns it into days and times.
    """

    entity: str
    start: int
    end: int
    text: str
    value: Value


@dataclass(frozen=True)
class Claim:
    """Tokens `first` up to `end` (exclusive) that mean `value` as `entity`."""

    entity: str
    first: int
    end: int
    value: Value


class View:
    """Canonical words joined by single spaces; claimed stretches stand as one word such as `<date>`."""

    def __init__(self, items: list[tuple[str, int, int]]) -> None:
        self.items = items
        self.words = [word for word, _, _ in items]
        self.text = " ".join(self.words)
        said = self.text.split()
        self.said = frozenset((*said, NUMBER) if _ANY_NUMBER.search(self.text) else said)
        self.starts: list[int] = []
        position = 0
        for word in self.words:
            self.starts.append(position)
            position += len(word) + 1

    def tokens_between(self, start: int, end: int) -> tuple[int, int]:
        """First and end token of the stretch of view text from `start` to `end`."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_left(self.starts, end) - 1
        return self.items[first][1], self.items[max(first, last)][2]


@dataclass
class Message:
    """One text, its tokens, and the claims readers have made on them."""

    text: str
    expecting: str | None = None
    tokens: list[Token] = field(init=False)
    claims: list[Claim] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = tokenize(self.text)
        self._starts = [token.start for token in self.tokens]
        self._owner: list[int] = [-1] * len(self.tokens)
        self._view: View | None = None

    @property
    def view(self) -> View:
        """What is left to read, with everything claimed hidden behind its entity's name."""
        if self._view is None:
            self._view = View(list(self._items()))
        return self._view

    def _items(self) -> Iterator[tuple[str, int, int]]:
        position = 0
        while position < len(self.tokens):
            owner = self._owner[position]
            if owner < 0:
                yield self.tokens[position].word, position, position + 1
                position += 1
            else:
                claim = self.claims[owner]
                yield f"<{claim.entity}>", claim.first, claim.end
                position = claim.end

    def claim(self, entity: str, first: int, end: int, value: Value) -> bool:
        """Claim the tokens unless some are taken; True when they are now claimed."""
        if first >= end or any(owner >= 0 for owner in self._owner[first:end]):
            return False
        self.claims.append(Claim(entity, first, end, value))
        self._owner[first:end] = [len(self.claims) - 1] * (end - first)
        self._view = None
        return True

    def claim_characters(self, entity: str, start: int, end: int, value: Value) -> bool:
        """Claim the tokens that the characters from `start` to `end` touch."""
        return self.claim(entity, max(0, bisect_right(self._starts, start) - 1), bisect_left(self._starts, end), value)

    def apply(self, rules: Iterable[Rule], view: View | None = None) -> None:
        """Match rules over what is left, or over a view of it in other words; the earlier rule wins where two overlap.

        A rule's pattern may name a group `span` for the words that carry the entity; the match is the span otherwise. What
        was read before and stands in a group `from` becomes a part of the value of that name, and gives its words away where
        they belong to the span.
        """
        view = view or self.view
        for pattern, entity, build in rules.among(view.said) if isinstance(rules, Table) else rules:
            for match in pattern.finditer(view.text):
                value = build(match)
                if value is not None:
                    self._claim_match(view, match, entity, value)

    def _claim_match(self, view: View, match: re.Match[str], entity: str, value: Value) -> None:
        name: str | int = "span" if match.groupdict().get("span") else 0
        first, end = view.tokens_between(*match.span(name))
        while end > first + 1 and self.tokens[end - 1].word in _TRAILING:
            end -= 1
        inner = self._read_before(match, view)
        if inner is not None and all(owner < 0 or self.claims[owner] is inner for owner in self._owner[first:end]):
            value |= {"from": inner.value}
            if first <= inner.first < end:
                self.release(inner)
        self.claim(entity, first, end, value)

    def _read_before(self, match: re.Match[str], view: View) -> Claim | None:
        """The claim in a group `from`, if it still stands."""
        for name in _FROM & {name for name, said in match.groupdict().items() if said}:
            return self.claim_at(view.tokens_between(*match.span(name))[0])
        return None

    def free(self, position: int) -> Token | None:
        """The token at this position, unless there is none or it has been claimed."""
        return self.tokens[position] if 0 <= position < len(self.tokens) and not self.taken(position) else None

    def word(self, position: int) -> str:
        """The canonical word of the token at this position, "" where there is none."""
        return self.tokens[position].word if 0 <= position < len(self.tokens) else ""

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of the text, whatever has been claimed."""
        return frozenset(token.word for token in self.tokens)

    def says(self, *words: str) -> bool:
        """Whether one of the canonical words is said."""
        return any(token.word in words for token in self.tokens)

    def taken(self, position: int) -> bool:
        """Whether the token at this position has been claimed."""
        return self._owner[position] >= 0

    def claim_at(self, position: int) -> Claim | None:
        """The claim that the token at this position belongs to."""
        owner = self._owner[position] if 0 <= position < len(self.tokens) else -1
        return self.claims[owner] if owner >= 0 else None

    def taken_by(self, position: int) -> str | None:
        """The entity that the token at this position belongs to, if it has been claimed."""
        owner = self._owner[position]
        return self.claims[owner].entity if owner >= 0 else None

    def has(self, *entities: str) -> bool:
        """Whether something of these kinds has been read."""
        return any(claim.entity in entities for claim in self.claims)

    def of(self, entity: str) -> list[Claim]:
        """Claims of one kind in the order of the text."""
        return sorted((c for c in self.claims if c.entity == entity), key=lambda c: c.first)

    def release(self, claim: Claim) -> None:
        """Give the tokens of a claim back to the readers."""
        index = self.claims.index(claim)
        del self.claims[index]
        self._owner = [-1 if owner == index else owner - (owner > index) for owner in self._owner]
        self._view = None

    def replace(self, old: Claim, *, entity: str | None = None, value: Value | None = None) -> None:
        """Rename a claim, or give it another value."""
        index = self.claims.index(old)
        self.claims[index] = Claim(entity or old.entity, old.first, old.end, old.value if value is None else value)
        self._view = None

    def spans(self) -> list[Span]:
        """All claims as spans of the text, in its order."""
        found = []
        for claim in sorted(self.claims, key=lambda c: c.first):
            start, end = self.tokens[claim.first].start, self.tokens[claim.end - 1].end
            found.append(Span(claim.entity, start, end, self.text[start:end], claim.value))
        return found


class Phrases:
    """A dictionary of canonical phrases, looked up at every token in constant time."""

    def __init__(self, entries: dict[str, str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase, meaning in entries.items():
            words = tuple(phrase.split())
            self._by_first.setdefault(words[0], []).append((words, meaning))
        for choices in self._by_first.values():
            choices.sort(key=lambda choice: -len(choice[0]))

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Every phrase in the words, the longest at each place: first, end, meaning."""
        position = 0
        while position < len(words):
            for phrase, meaning in self._by_first.get(words[position], ()):
                if tuple(words[position : position + len(phrase)]) == phrase:
                    yield position, position + len(phrase), meaning
                    position += len(phrase)
                    break
            else:
                position += 1


def pattern(text: str) -> re.Pattern[str]:
    """A pattern over view text; blanks in it stand for themselves, and it matches whole words only."""
    return re.compile(rf"(?<!\S)(?:{text})(?!\S)")
