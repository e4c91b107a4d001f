"""The migrations build the database that the code describes, and it keeps the rules of the design."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from booking_engine import BookingEngine
from booking_engine.storage import schema, sql
from bot import sql as bot_sql

from .conftest import alembic_config
from .helpers import OpenRestaurant, book, evening

REFERENCE = {"catalogue", "restaurant"}
"""Small tables that would be copied to every node."""
NOT_BY_RESTAURANT = {"diner_booking": "phone", "outbox": "id"}


def test_migrations_and_metadata_agree(copy_database: Callable[[], str]) -> None:
    command.check(alembic_config(copy_database()))


def test_migrations_can_be_taken_back(copy_database: Callable[[], str]) -> None:
    url = copy_database()
    command.downgrade(alembic_config(url), "base")
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    command.upgrade(alembic_config(url), "head")


def functions_in(engine: Engine) -> dict[str, tuple[str, str | None]]:
    """Return the definition (ignoring line breaks) and comment of each function in the search path's first schema."""
    query = """
        SELECT proname, replace(pg_get_functiondef(oid), pronamespace::regnamespace || '.', ''),
            obj_description(oid, 'pg_proc')
        FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    """
    with engine.connect() as connection:
        return {name: (" ".join(told.split()), comment) for name, told, comment in connection.execute(text(query))}


def test_the_sql_files_are_the_functions_that_the_migrations_install(copy_database: Callable[[], str]) -> None:
    engine = create_engine(copy_database())
    migrated = functions_in(engine)
    written = {**sql.functions(), **bot_sql.functions()}
    assert set(migrated) == set(written)
    with engine.begin() as connection:
        for name, statement in written.items():
            connection.exec_driver_sql(f"DROP FUNCTION {name}")
            connection.exec_driver_sql(statement)
    assert functions_in(engine) == migrated
    engine.dispose()


def test_every_key_begins_with_what_the_table_is_distributed_by(database: Engine) -> None:
    inspector = inspect(database)
    for table in schema.metadata.sorted_tables:
        if table.name in REFERENCE:
            continue
        leader = NOT_BY_RESTAURANT.get(table.name, "restaurant_id")
        assert table.primary_key.columns.keys()[0] == leader
        for index in inspector.get_indexes(table.name):
            if index["unique"]:
                assert index["column_names"][0] == leader, index["name"]
        for key in inspector.get_foreign_keys(table.name):
            target = key["referred_table"].rpartition("_p")[0] or key["referred_table"]
            assert target in REFERENCE or key["constrained_columns"][0] == leader, key["name"]


def test_the_tables_of_restaurants_are_partitioned_by_hash(database: Engine) -> None:
    with database.connect() as connection:
        rows = connection.execute(
            text(
                """
                SELECT p.partrelid::regclass::text AS name, count(i.inhrelid) AS partitions
                FROM pg_partitioned_table p JOIN pg_inherits i ON i.inhparent = p.partrelid
                WHERE p.partstrat = 'h' GROUP BY 1
                """
            )
        ).all()
        triggers = connection.execute(text("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal")).scalar_one()
    assert {row.name: row.partitions for row in rows} == {table.name: schema.PARTITIONS for table in schema.PARTITIONED}
    assert triggers == 0, "a distributed table takes no trigger"


def test_a_second_row_for_a_table_and_quarter_hour_is_refused(
    engine: BookingEngine, database: Engine, open_restaurant: OpenRestaurant
) -> None:
    restaurant = open_restaurant()
    book(engine, restaurant, evening(restaurant))
    copy = "INSERT INTO table_quarter SELECT * FROM table_quarter WHERE restaurant_id = :id"
    with pytest.raises(IntegrityError, match="table_quarter"), database.begin() as connection:
        connection.execute(text(copy), {"id": restaurant.id})


def test_availability_reads_one_partition_by_its_key(database: Engine) -> None:
    plan = """
        EXPLAIN SELECT starts_at, table_id FROM table_quarter
        WHERE restaurant_id = 7 AND starts_at >= '2026-12-05' AND starts_at < '2026-12-06'
    """
    with database.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        lines = "\n".join(connection.execute(text(plan)).scalars())
    assert lines.count("table_quarter_p") in (1, 2)
    assert "starts_at >=" in lines
