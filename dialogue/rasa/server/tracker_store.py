"""The tracker store: Rasa's own for SQL, except that it never pretends."""

from __future__ import annotations

import json
import logging
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import DBAPIError

from dialogue.rasa.server.old_slots import migrated
from dialogue.rasa.server.remote_action import TurnFailed

logger = logging.getLogger(__name__)


class DurableTrackerStore(SQLTrackerStore):
    """Fails the turn when the database does.

    Rasa would go on with an empty tracker in memory: the diner would be asked everything again, and what was said in the
    meantime would be lost with the process.
    """

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        try:
            tracker = await self._retrieve_alive(sender_id)
        except Exception as error:
            logger.exception("tracker not read")
            raise TurnFailed("tracker store") from error
        if tracker is not None:
            tracker.events_on_record = len(tracker.events)
        return tracker

    async def _retrieve_alive(self, sender_id: str) -> DialogueStateTracker | None:
        """Read it, on another connection where the first one turns out to be one that a restart of the database has cut."""
        try:
            return await super().retrieve(sender_id)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return await super().retrieve(sender_id)

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        """Rebuild the tracker; Rasa's own method, with the slots of older releases brought up to date."""
        with self.session_scope() as session:
            rows = self._event_query(
                session, sender_id, fetch_events_from_all_sessions=fetch_events_from_all_sessions
            ).all()
            events = migrated([json.loads(row.data) for row in rows])
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new.

        Rasa would count the stored events first; nobody else writes to this conversation while its turn is taken, so what was
        read at the turn's beginning is what is there.
        """
        new = list(tracker.events)[getattr(tracker, "events_on_record", 0) :]
        rows = [{"sender_id": tracker.sender_id, **_row(event.as_dict())} for event in new]
        if not rows:
            return
        try:
            with self.engine.begin() as connection:
                connection.execute(self.SQLEvent.__table__.insert(), rows)
        except Exception as error:
            logger.exception("tracker not saved")
            raise TurnFailed("tracker store") from error
        tracker.events_on_record = len(tracker.events)


def _row(event: dict[str, Any]) -> dict[str, Any]:
    intent = event.get("parse_data", {}).get("intent", {}).get("name")
    named = {"type_name": event["event"], "intent_name": intent, "action_name": event.get("name")}
    return {"timestamp": event.get("timestamp"), "data": json.dumps(event), **named}


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
