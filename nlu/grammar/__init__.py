"""Forms in which people say a day, a time or how many they are, and what each means: a file a kind, in a folder a language.

A file has `pieces`, stretches that several forms share, and tables of forms. Where forms overlap, the one written first wins.

A form is a regular expression over canonical words (`nlu.reading.lexing`) with single spaces between them and
`<entity>` for what was read before; it matches whole words only. `{weekday}` stands for a piece, `{clock:2}` for one whose
groups have a 2 at their ends; parentheses capture nothing unless they have a name. A group named `span` holds the words
that carry the meaning, where the form needs others around them; what stands in one named `from` was read before and is told
as `from`.

Beside its form, a row names the entity and what is meant: a template in which `$month` is what the group of that name
means, `$month|$numeral` the first of both that was said, `-$n` its opposite, and `$year|-` is left out where it was not
said; or the name of a function that builds it. `says` has examples with what each comes to, `not` counter-examples; the
tests try them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
_CAPTURING = re.compile(r"(?<!\\)\((?!\?)")
_PIECE = re.compile(r"\{([a-z_]+)(?::(\w+))?\}")
_GROUP = re.compile(r"\(\?P<(\w+)>")
_BESIDE = {"form", "says", "not"}

Build = Callable[[re.Match[str]], Any]
"""What a match means; None where it means nothing after all."""
Rule = tuple[re.Pattern[str], str, Build]
"""A form, the entity it is, and what is meant."""
Rows = dict[str, list[dict[str, Any]]]


class Grammar:
    """The forms of one kind. `means` tells what a group of a name means; it raises ValueError where that is nothing.

    `builders` are the functions that rows name; `pieces` are those that come from elsewhere.
    """

    def __init__(
        self,
        kind: str,
        *,
        means: Mapping[str, Callable[[str], Any]],
        builders: Mapping[str, Build] | None = None,
        pieces: Mapping[str, str] | None = None,
        language: str = "en",
    ) -> None:
        self._means, self._builders = means, builders or {}
        rows = load(kind, language)
        self._pieces = {**(pieces or {}), **rows.pop("pieces", {})}
        self._tables = {name: [self._rule(row) for row in table] for name, table in rows.items()}

    def __getitem__(self, table: str) -> list[Rule]:
        return self._tables[table]

    def pattern(self, form: str) -> re.Pattern[str]:
        """Compile a form."""
        return re.compile(rf"(?<!\S)(?:{self._expanded(form)})(?!\S)")

    def _expanded(self, form: str, tag: str = "") -> str:
        text = _GROUP.sub(rf"(?P<\g<1>{tag}>", _CAPTURING.sub("(?:", form))
        return _PIECE.sub(lambda m: f"(?:{self._expanded(self._pieces[m[1]], m[2] or tag)})", text)

    def _rule(self, row: dict[str, Any]) -> Rule:
        [(entity, meaning)] = [(key, value) for key, value in row.items() if key not in _BESIDE]
        named = self._builders.get(meaning) if isinstance(meaning, str) else None
        return self.pattern(row["form"]), entity, named or partial(self._filled_or_none, meaning)

    def _filled_or_none(self, template: Any, match: re.Match[str]) -> Any:
        try:
            return self._filled(template, {name: text for name, text in match.groupdict().items() if text})
        except ValueError:
            return None

    def _filled(self, template: Any, said: Mapping[str, str]) -> Any:
        if isinstance(template, dict):
            filled = {self._filled(key, said): self._filled(value, said) for key, value in template.items()}
            optional = {key for key, value in template.items() if str(value).endswith("|-")}
            return {key: value for key, value in filled.items() if value is not None or key not in optional}
        return self._meant(template, said) if isinstance(template, str) and "$" in template else template

    def _meant(self, names: str, said: Mapping[str, str]) -> Any:
        name = next((name for name in names.replace("-$", "$").replace("$", "").split("|") if name in said), None)
        if name is None:
            return None
        meant: Any = self._means[name.rstrip("0123456789")](said[name])
        return -meant if names.startswith("-") else meant


def load(kind: str, language: str = "en") -> dict[str, Any]:
    """Return the pieces and tables of a kind as its file has them."""
    tables: dict[str, Any] = yaml.safe_load((FOLDER / language / f"{kind}.yml").read_text(encoding="utf-8"))
    return tables
