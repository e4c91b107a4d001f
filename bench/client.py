"""A client of the engine that asks for what it has thought up before, and of the floor beside it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, Restaurant


class Wish(NamedTuple):
    """A house, a time on its grid within the next months, a party; who asks, and an id for the asking."""

    house: Restaurant
    starts_at: datetime
    party_size: int
    phone: str
    id: UUID
    command_id: str


class Client:
    """One diner's program: an engine on one connection, and a stock of random wishes."""

    def __init__(self, database: Engine, restaurants: int, seed: int) -> None:
        self.database = database
        self.engine = BookingEngine(database, Clock())
        self.chance = random.Random(seed)
        self.houses = [self.engine.restaurant(f"bench-{number}") for number in range(restaurants)]
        self.codes: list[str] = []
        self.wishes: list[Wish] = []

    def think_up(self, wishes: int) -> None:
        """Fill the stock."""
        self.wishes = [self._wish() for _ in range(wishes)]

    def _wish(self) -> Wish:
        house = self.chance.choice(self.houses)
        day = datetime.now(UTC).date() + timedelta(days=self.chance.randint(2, 300))
        minutes = 15 * self.chance.randint(0, 38)
        at = datetime(day.year, day.month, day.day, 12, tzinfo=house.zone) + timedelta(minutes=minutes)
        number = uuid4()
        return Wish(
            house, at, self.chance.randint(1, 4), f"+1415555{self.chance.randint(1000, 9999)}", number, str(number)
        )

    def insert(self) -> bool:
        wish = self.wishes.pop()
        with self.database.begin() as connection:
            connection.execute(
                _INSERT, {"id": wish.id, "restaurant_id": 1, "note": "a table for two", "at": wish.starts_at}
            )
        return True

    def select(self) -> bool:
        wish = self.wishes.pop()
        with self.database.connect() as connection:
            connection.execute(_SELECT, {"restaurant_id": wish.house.id, "at": wish.starts_at}).all()
        return True

    def search(self) -> bool:
        wish = self.wishes.pop()
        found = self.engine.find_openings(wish.house, starts_at=wish.starts_at, party_size=wish.party_size)
        return bool(found.openings)

    def hold(self) -> bool:
        wish = self.wishes.pop()
        self.engine.place_hold(
            wish.house, starts_at=wish.starts_at, party_size=wish.party_size, command_id=wish.command_id, channel="api"
        )
        return True

    def hold_and_confirm(self) -> bool:
        wish = self.wishes.pop()
        hold = self.engine.place_hold(
            wish.house, starts_at=wish.starts_at, party_size=wish.party_size, command_id=wish.command_id, channel="api"
        )
        made = self.engine.confirm_hold(
            hold.id, name="Ada Lovelace", phone=wish.phone, command_id=wish.command_id, channel="api", notify=True
        )
        self.codes.append(made.code)
        return True

    def change(self) -> bool:
        if not self.codes:
            self.hold_and_confirm()
        wish = self.wishes.pop()
        self.engine.change_reservation(
            self.chance.choice(self.codes), starts_at=wish.starts_at, party_size=wish.party_size,
            command_id=wish.command_id, channel="api", notify=True,
        )  # fmt: skip
        return True


_INSERT = text("INSERT INTO bench_floor (id, restaurant_id, note, at) VALUES (:id, :restaurant_id, :note, :at)")
_SELECT = text("SELECT * FROM pacing_quarter WHERE restaurant_id = :restaurant_id AND starts_at = :at")
