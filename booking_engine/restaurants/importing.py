"""Import of restaurants: all of a file or none of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert

from booking_engine.clock import Clock
from booking_engine.errors import ImportProblem, ImportRejected
from booking_engine.phones import canonical_phone
from booking_engine.storage.patience import take_any_time
from booking_engine.storage.schema import catalogue, dining_table, restaurant
from booking_engine.storage.sql import batches

from .conflicts import Conflict, find_conflicts
from .import_format import RestaurantLine
from .import_lines import Progress, read_lines


@dataclass(frozen=True)
class ImportReport:
    """Number of restaurants created, updated and unchanged, and reservations that conflict with the updates."""

    created: int
    updated: int
    unchanged: int
    conflicts: tuple[Conflict, ...] = ()


def import_restaurants(
    database: Engine, clock: Clock, lines: Iterable[str], progress: Progress | None, *, own_number: str | None = None
) -> ImportReport:
    """Create and update restaurants by slug. Restaurants and reservations are never deleted; the import is idempotent.

    `own_number`: the service's own in its canonical form, which no restaurant may have; it is taken from who has it.
    """
    parsed = read_lines(lines, progress)
    _check_own_number(parsed, own_number)
    documents = {line.slug: line.model_dump(mode="json") for line in parsed.values()}
    with database.begin() as connection:
        take_any_time(connection)
        _take_away(connection, own_number)
        # One import at a time: this row is the lock, and a new version makes every process reload.
        version = connection.execute(select(catalogue.c.version).with_for_update()).scalar_one() + 1
        ids: dict[str, int] = {}
        updated: list[RestaurantLine] = []
        for batch in batches(list(parsed.values())):
            existing = _existing_rows(connection, batch)
            ids |= {slug: row.id for slug, row in existing.items()}
            updated += [
                line
                for line in batch
                if line.slug in existing and _differs(existing[line.slug].document, line, documents)
            ]
        created = [line for line in parsed.values() if line.slug not in ids]
        if created or updated:
            _check_numbers(connection, parsed)
            _write(connection, created, updated, ids, documents, version, progress)
            connection.execute(update(catalogue).values(version=version))
        return ImportReport(
            created=len(created),
            updated=len(updated),
            unchanged=len(parsed) - len(created) - len(updated),
            conflicts=tuple(find_conflicts(connection, {ids[line.slug]: line for line in updated}, clock.offset)),
        )


def _existing_rows(connection: Connection, lines: Sequence[RestaurantLine]) -> dict[str, Any]:
    columns = restaurant.c
    wanted = select(columns.id, columns.slug, columns.document).where(columns.slug.in_([line.slug for line in lines]))
    return {row.slug: row for row in connection.execute(wanted)}


def _differs(document: dict[str, Any], line: RestaurantLine, documents: dict[str, dict[str, Any]]) -> bool:
    # A document that predates a field of the format lacks it, which means the default.
    return document != documents[line.slug] and RestaurantLine.model_validate(document) != line


def _write(
    connection: Connection,
    created: list[RestaurantLine],
    updated: list[RestaurantLine],
    ids: dict[str, int],
    documents: dict[str, dict[str, Any]],
    version: int,
    progress: Progress | None,
) -> None:
    highest = connection.execute(select(func.coalesce(func.max(restaurant.c.id), 0))).scalar_one()
    ids = ids | {line.slug: highest + offset for offset, line in enumerate(created, 1)}
    rows = [
        {
            "id": ids[line.slug],
            "slug": line.slug,
            "name": line.name,
            "city": line.address.city,
            "cuisines": list(line.cuisines),
            "sms_number": line.sms_number and canonical_phone(line.sms_number),
            "latitude": line.address.lat,
            "longitude": line.address.lon,
            "document": documents[line.slug],
            "version": version,
        }
        for line in (*created, *updated)
    ]
    # A number that moves from one restaurant to another must be cleared before it is assigned: the column is unique.
    for batch in batches([ids[line.slug] for line in updated]):
        connection.execute(update(restaurant).where(restaurant.c.id.in_(batch)).values(sms_number=None))
    statement = insert(restaurant)
    changes = {column.name: statement.excluded[column.name] for column in restaurant.c if column.name != "id"}
    written = 0
    for batch_of_rows in batches(rows):
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes), batch_of_rows)
        written += len(batch_of_rows)
        if progress:
            progress("write", written, len(rows))
    _number_tables(connection, {ids[line.slug]: line for line in (*created, *updated)})


def _number_tables(connection: Connection, lines: dict[int, RestaurantLine]) -> None:
    """Assign the restaurant's next free numbers to new tables; an assigned number stays with its table name."""
    known: dict[int, dict[str, int]] = {restaurant_id: {} for restaurant_id in lines}
    for batch in batches(list(lines)):
        for row in connection.execute(select(dining_table).where(dining_table.c.restaurant_id.in_(batch))):
            known[row.restaurant_id][row.name] = row.table_id
    rows = []
    for restaurant_id, line in lines.items():
        numbers = known[restaurant_id]
        new = [table.name for table in line.tables if table.name not in numbers]
        start = max(numbers.values(), default=0) + 1
        rows += [
            {"restaurant_id": restaurant_id, "table_id": number, "name": name} for number, name in enumerate(new, start)
        ]
    for batch_of_rows in batches(rows):
        connection.execute(insert(dining_table), batch_of_rows)


def _check_own_number(parsed: dict[int, RestaurantLine], own_number: str | None) -> None:
    """Raise ImportRejected if a restaurant's SMS number is the service's own: it would answer for all restaurants."""
    problems = [
        ImportProblem(number, "sms_number", "is the number of the service itself, which belongs to no restaurant")
        for number, line in parsed.items()
        if line.sms_number and canonical_phone(line.sms_number) == own_number
    ]
    if problems:
        raise ImportRejected(problems)


def _take_away(connection: Connection, own_number: str | None) -> None:
    """Take the service's own number from whoever has it from before: one restaurant would answer for all."""
    if own_number is not None:
        connection.execute(update(restaurant).where(restaurant.c.sms_number == own_number).values(sms_number=None))


def _check_numbers(connection: Connection, parsed: dict[int, RestaurantLine]) -> None:
    """Raise ImportRejected if an SMS number already belongs to a restaurant that is not in this file."""
    wanted = {canonical_phone(line.sms_number): number for number, line in parsed.items() if line.sms_number}
    slugs = {line.slug for line in parsed.values()}
    taken = connection.execute(
        select(restaurant.c.slug, restaurant.c.sms_number).where(restaurant.c.sms_number.is_not(None))
    ).all()
    problems = [
        ImportProblem(wanted[row.sms_number], "sms_number", f"belongs to {row.slug}")
        for row in taken
        if row.sms_number in wanted and row.slug not in slugs
    ]
    if problems:
        raise ImportRejected(problems)
