"""Run Alembic from code."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, make_url

from booking_engine.storage.database import set_role_defaults
from bot.settings import PROJECT


def upgrade(database_address: str) -> None:
    """Upgrade the database to the newest revision."""
    config = Config(str(PROJECT / "deploy" / "alembic.ini"))
    config.attributes["url"] = database_address
    command.upgrade(config, "head")
    engine = create_engine(make_url(database_address).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:  # for connections through a pooler, which cannot bring them
        set_role_defaults(connection)
