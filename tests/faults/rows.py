"""Rows of the outbox by the thousand, and what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

ANSWER_PHONE = "+1415557"


_STEP = timedelta(milliseconds=1)


def owe_reminders(
    database: Engine, count: int, late: timedelta = timedelta(0), prefix: str = "+1212", step: timedelta = _STEP
) -> None:
    """Queue reminders to `count` phones. The first has been due for an hour and `late`, each other one for a step less.

    They are of use for eight hours after they are due.
    """
    values = {"count": count, "late": late + timedelta(hours=1), "prefix": prefix, "step": step}
    with database.begin() as connection:
        connection.execute(_REMINDERS, values)


def owe_answers(database: Engine, first: int, count: int = 1) -> None:
    """Queue late answers that are due now."""
    with database.begin() as connection:
        connection.execute(_ANSWERS, {"first": first, "last": first + count - 1, "prefix": ANSWER_PHONE})


def counts(database: Engine) -> dict[str, int]:
    """Return how many texts are open, sent, dropped and dead letters, and how many were ever tried."""
    with database.connect() as connection:
        return dict(connection.execute(_COUNTS).one()._mapping)


def answer_delays(database: Engine, taken: list[dict[str, Any]]) -> list[float]:
    """Return after how many seconds each answer reached the provider."""
    with database.connect() as connection:
        due: dict[str, datetime] = dict(
            connection.execute(text("SELECT to_phone, next_attempt_at FROM outbox WHERE kind = 'text'")).all()
        )
    answers = [one for one in taken if one["To"] in due]
    return [(datetime.fromisoformat(one["exactly_at"]) - due[one["To"]]).total_seconds() for one in answers]


_REMINDERS = text("""
    INSERT INTO outbox (id, kind, to_phone, payload, due_at, created_at, next_attempt_at)
    SELECT gen_random_uuid(), 'reminder', CAST(:prefix AS text) || (5000000 + n), jsonb_build_object(
        'restaurant', jsonb_build_object('slug', 'larder', 'name', 'Larder'), 'code', 'ABC234', 'party_size', 2,
        'diner_name', 'Ada', 'notes', '', 'starts_at', to_char(due AT TIME ZONE 'UTC' + interval '8 hours',
        'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')), due, now(), due
    FROM generate_series(1, :count) AS n,
        LATERAL (SELECT now() - CAST(:late AS interval) + n * CAST(:step AS interval) AS due) AS d
""")
_ANSWERS = text("""
    INSERT INTO outbox (id, kind, to_phone, payload, due_at, created_at, next_attempt_at)
    SELECT gen_random_uuid(), 'text', CAST(:prefix AS text) || (1000 + n),
        jsonb_build_object('body', 'Here you are, ' || n), now(), now(), now()
    FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n
""")
_COUNTS = text("""
    SELECT count(*) FILTER (WHERE sent_at IS NULL AND failed_at IS NULL) AS open,
        count(*) FILTER (WHERE sent_at IS NOT NULL) AS sent,
        count(*) FILTER (WHERE dropped_at IS NOT NULL) AS dropped,
        count(*) FILTER (WHERE failed_at IS NOT NULL AND dropped_at IS NULL) AS dead,
        coalesce(max(attempts), 0) AS most_attempts
    FROM outbox
""")
