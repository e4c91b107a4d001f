"""Run Alembic from code."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from bot.settings import PROJECT


def upgrade(database_address: str) -> None:
    """Upgrade the database to the newest revision."""
    config = Config(str(PROJECT / "deploy" / "alembic.ini"))
    config.attributes["url"] = database_address
    command.upgrade(config, "head")
