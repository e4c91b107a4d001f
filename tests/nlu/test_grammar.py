"""Every form's examples, as its file has them, and its counter-examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any

import pytest

from nlu.grammar import BESIDE, FOLDER, load
from nlu.reading import read
from nlu.resolving import resolve_dates, resolve_period, resolve_times
from tests.nlu.reading_cases import values

TODAY, BOOKED = date(2026, 12, 1), date(2026, 12, 5)
NOW, BOOKED_AT = datetime(2026, 12, 1, 18, 7), time(19, 30)


def _days(value: Any) -> Any:
    period = resolve_period(value, today=TODAY)
    if period:
        return f"{period[0]} to {period[1]}"
    days = resolve_dates(value, today=TODAY, anchor=BOOKED)
    return days[0] if len(days) == 1 else days


def _times(value: Any) -> str:
    wish = resolve_times(value, now=NOW, anchor=BOOKED_AT)
    first, last, *rest = (f"{at:%H:%M}" if at else "" for at in (wish.earliest, wish.latest, *wish.candidates))
    if first and last:
        shown = "|".join([f"{first}-{last}", *(at for at in rest if not (first <= at <= last or wish.after_midnight))])
    else:
        shown = (">= " if first else "<= " if last else "") + "|".join(rest)
    return f"~{shown}" if wish.approximate else shown


def _choice(value: Any) -> Any:
    return value.get("index") or value["which"]


def _number(value: Any) -> Any:
    return value["count"] if "count" in value else _times(value)


def _people(value: Any) -> Any:
    if "delta" in value:
        return f"{value['delta']:+}"
    if "times" in value:
        return f"x{value['times']}"
    if "count" in value:
        return value["count"]
    return f"{value['min']} or more" if value["max"] is None else f"{value['min']}-{value['max']}"


SHOWN: dict[str, Callable[[Any], Any]] = {
    "days": _days, "times": _times, "choices": _choice, "numbers": _number, "people": _people,
    "tables": lambda value: value["count"], "replacing": lambda value: value,
}  # fmt: skip
"""What a value comes to, as the examples of a file show it."""
AMID = {
    "days": "Hi, could we have a table {} please?",
    "times": "table for 4 people on friday {}, thanks",
    "choices": "Hi! Let us take {}, please",
    "numbers": "{} please",
    "people": "hello there! {}, please and thanks.",
    "tables": "hello! {} please, thanks.",
    "replacing": "hello! {}, please and thanks",
    "labels": "we stay in {} and want a table for 4 on friday",
}
"""A text in which the examples of a file are read as they are alone."""
ASKED = {"days": "date", "people": "party_size"}
"""What the table `asked` of a file answers."""
STAND_FOR = {"ordinal": "date", "bound": "time", "companions": "party_size"}
"""Entities whose names only the grammar has."""
KINDS = sorted(path.stem for path in (FOLDER / "en").glob("*.yml"))


def _rows() -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    for kind in KINDS:
        for table, rows in load(kind).items():
            for row in rows if table != "pieces" else ():
                asked = row.get("asked", ASKED.get(kind) if table == "asked" else None)
                yield "days" if _entity(row) == "date" else kind, asked, row


def _entity(row: dict[str, Any]) -> str:
    [entity] = row.keys() - BESIDE
    return STAND_FOR.get(entity, entity)


EXAMPLES = [(kind, asked, row, str(text)) for kind, asked, row in _rows() for text in row.get("says", ())]
COUNTER_EXAMPLES = [(asked, _entity(row), str(text)) for _, asked, row in _rows() for text in row.get("not", ())]


@pytest.mark.parametrize(("kind", "asked", "row", "text"), EXAMPLES)
def test_an_example_is_read(kind: str, asked: str | None, row: dict[str, Any], text: str) -> None:
    found = values(text, _entity(row), asked)
    if isinstance(row["says"], dict):
        meant = {str(said): expected for said, expected in row["says"].items()}
        shown = [SHOWN[kind](value) for value in found]
        assert (shown[0] if len(shown) == 1 else shown) == meant[text]
    else:
        assert len(found) == 1


@pytest.mark.parametrize(("asked", "entity", "text"), COUNTER_EXAMPLES)
def test_a_counter_example_is_not(asked: str | None, entity: str, text: str) -> None:
    assert values(text, entity, asked) == []


@pytest.mark.parametrize(("kind", "asked", "row", "text"), [case for case in EXAMPLES if case[1] is None])
def test_an_example_is_read_amid_a_request(kind: str, asked: None, row: dict[str, Any], text: str) -> None:
    request = AMID[kind].format(text)
    assert values(request, _entity(row)) == values(text, _entity(row)), read(request)
    around = [(span.entity, span.value) for span in read(AMID[kind].format(""))]
    assert [each for each in around if each not in [(span.entity, span.value) for span in read(request)]] == []


def test_every_form_has_an_example() -> None:
    assert [row["form"] for _, _, row in _rows() if not row.get("says")] == []
