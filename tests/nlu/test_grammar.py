"""Every form's examples, as its file has them, and its counter-examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from nlu.grammar import FOLDER, load
from nlu.reading import read
from nlu.resolving import resolve_dates, resolve_period
from tests.nlu.reading_cases import values

TODAY, BOOKED = date(2026, 12, 1), date(2026, 12, 5)


def _days(value: Any) -> Any:
    period = resolve_period(value, today=TODAY)
    if period:
        return f"{period[0]} to {period[1]}"
    days = resolve_dates(value, today=TODAY, anchor=BOOKED)
    return days[0] if len(days) == 1 else days


SHOWN: dict[str, Callable[[Any], Any]] = {"days": _days}
"""What a value comes to, as the examples of a file show it."""
ASKED = {"days": "date"}
"""What the table `asked` of a file answers."""
KINDS = sorted(path.stem for path in (FOLDER / "en").glob("*.yml"))


def _rows() -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    for kind in KINDS:
        for table, rows in load(kind).items():
            for row in rows if table != "pieces" else ():
                yield kind, ASKED[kind] if table == "asked" else None, row


def _entity(row: dict[str, Any]) -> str:
    [entity] = row.keys() - {"form", "says", "not"}
    return "date" if entity == "ordinal" else entity


EXAMPLES = [(kind, asked, row, str(text)) for kind, asked, row in _rows() for text in row.get("says", ())]
COUNTER_EXAMPLES = [(asked, _entity(row), str(text)) for _, asked, row in _rows() for text in row.get("not", ())]


@pytest.mark.parametrize(("kind", "asked", "row", "text"), EXAMPLES)
def test_an_example_is_read(kind: str, asked: str | None, row: dict[str, Any], text: str) -> None:
    [value] = values(text, _entity(row), asked)
    if isinstance(row["says"], dict):
        meant = {str(said): expected for said, expected in row["says"].items()}
        assert SHOWN[kind](value) == meant[text]


@pytest.mark.parametrize(("asked", "entity", "text"), COUNTER_EXAMPLES)
def test_a_counter_example_is_not(asked: str | None, entity: str, text: str) -> None:
    assert values(text, entity, asked) == []


@pytest.mark.parametrize(("kind", "asked", "row", "text"), [case for case in EXAMPLES if case[1] is None])
def test_an_example_is_read_amid_a_request(kind: str, asked: None, row: dict[str, Any], text: str) -> None:
    request = f"Hi, could we have a table {text} please?"
    assert values(request, _entity(row)) == values(text, _entity(row)), read(request)


def test_every_form_has_an_example() -> None:
    assert [row["form"] for _, _, row in _rows() if not row.get("says")] == []
