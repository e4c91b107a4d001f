"""Importing restaurants: all of a file or nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert

from .clock import Clock
from .errors import ImportProblem, ImportRejected
from .import_format import RestaurantLine
from .misfits import Misfit, find_misfits
from .schema import catalogue, dining_table, restaurant

T = TypeVar("T")
_MOST_PROBLEMS = 200
_BATCH = 500


@dataclass(frozen=True)
class ImportReport:
    """How many restaurants were new, changed, or as before, and which reservations the changed ones no longer fit."""

    created: int
    updated: int
    unchanged: int
    misfits: tuple[Misfit, ...] = ()


def read_lines(lines: Iterable[str]) -> list[RestaurantLine]:
    """Check every line; blank ones are skipped. Raises ImportRejected with every problem found (the first 200)."""
    parsed: list[RestaurantLine] = []
    problems: list[ImportProblem] = []
    first_line: dict[tuple[str, str], int] = {}
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            line = RestaurantLine.model_validate(_parse(text))
        except ValidationError as error:
            problems += [ImportProblem(number, _path(item["loc"]), item["msg"]) for item in error.errors()]
        except ValueError as error:
            problems.append(ImportProblem(number, "line", str(error)))
        else:
            parsed.append(line)
            for field, value in (("slug", line.slug), ("sms_number", line.sms_number)):
                if value and (other := first_line.setdefault((field, value), number)) != number:
                    problems.append(ImportProblem(number, field, f"{value} is already used on line {other}"))
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise ImportRejected(problems[:_MOST_PROBLEMS])
    return parsed


def import_restaurants(database: Engine, clock: Clock, lines: Iterable[str]) -> ImportReport:
    """Create and update restaurants by slug; none is ever deleted, nor any reservation. The same file again changes nothing."""
    parsed = read_lines(lines)
    with database.begin() as connection:
        # One import at a time: this row is the lock, and its version tells every process to read again.
        version = connection.execute(select(catalogue.c.version).with_for_update()).scalar_one() + 1
        known = {
            row.slug: row
            for batch in _batches([line.slug for line in parsed])
            for row in connection.execute(
                select(restaurant.c.id, restaurant.c.slug, restaurant.c.document).where(restaurant.c.slug.in_(batch))
            )
        }
        documents = {line.slug: line.model_dump(mode="json") for line in parsed}
        created = [line for line in parsed if line.slug not in known]
        updated = [line for line in parsed if line.slug in known and known[line.slug].document != documents[line.slug]]
        if created or updated:
            _check_numbers(connection, parsed)
            _write(connection, created, updated, {slug: row.id for slug, row in known.items()}, documents, version)
            connection.execute(update(catalogue).values(version=version))
        changed = {known[line.slug].id: line for line in updated}
        return ImportReport(
            created=len(created),
            updated=len(updated),
            unchanged=len(parsed) - len(created) - len(updated),
            misfits=tuple(find_misfits(connection, changed, clock.offset)),
        )


def _write(
    connection: Connection,
    created: list[RestaurantLine],
    updated: list[RestaurantLine],
    ids: dict[str, int],
    documents: dict[str, dict[str, Any]],
    version: int,
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
            "sms_number": line.sms_number,
            "latitude": line.address.lat,
            "longitude": line.address.lon,
            "document": documents[line.slug],
            "version": version,
        }
        for line in (*created, *updated)
    ]
    # Numbers that move from one restaurant to another must be free before they are taken.
    for batch in _batches([ids[line.slug] for line in updated]):
        connection.execute(update(restaurant).where(restaurant.c.id.in_(batch)).values(sms_number=None))
    statement = insert(restaurant)
    changes = {column.name: statement.excluded[column.name] for column in restaurant.c if column.name != "id"}
    for batch_of_rows in _batches(rows):
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes), batch_of_rows)
    _number_tables(connection, {ids[line.slug]: line for line in (*created, *updated)})


def _number_tables(connection: Connection, lines: dict[int, RestaurantLine]) -> None:
    """Give new tables the next free numbers of their restaurant; a number once given stays with its name."""
    known: dict[int, dict[str, int]] = {restaurant_id: {} for restaurant_id in lines}
    for batch in _batches(list(lines)):
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
    for batch_of_rows in _batches(rows):
        connection.execute(insert(dining_table), batch_of_rows)


def _check_numbers(connection: Connection, parsed: list[RestaurantLine]) -> None:
    """A short number belongs to one restaurant, those outside this file included."""
    wanted = {line.sms_number: line for line in parsed if line.sms_number}
    slugs = {line.slug for line in parsed}
    taken = connection.execute(
        select(restaurant.c.slug, restaurant.c.sms_number).where(restaurant.c.sms_number.is_not(None))
    ).all()
    problems = [
        ImportProblem(parsed.index(wanted[row.sms_number]) + 1, "sms_number", f"belongs to {row.slug}")
        for row in taken
        if row.sms_number in wanted and row.slug not in slugs
    ]
    if problems:
        raise ImportRejected(problems)


def _parse(text: str) -> object:
    if "\\u0000" in text or "\0" in text:
        raise ValueError("contains a NUL character")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "line"


def _batches(items: list[T]) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
