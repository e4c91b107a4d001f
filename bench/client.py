"""A benchmark client that sends prepared requests to the engine, and the bare statements it is compared with."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock, Hold, Reservation, Restaurant


class Request(NamedTuple):
    """A random request: restaurant, time on its grid within the next months, party, phone, and ids."""

    restaurant: Restaurant
    starts_at: datetime
    party_size: int
    phone: str
    id: UUID
    command_id: str


class Client:
    """An engine on one connection, and a stock of random requests. Each operation uses up at least one request."""

    def __init__(self, database: Engine, restaurants: int, seed: int) -> None:
        self.database = database
        self.engine = BookingEngine(database, Clock())
        self.chance = random.Random(seed)
        self.restaurants = [self.engine.restaurant(f"bench-{number}") for number in range(restaurants)]
        self.codes: list[str] = []
        self.requests: list[Request] = []

    def think_up(self, requests: int) -> None:
        """Fill the stock with new requests."""
        self.requests = [self._request() for _ in range(requests)]

    def _request(self) -> Request:
        restaurant = self.chance.choice(self.restaurants)
        day = datetime.now(UTC).date() + timedelta(days=self.chance.randint(2, 300))
        minutes = 15 * self.chance.randint(0, 38)
        at = datetime(day.year, day.month, day.day, 12, tzinfo=restaurant.zone) + timedelta(minutes=minutes)
        number = uuid4()
        return Request(
            restaurant, at, self.chance.randint(1, 4), f"+1415555{self.chance.randint(1000, 9999)}", number, str(number)
        )

    def insert(self) -> bool:
        """Run a bare INSERT."""
        request = self.requests.pop()
        with self.database.begin() as connection:
            connection.execute(
                _INSERT, {"id": request.id, "restaurant_id": 1, "note": "a table for two", "at": request.starts_at}
            )
        return True

    def select(self) -> bool:
        """Run a bare indexed SELECT."""
        request = self.requests.pop()
        with self.database.connect() as connection:
            connection.execute(_SELECT, {"restaurant_id": request.restaurant.id, "at": request.starts_at}).all()
        return True

    def search(self) -> bool:
        """Search for openings, and return whether there are any."""
        request = self.requests.pop()
        found = self.engine.find_openings(
            request.restaurant, starts_at=request.starts_at, party_size=request.party_size
        )
        return bool(found.openings)

    def place(self, request: Request) -> Hold:
        """Place the hold of a request."""
        return self.engine.place_hold(
            request.restaurant,
            starts_at=request.starts_at,
            party_size=request.party_size,
            command_id=request.command_id,
            channel="api",
        )

    def confirm(self, hold: Hold, request: Request) -> Reservation:
        """Confirm the hold of a request."""
        return self.engine.confirm_hold(
            hold.id, name="Ada Lovelace", phone=request.phone, command_id=request.command_id, channel="api", notify=True
        )

    def hold(self) -> bool:
        """Place a hold."""
        self.place(self.requests.pop())
        return True

    def hold_and_confirm(self) -> bool:
        """Place a hold and confirm it."""
        request = self.requests.pop()
        self.codes.append(self.confirm(self.place(request), request).code)
        return True

    def change(self) -> bool:
        """Change one of the client's reservations to the time and party of a request."""
        if not self.codes:
            self.hold_and_confirm()
        request = self.requests.pop()
        self.engine.change_reservation(
            self.chance.choice(self.codes), starts_at=request.starts_at, party_size=request.party_size,
            command_id=request.command_id, channel="api", notify=True,
        )  # fmt: skip
        return True


_INSERT = text("INSERT INTO bench_floor (id, restaurant_id, note, at) VALUES (:id, :restaurant_id, :note, :at)")
_SELECT = text("SELECT * FROM pacing_quarter WHERE restaurant_id = :restaurant_id AND starts_at = :at")
