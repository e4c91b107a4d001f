"""Tables of state, reading and decision: tests/dialogue/decisions/*.yml, whose README says how to read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from dialogue.decide import FORMS, REPLIES, Decision, decide
from dialogue.effects import ChangeReservation, PlaceHold
from dialogue.reading import Entity, Reading
from dialogue.state import State
from dialogue.turn import Situation, Turn
from dialogue.words import Languages
from nlu.cues import surface
from nlu.reading import read
from nlu.reading.places import Place, PlaceIndex
from nlu.reading.reader import know_places
from tests.support.world import PHONE, RESTAURANTS, World, booking_at

FILES = sorted((Path(__file__).parent / "decisions").glob("*.yml"))
# 700 rows: the loader in C takes a tenth of the other's time, which every process that collects tests would spend.
TABLES = {path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) for path in FILES}
ROWS = [(name, place, row) for name, table in TABLES.items() for place, row in enumerate(table["rows"], start=1)]
NOW = datetime(2026, 12, 2, 15, 0, tzinfo=UTC)  # Wednesday, 10 in the morning in New York
LANGUAGES = Languages()
WRITING = {
    "ExtendHold",
    "PlaceHold",
    "ReleaseHold",
    "ConfirmHold",
    "ChangeReservation",
    "CancelReservation",
    "RestoreReservation",
}
"""Effects that change something; a row lists all of these that it expects, in their order."""
TAKING = (PlaceHold, ChangeReservation)
"""Effects that take a table."""


@pytest.fixture(scope="module", autouse=True)
def known_places() -> Iterator[None]:
    """The restaurants of the world are known to the reading."""
    know_places(
        PlaceIndex.build(
            Place(each.slug, each.name, each.city, each.street or "", tuple(each.cuisines)) for each in RESTAURANTS
        )
    )
    yield
    know_places(PlaceIndex.build(()))


def _merged(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with what its table gives for all of them; `state` is merged, anything else replaced."""
    given = TABLES[name].get("given", {})
    return {**given, **row, "state": {**given.get("state", {}), **row.get("state", {})}}


def _held(value: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the hold of a state, where only what matters is given: `at`, `for` how many, and `nearby`."""
    if value is None:
        return None
    start = datetime.fromisoformat(value["at"]).replace(tzinfo=RESTAURANTS[0].zone)
    expires_at = NOW + timedelta(minutes=value.get("minutes_left", 5))
    return {
        "id": "1-1-1",
        "restaurant": "bramblehook",
        "starts_at": start,
        "party_size": value["for"],
        "expires_at": expires_at,
        "minutes": 5,
        "is_compared": "nearby" in value,
        "nearby": value.get("nearby"),
    }


def _turn(row: dict[str, Any]) -> Turn:
    text, asked = row.get("text", ""), row.get("asked")
    spans = read(text, expecting=asked)
    left = surface(text, spans)
    entities = tuple(Entity(span.entity, span.text, span.value) for span in spans)
    entities += tuple(Entity(kind, text, text) for kind in row.get("also", ()))
    entities += tuple(Entity("note", note, note) for note in row.get("notes", ()))
    entities += tuple(Entity("first_name", name if name in text else text, name) for name in (row.get("name"),) if name)
    reading = Reading(
        intent=row["intent"],
        is_unsure=row.get("unsure", False),
        is_contested=row.get("contested", False),
        acts=row.get("acts", {}),
        entities=entities,
        words=tuple(left.words),
        cues=frozenset(left.cues),
        whole_name=row.get("name"),
        odd_name=left.odd_name,
        lost=tuple(left.lost),
        language=left.language,
    )
    stored = {**row["state"]}
    if "hold" in stored:
        stored["hold"] = _held(stored["hold"])
    situation = Situation(
        NOW,
        message_id="m1",
        channel=row.get("channel", "sms"),
        phone=row.get("phone", PHONE),
        verified=row.get("verified"),
        was_asked=asked is not None,
        is_open=stored.get("task") is not None,
        own_restaurant=row.get("own_restaurant"),
    )
    return Turn(reading, situation, State.load(stored, NOW), LANGUAGES, asked=asked, entities=list(entities))


def _world(row: dict[str, Any]) -> World:
    place = {each.slug: each for each in RESTAURANTS}
    bookings = [
        replace(
            booking_at(place[b.get("at", "bramblehook")], b["when"], b["for"], code=b.get("code", "AAA1111")),
            status=b.get("status", "confirmed"),
        )
        for b in row.get("bookings", ())
    ]
    return World(
        NOW,
        bookings,
        taken=row.get("taken", ()),
        hold_is_gone=row.get("hold_is_gone", False),
        refuses=row.get("refuses"),
        known_name=row.get("known_name"),
    )


def _decided(row: dict[str, Any]) -> tuple[Decision, World]:
    world = _world(row)
    return world.run(decide(row["task"], _turn(row))), world


@pytest.mark.parametrize(("name", "place", "row"), ROWS, ids=[f"{name}-{place}" for name, place, _ in ROWS])
def test_a_decision(name: str, place: int, row: dict[str, Any]) -> None:
    row = _merged(name, row)
    decision, world = _decided(row)
    asked_for = [type(effect).__name__ for effect in world.asked]
    assert [each for each in asked_for if each in WRITING] == row.get("does", [])
    if "table" in row:
        taken = [
            (f"{each.starts_at:%Y-%m-%d %H:%M}", each.party_size) for each in world.asked if isinstance(each, TAKING)
        ]
        assert taken[-1] == (row["table"]["when"], row["table"]["for"])
    if "says" in row:
        assert [line.response for line in decision.reply.lines] == row["says"]
    assert decision.follow == row.get("follow")
    assert decision.is_refused == row.get("refused", False)
    assert decision.asks == row.get("asks")
    for field, value in row.get("leaves", {}).items():
        assert decision.state is not None
        kept = decision.state.dump().get(field)
        assert (bool(kept) if isinstance(value, bool) else kept) == value, field


def test_every_task_has_its_table() -> None:
    tasks = {_merged(name, row)["task"] for name, _, row in ROWS}
    assert tasks == {*FORMS, *REPLIES}


def test_there_are_hundreds_of_rows() -> None:
    assert len(ROWS) >= 300


def test_no_row_is_told_twice() -> None:
    told = [repr(sorted(_merged(name, row).items(), key=lambda item: item[0])) for name, _, row in ROWS]
    assert len(told) == len(set(told))
