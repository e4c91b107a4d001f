"""Reading an import: every line checked, every problem named, before anything is written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from math import isinf
from typing import Any, Literal, Protocol

from pydantic import ValidationError

from booking_engine.errors import ImportProblem, ImportRejected

from .import_format import RestaurantLine

LONGEST_LINE = 5_000_000
"""Characters; a restaurant of 2,000 tables takes a few hundred thousand."""

_MOST_PROBLEMS = 200
_LONGEST_PATH = 100


class Progress(Protocol):
    """Told how far an import is: lines checked of all lines, then restaurants written of those to write."""

    def __call__(self, step: Literal["check", "write"], done: int, total: int) -> None: ...


def read_lines(lines: Iterable[str], progress: Progress | None) -> dict[int, RestaurantLine]:
    """Check every line and give them by number (from 1); blank ones are skipped.

    Raises ImportRejected with every problem found (the first 200); a file without a restaurant is one.
    """
    texts = list(lines)
    parsed: dict[int, RestaurantLine] = {}
    problems: list[ImportProblem] = []
    first_line: dict[tuple[str, str], int] = {}
    for number, text in enumerate(texts, 1):
        if text.strip():
            try:
                line = parsed[number] = RestaurantLine.model_validate(_parse(text))
            except ValidationError as error:
                problems += _problems(number, error)
            except ValueError as error:
                problems.append(ImportProblem(number, "line", str(error)))
            else:
                for field, value in (("slug", line.slug), ("sms_number", line.sms_number)):
                    if value and (other := first_line.setdefault((field, value), number)) != number:
                        problems.append(ImportProblem(number, field, f"{value} is already used on line {other}"))
        if len(problems) >= _MOST_PROBLEMS:
            break
        if progress:
            progress("check", number, len(texts))
    if not parsed and not problems:
        problems.append(ImportProblem(1, "line", "there is no restaurant in the file"))
    if problems:
        raise ImportRejected(problems[:_MOST_PROBLEMS])
    return parsed


def _problems(number: int, error: ValidationError) -> list[ImportProblem]:
    return [
        ImportProblem(number, _path(item["loc"]), item["msg"].removeprefix("Value error, "))
        for item in error.errors(include_url=False)
        # A list that is long enough is called too short when what is in it is wrong, and that is told already.
        if not (item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"])
    ]


def _parse(text: str) -> object:
    if len(text) > LONGEST_LINE:
        raise ValueError(f"is longer than {LONGEST_LINE:,} characters")
    try:
        return json.loads(
            text, parse_constant=_no_constant, parse_float=_read_decimal, parse_int=_read_whole, object_pairs_hook=_once
        )
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _read_decimal(digits: str) -> float | int:
    number = float(digits)
    if isinf(number):
        raise ValueError(f"{_short(digits)} is too large a number")
    # JSON does not tell 4.0 from 4.
    return int(number) if number.is_integer() else number


def _read_whole(digits: str) -> int:
    if len(digits) > 300:
        raise ValueError(f"{_short(digits)} is too large a number")
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two values for one key programs take either the first or the last: whoever wrote the line has to say which.
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {_short(twice)} is there twice")
    return found


def _path(location: tuple[int | str, ...]) -> str:
    return _short(".".join(str(part) for part in location)) or "line"


def _short(text: str) -> str:
    """Fit to be printed: whatever the file holds, a problem is one line of a terminal."""
    shown = "".join(character if character.isprintable() else "?" for character in text[:_LONGEST_PATH])
    return shown if len(text) <= _LONGEST_PATH else f"{shown}..."
