"""Parsing of an import: checks every line and reports every problem before anything is written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from math import isinf
from typing import Any, Literal, Protocol

from pydantic import ValidationError

from booking_engine.errors import ImportProblem, ImportRejected
from booking_engine.phones import canonical_phone

from .import_format import RestaurantLine

LONGEST_LINE = 5_000_000
"""In characters; a restaurant with 2,000 tables takes a few hundred thousand."""

_MOST_PROBLEMS = 200
_LONGEST_PATH = 100


class Progress(Protocol):
    """Callback for an import's progress: lines checked of all lines, then restaurants written of those to write."""

    def __call__(self, step: Literal["check", "write"], done: int, total: int) -> None: ...


def read_lines(lines: Iterable[str], progress: Progress | None) -> dict[int, RestaurantLine]:
    """Check every line and return them by line number (from 1), without blank lines.

    Raises ImportRejected with the problems found (the first 200); a file without a restaurant is a problem.
    """
    texts = list(lines)
    parsed: dict[int, RestaurantLine] = {}
    problems: list[ImportProblem] = []
    first_use: dict[tuple[str, str], int] = {}
    for number, text in enumerate(texts, 1):
        if text.strip():
            checked = _check_line(number, text)
            if isinstance(checked, RestaurantLine):
                parsed[number] = checked
                problems += _reused_values(number, checked, first_use)
            else:
                problems += checked
        if len(problems) >= _MOST_PROBLEMS:
            break
        if progress:
            progress("check", number, len(texts))
    if not parsed and not problems:
        problems.append(ImportProblem(1, "line", "there is no restaurant in the file"))
    if problems:
        raise ImportRejected(problems[:_MOST_PROBLEMS])
    return parsed


def _check_line(number: int, text: str) -> RestaurantLine | list[ImportProblem]:
    try:
        return RestaurantLine.model_validate(_parse(text))
    except ValidationError as error:
        return _problems(number, error)
    except ValueError as error:
        return [ImportProblem(number, "line", str(error))]


def _reused_values(number: int, line: RestaurantLine, first_use: dict[tuple[str, str], int]) -> Iterator[ImportProblem]:
    """Yield a problem for a slug or SMS number that an earlier line uses; note new ones in `first_use`."""
    for field, value in (("slug", line.slug), ("sms_number", line.sms_number)):
        if value and (other := first_use.setdefault((field, canonical_phone(value)), number)) != number:
            yield ImportProblem(number, field, f"{value} is already used on line {other}")


def _problems(number: int, error: ValidationError) -> list[ImportProblem]:
    return [
        ImportProblem(number, _path(item["loc"]), item["msg"].removeprefix("Value error, "))
        for item in error.errors(include_url=False)
        # pydantic calls a long enough list too short if its items are invalid, and those are reported on their own.
        if not (item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"])
    ]


def _parse(text: str) -> object:
    if len(text) > LONGEST_LINE:
        raise ValueError(f"is longer than {LONGEST_LINE:,} characters")
    try:
        return json.loads(
            text,
            parse_constant=_reject_constant,
            parse_float=_read_decimal,
            parse_int=_read_whole,
            object_pairs_hook=_reject_repeated_keys,
        )
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _reject_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _read_decimal(digits: str) -> float | int:
    number = float(digits)
    if isinf(number):
        raise ValueError(f"{_short(digits)} is too large a number")
    # JSON does not distinguish 4.0 from 4.
    return int(number) if number.is_integer() else number


def _read_whole(digits: str) -> int:
    if len(digits) > 300:
        raise ValueError(f"{_short(digits)} is too large a number")
    return int(digits)


def _reject_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Parsers disagree on whether the first or the last value of a repeated key counts, so the author must decide.
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {_short(twice)} is there twice")
    return found


def _path(location: tuple[int | str, ...]) -> str:
    return _short(".".join(str(part) for part in location)) or "line"


def _short(text: str) -> str:
    """Shorten and make printable, so that a problem fits on one terminal line whatever the file contains."""
    shown = "".join(character if character.isprintable() else "?" for character in text[:_LONGEST_PATH])
    return shown if len(text) <= _LONGEST_PATH else f"{shown}..."
