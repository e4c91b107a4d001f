"""Forms in which people say a day, a time or how many they are, and what each means: a file a kind, in a folder a language.

A file has `pieces`, stretches that several forms share, and tables of forms. Where forms overlap, the one written first wins.

A form is a regular expression over canonical words (`nlu.reading.lexing`) with single spaces between them and
`<entity>` for what was read before; it matches whole words only. `{weekday}` stands for a piece, `{clock:2}` for one whose
groups have a 2 at their ends; parentheses capture nothing unless they have a name. A group named `span` holds the words
that carry the meaning, where the form needs others around them; what stands in one named `from` was read before and is told
as `from`.

Beside its form, a row names the entity and what is meant: a template in which `$month` is what the group of that name
means, `$month|$numeral` the first of both that was said, `-$n` its opposite, `$n|1` is 1 and `$year|-` left out where it
was not said; or the name of a function that builds it. `$clock2` may also be composed of all groups that have a 2 at their
ends. `asked: time` has a row hold only where that was asked, `unasked: date time` only where neither was, and `changing:
false` only where nothing is to be changed. `cues` are words of which each match has one: without them the form need not be
looked for, which is most of what reading costs; a piece stands for the words in it, `\\d` for any number. `says` has
examples with what each comes to, `not` counter-examples; the tests try them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
_CAPTURING = re.compile(r"(?<!\\)\((?!\?)")
_PIECE = re.compile(r"\{([a-z_]+)(?::(\w+))?\}")
_GROUP = re.compile(r"\(\?P<(\w+)>")
_NO_WORDS = re.compile(r"\?P<\w+>|[^a-z]+")
_DIGITS = "0123456789"
BESIDE = {"form", "says", "not", "asked", "unasked", "changing", "cues"}
"""What a row has besides its entity."""

Build = Callable[[re.Match[str]], Any]
"""What a match means; None where it means nothing after all."""
Rule = tuple[re.Pattern[str], str, Build]
"""A form, the entity it is, and what is meant."""


class Table(list[Rule]):
    """Rules in their order, and the cues of each."""

    def __init__(self, rules: Iterable[tuple[Rule, frozenset[str]]]) -> None:
        self._cued = list(rules)
        super().__init__(rule for rule, _ in self._cued)

    def among(self, words: frozenset[str]) -> list[Rule]:
        """Return the rules that may be found among these words of a view."""
        return [rule for rule, cues in self._cued if not cues or not cues.isdisjoint(words)]


Row = Mapping[str, Any]
Said = Mapping[str, str]
"""Groups of a form that matched something, by name."""


class Grammar:
    """The forms of one kind. `means` tells what a group of a name means; it raises ValueError where that is nothing.

    `composed` tells the same of several groups together, `builders` are the functions that rows name, and `pieces` those
    that come from elsewhere.
    """

    def __init__(
        self,
        kind: str,
        *,
        means: Mapping[str, Callable[[str], Any]],
        composed: Mapping[str, Callable[[Said], Any]] | None = None,
        builders: Mapping[str, Build] | None = None,
        pieces: Mapping[str, str] | None = None,
        language: str = "en",
    ) -> None:
        self._means, self._composed, self._builders = means, composed or {}, builders or {}
        rows = load(kind, language)
        self._pieces = {**(pieces or {}), **rows.pop("pieces", {})}
        self._tables = {name: [(row, self._rule(row)) for row in table] for name, table in rows.items()}
        self._chosen: dict[tuple[str, str | None, bool], Table] = {}

    def __getitem__(self, table: str) -> Table:
        return self.rules(table)

    def rules(self, table: str, *, asked: str | None = None, changing: bool = False) -> Table:
        """Return the forms of a table that hold where this was asked, and something is to be changed or not."""
        key = table, asked, changing
        if key not in self._chosen:
            self._chosen[key] = Table(
                (rule, self._cues(row.get("cues", "").split()))
                for row, rule in self._tables[table]
                if _holds(row, asked, changing)
            )
        return self._chosen[key]

    def _cues(self, cues: list[str]) -> frozenset[str]:
        pieces = " ".join(self._expanded(cue) for cue in cues if cue.startswith("{"))
        return frozenset((*_NO_WORDS.sub(" ", pieces).split(), *(cue for cue in cues if not cue.startswith("{"))))

    def pattern(self, form: str) -> re.Pattern[str]:
        """Compile a form."""
        return re.compile(rf"(?<!\S)(?:{self._expanded(form)})(?!\S)")

    def _expanded(self, form: str, tag: str = "") -> str:
        text = _GROUP.sub(rf"(?P<\g<1>{tag}>", _CAPTURING.sub("(?:", form))
        return _PIECE.sub(lambda m: f"(?:{self._expanded(self._pieces[m[1]], m[2] or tag)})", text)

    def _rule(self, row: Row) -> Rule:
        [(entity, meaning)] = [(key, value) for key, value in row.items() if key not in BESIDE]
        named = self._builders.get(meaning) if isinstance(meaning, str) else None
        return self.pattern(row["form"]), entity, named or partial(self._filled_or_none, meaning)

    def _filled_or_none(self, template: Any, match: re.Match[str]) -> Any:
        try:
            return self._filled(template, {name: text for name, text in match.groupdict().items() if text})
        except ValueError:
            return None

    def _filled(self, template: Any, said: Said) -> Any:
        if isinstance(template, str) and "$" in template:
            return self._meant(template, said)
        if not isinstance(template, dict):
            return template
        filled = {self._filled(key, said): self._filled(value, said) for key, value in template.items()}
        optional = {key for key, value in template.items() if str(value).endswith("|-")}
        return {key: value for key, value in filled.items() if value is not None or key not in optional}

    def _meant(self, template: str, said: Said) -> Any:
        for name in (name.strip("-$") for name in template.split("|")):
            kind = name.rstrip(_DIGITS)
            if kind in self._composed:
                return self._composed[kind](tagged(said, name[len(kind) :]))
            if name in said or name.isdecimal():
                meant = self._means[kind](said[name]) if kind else int(name)
                return -meant if template.startswith("-") else meant
        return None


def _holds(row: Row, asked: str | None, changing: bool) -> bool:
    unasked = row.get("unasked", "").split()
    return row.get("asked", asked) == asked and asked not in unasked and row.get("changing", changing) == changing


def tagged(said: Said, tag: str) -> Said:
    """Return the groups that have this at the ends of their names, without it."""
    return {name.removesuffix(tag): text for name, text in said.items() if name.endswith(tag)}


def pieces_of(kind: str, *names: str) -> dict[str, str]:
    """Return some pieces of one kind for the forms of another: what is no guest is no hour either."""
    pieces = load(kind)["pieces"]
    return {name: pieces[name] for name in names}


def load(kind: str, language: str = "en") -> dict[str, Any]:
    """Return the pieces and tables of a kind as its file has them."""
    text = (FOLDER / language / f"{kind}.yml").read_text(encoding="utf-8")
    tables: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return tables
