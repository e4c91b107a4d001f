"""Read stored threads from a service's database, including those with real diners."""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, text

from booking_engine import BookingEngine, ReservationUnknown
from booking_engine.confirmation_codes import CodeBook
from bot import conversations
from bot.conversations import Conversation
from bot.messages import Choice, Said
from bot.rendering import sms_texts
from testkit.recording.recorded import Arrived, Heard, Recording
from webhooks.simulator.testing.restaurants import documents_of

_AFTERMATH = timedelta(minutes=1)  # by then the last answer has taken effect in the database

_THREADS = text("""
    SELECT c.id FROM conversation c JOIN inbound i ON i.conversation_id = c.id
    WHERE c.phone = :phone AND c.our_number = coalesce(:to, c.our_number) GROUP BY c.id ORDER BY max(i.seq) DESC LIMIT 1
""")
_HEARD = text("""
    SELECT sid, seq, text, media_count, opt_out_type, verified, status, coalesce(said_at, received_at) AS at FROM inbound
    WHERE conversation_id = :id ORDER BY seq
""")
_SAID = text("""
    SELECT o.seq, o.text, o.payload, o.reply_to, o.provider_sid, coalesce(q.due_at, o.created_at) AS at
    FROM outbound o LEFT JOIN outbox q ON q.provider_sid = o.provider_sid
    WHERE o.conversation_id = :id AND NOT coalesce((o.payload->>'promised')::boolean, false) ORDER BY o.seq
""")
_AS_OF = text("""
    SELECT * FROM (
        SELECT DISTINCT ON (e.restaurant_id, e.reservation_id) e.state, h.slug, h.name, h.city,
            h.document->>'timezone' AS timezone
        FROM reservation r
        JOIN reservation_event e ON e.restaurant_id = r.restaurant_id AND e.reservation_id = r.id
        JOIN restaurant h ON h.id = r.restaurant_id
        WHERE r.diner_phone = :phone AND e.occurred_at < :moment
        ORDER BY e.restaurant_id, e.reservation_id, e.occurred_at DESC
    ) AS last CROSS JOIN (SELECT code_key FROM catalogue) AS secret
    WHERE state->>'code_number' IS NOT NULL ORDER BY state->>'created_at'
""")


_Event = Heard | Arrived


class NothingOnRecord(Exception):
    """The thread does not exist, or has no messages."""


class Records:
    """Reads threads from a service's database."""

    def __init__(self, database: Engine, engine: BookingEngine) -> None:
        self._database = database
        self._engine = engine

    def thread_of(self, phone: str, to: str | None, since: datetime | None) -> Recording:
        """Return the SMS thread of a phone with one of our numbers, by default the one it texted last.

        Raises:
            NothingOnRecord: the phone has sent no texts, or none since `since`.
        """
        with self._database.connect() as connection:
            known = connection.scalar(_THREADS, {"phone": phone, "to": to})
        if known is None:
            raise NothingOnRecord(f"nothing on record of {phone}" + (f" with {to}" if to else ""))
        return self.conversation(known, since)

    def conversation(self, conversation_id: UUID, since: datetime | None) -> Recording:
        """Return the thread of any conversation, including chats.

        Raises:
            NothingOnRecord: the conversation does not exist, or has no messages since `since`.
        """
        with self._database.connect() as connection:
            conversation = conversations.find(connection, conversation_id)
            if conversation is None:
                raise NothingOnRecord(f"no conversation {conversation_id}")
            said = list(connection.execute(_SAID, {"id": conversation_id}))
            heard = list(connection.execute(_HEARD, {"id": conversation_id}))
            events = _events_since(since, _events(conversation, heard, said), conversation_id)
            codes = _codes_in(said)
            phone = conversation.phone or self._phone_behind(codes)
            before = self._as_of(connection, phone, events[0].at)
            after = self._as_of(connection, phone, events[-1].at + _AFTERMATH)
        if conversation.phone is None:  # the phone is only known from the reservations made in the chat
            before, after = [], [row for row in after if row["code"] in codes]
        given, reservations = _given_and_booked(before, after, events[0].at)
        return Recording(
            channel=conversation.channel,
            phone=phone,
            events=events,
            to=conversation.restaurant,
            signed_in_as=conversation.diner_name,
            greeting=_greeting(conversation, said) if since is None else (),
            given=given,
            reservations=reservations,
            restaurants=documents_of(self._database, _slugs(conversation, said, [*given, *after])),
        )

    def _phone_behind(self, codes: set[str]) -> str | None:
        """Return the phone of the first of these reservations that exists."""
        for code in sorted(codes):
            try:
                return self._engine.reservation(code).diner_phone
            except ReservationUnknown:
                continue
        return None

    def _as_of(self, connection: Connection, phone: str | None, moment: datetime) -> list[dict[str, Any]]:
        """Return a phone's reservations in their state at `moment`, as in the testers' API, oldest first."""
        return [_reservation(row) for row in connection.execute(_AS_OF, {"phone": phone, "moment": moment})]


def _reservation(row: Row[Any]) -> dict[str, Any]:
    state, zone = row.state, ZoneInfo(row.timezone)
    times = {
        name: datetime.fromisoformat(state[name]).astimezone(zone).isoformat() if state[name] else None
        for name in ("starts_at", "ends_at", "confirmed_at", "cancelled_at")
    }
    facts = {name: state[name] for name in ("status", "party_size", "diner_name", "notes")}
    return {
        **times,
        **facts,
        "code": CodeBook(bytes(row.code_key)).spell(state["restaurant_id"], state["code_number"]),
        "restaurant": {"slug": row.slug, "name": row.name, "city": row.city},
    }


def _events(conversation: Conversation, heard: list[Row[Any]], said: list[Row[Any]]) -> list[_Event]:
    events: list[tuple[int, _Event]] = [(row.seq, _heard(conversation, row, said)) for row in heard]
    events += [
        (row.seq, Arrived(row.text, row.at)) for row in said if row.reply_to is None and row.provider_sid is not None
    ]
    return [event for _, event in sorted(events, key=itemgetter(0))]


def _heard(conversation: Conversation, row: Row[Any], said: list[Row[Any]]) -> Heard:
    earlier = [other for other in said if other.seq < row.seq]
    answer = _texts(conversation, [other for other in said if other.reply_to == row.sid])
    return Heard(
        row.text,
        row.at,
        answer if answer or row.status == "silenced" else None,
        expected=next((o.payload["expects"] for o in reversed(earlier) if "expects" in o.payload), None),
        media=row.media_count,
        opt_out_type=row.opt_out_type,
        is_phone_code=row.verified == "right",
    )


def _events_since(since: datetime | None, events: list[_Event], conversation_id: UUID) -> list[_Event]:
    """Drop earlier events. Raises NothingOnRecord if no message from the diner is left."""
    kept = [event for event in events if since is None or event.at >= since]
    if not any(isinstance(event, Heard) for event in kept):
        raise NothingOnRecord(f"nothing was said in conversation {conversation_id}" + (" since" if since else ""))
    return kept


def _codes_in(said: list[Row[Any]]) -> set[str]:
    """Codes of the reservations that the bot showed."""
    return {code for row in said if (code := (row.payload.get("reservation") or {}).get("code"))}


def _greeting(conversation: Conversation, said: list[Row[Any]]) -> tuple[str, ...]:
    return _texts(conversation, [row for row in said if row.reply_to is None and row.provider_sid is None])


def _given_and_booked(
    before: list[dict[str, Any]], after: list[dict[str, Any]], begin: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the reservations that stand when the thread begins, and at its end those same ones and all new ones."""
    given = [row for row in before if row["status"] == "confirmed" and _ends(row) > begin]
    new = {row["code"] for row in after} - {row["code"] for row in before}
    codes = {row["code"] for row in given} | new
    return given, [row for row in after if row["code"] in codes]


def _texts(conversation: Conversation, rows: list[Row[Any]]) -> tuple[str, ...]:
    said = tuple(Said(row.text, tuple(Choice(**c) for c in row.payload.get("choices", []))) for row in rows)
    if conversation.channel == "sms":
        return tuple(sms_texts(said))
    return tuple("\n".join([each.text, *(f"{c.text} {c.label}" for c in each.choices)]) for each in said)


def _ends(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["ends_at"])


def _slugs(conversation: Conversation, said: list[Row[Any]], rows: list[dict[str, Any]]) -> set[str]:
    """Slugs of the restaurants that a thread is about."""
    shown = [
        part["restaurant"]["slug"] for row in said for key in ("hold", "reservation") if (part := row.payload.get(key))
    ]
    return {*shown, *(row["restaurant"]["slug"] for row in rows), *filter(None, [conversation.restaurant])}
