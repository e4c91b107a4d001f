"""The tracker store: Rasa's own for SQL, except that it never pretends."""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from dialogue.server.failures import TurnFailed

logger = logging.getLogger(__name__)


class DurableTrackerStore(SQLTrackerStore):
    """Fails the turn when the database does.

    Rasa would go on with an empty tracker in memory: the diner would be asked everything again, and what was said in the
    meantime would be lost with the process.
    """

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        try:
            return await super().retrieve(sender_id)
        except Exception as error:
            logger.exception("tracker not read")
            raise TurnFailed("tracker store") from error

    async def save(self, tracker: DialogueStateTracker) -> None:
        try:
            await super().save(tracker)
        except Exception as error:
            logger.exception("tracker not saved")
            raise TurnFailed("tracker store") from error


def connection_arguments(database_url: str) -> dict[str, Any]:
    """`SQLTrackerStore`'s arguments for the address of our database; its tables live in the schema ``rasa``."""
    from sqlalchemy.engine import make_url

    url = make_url(database_url)
    return {
        "dialect": "postgresql+psycopg2",
        "url": url.host,
        "port": url.port,
        "db": url.database,
        "username": url.username,
        "password": url.password,
        "query": {**url.query, "options": "-csearch_path=rasa", "application_name": "tabletalk-rasa"},
    }
