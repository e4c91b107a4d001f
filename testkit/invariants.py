"""Invariants (docs/architecture.md), checked directly in the database, bypassing the code that maintains them.

Each rule is one query that selects a line of text per breach. All of them read one snapshot, so the service may keep
running.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from booking_engine.phones import canonical_phone
from booking_engine.storage.patience import slow_statements

MOST_SHOWN = 20  # breaches of one rule
PATIENCE = timedelta(minutes=2)
_SECONDS = 3600  # for a query, which may read all there is


@dataclass(frozen=True)
class Breach:
    """A violation of a rule, and where it is."""

    rule: str
    what: str


class Invariant(NamedTuple):
    """A rule and the query that selects its breaches."""

    rule: str
    query: str


def breaches(
    database: Engine,
    *,
    now: datetime,
    patience: timedelta = PATIENCE,
    arrived: Mapping[str, Sequence[str]] | None = None,
) -> list[Breach]:
    """Return all breaches, at most `MOST_SHOWN` per rule.

    `now` is the service's clock (aware). Messages and texts may be in transit for up to `patience`. `arrived` has the SIDs of
    the texts that the provider delivered to each phone, to be compared with what the outbox says was sent.
    """
    with database.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        with slow_statements(connection, seconds=_SECONDS):
            found = [breach for one in INVARIANTS for breach in _breaches_of(connection, one, now, patience)]
            if arrived is not None:
                found += _delivery_breaches(connection, arrived)
        connection.rollback()
    return found


def _breaches_of(connection: Connection, one: Invariant, now: datetime, patience: timedelta) -> list[Breach]:
    values = {"now": now, "patience": patience, "most": MOST_SHOWN}
    wanted = text(f"{_VIEWS} SELECT what FROM ({one.query}) AS breach (what) LIMIT :most")  # noqa: S608 - all from below
    return [Breach(one.rule, row.what) for row in connection.execute(wanted, values)]


SENT_ONCE = "A text goes out once"


def _delivery_breaches(connection: Connection, arrived: Mapping[str, Sequence[str]]) -> list[Breach]:
    """Find texts that were not delivered exactly once, or that are not in the outbox."""
    query = "SELECT to_phone, provider_sid FROM outbox WHERE sent_at IS NOT NULL AND to_phone = ANY (:phones)"
    rows = connection.execute(text(query), {"phones": [canonical_phone(phone) for phone in arrived]}).all()
    sent = {(row.to_phone, row.provider_sid) for row in rows}
    came = [(canonical_phone(phone), sid) for phone, sids in arrived.items() for sid in sids]
    counted = {text_: came.count(text_) for text_ in {*sent, *came}}
    wrong = [(*key, count, key in sent) for key, count in counted.items() if count != 1 or key not in sent]
    return [
        Breach(SENT_ONCE, f"{sid} to {phone} arrived {count} times, {'sent' if known else 'unknown'} by the outbox")
        for phone, sid, count, known in sorted(wrong)[:MOST_SHOWN]
    ]


# quarters_due: every quarter hour of a table that a reservation should occupy, computed from its own row.
# answered: the answers to each message. Only the last line of an answer says whether it is a promise.
_VIEWS = """
    WITH quarters_due AS (
        SELECT r.restaurant_id, r.id, r.status, r.expires_at, t.table_id, q.starts_at
        FROM reservation r CROSS JOIN unnest(r.table_ids) AS t (table_id) CROSS JOIN generate_series(
            date_bin('15 minutes', r.starts_at, 'epoch'), r.ends_at - interval '1 microsecond', '15 minutes') AS q (starts_at)
    ), answered AS (
        SELECT conversation_id, reply_to,
            count(*) FILTER (WHERE payload ? 'promised' AND NOT (payload->>'promised')::boolean) AS answers,
            count(*) FILTER (WHERE (payload->>'promised')::boolean) AS promises,
            min(seq) FILTER (WHERE NOT coalesce((payload->>'promised')::boolean, false)) AS answered
        FROM outbound WHERE reply_to IS NOT NULL GROUP BY 1, 2
    )
"""

INVARIANTS = (
    Invariant(
        "A quarter hour of a table belongs to one reservation",
        """
        SELECT format('restaurant %s, table %s, %s: %s reservations', restaurant_id, table_id, starts_at, count(*))
        FROM table_quarter GROUP BY restaurant_id, table_id, starts_at HAVING count(*) > 1
        """,
    ),
    Invariant(
        "No two confirmed reservations have one table at one time",
        """
        SELECT format('restaurant %s, table %s: reservation %s starts at %s, and the table is taken until %s',
            restaurant_id, table_id, id, starts_at, taken_until)
        FROM (
            SELECT r.restaurant_id, r.id, r.starts_at, t.table_id, max(r.ends_at) OVER (
                PARTITION BY r.restaurant_id, t.table_id ORDER BY r.starts_at, r.id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
            FROM reservation r CROSS JOIN unnest(r.table_ids) AS t (table_id) WHERE r.status = 'confirmed'
        ) AS seating WHERE starts_at < taken_until
        """,
    ),
    Invariant(
        "A confirmed reservation has its tables for all of its quarter hours, and no others",
        """
        SELECT format('restaurant %s, reservation %s lacks %s quarter hours and has %s that are not its own',
            restaurant_id, id, count(*) FILTER (WHERE has IS NULL), count(*) FILTER (WHERE due IS NULL))
        FROM (
            SELECT restaurant_id, id, table_id, starts_at, true AS due FROM quarters_due WHERE status = 'confirmed'
        ) AS due FULL JOIN (
            SELECT q.restaurant_id, r.id, q.table_id, q.starts_at, true AS has FROM table_quarter q JOIN reservation r
                ON r.restaurant_id = q.restaurant_id AND r.id = q.reservation_id
            WHERE r.status = 'confirmed' AND q.held_until IS NULL
        ) AS has USING (restaurant_id, id, table_id, starts_at)
        WHERE due IS NULL OR has IS NULL GROUP BY restaurant_id, id
        """,
    ),
    Invariant(
        "What is released or cancelled has no table",
        """
        SELECT format('restaurant %s, reservation %s is %s and has %s quarter hours', r.restaurant_id, r.id, r.status, count(*))
        FROM reservation r JOIN table_quarter q ON q.restaurant_id = r.restaurant_id AND q.reservation_id = r.id
        WHERE r.status IN ('released', 'cancelled') GROUP BY r.restaurant_id, r.id, r.status
        """,
    ),
    Invariant(
        "No table is taken for a reservation that there is not",
        """
        SELECT format('restaurant %s, reservation %s is not there and has %s quarter hours',
            q.restaurant_id, q.reservation_id, count(*))
        FROM table_quarter q LEFT JOIN reservation r ON r.restaurant_id = q.restaurant_id AND r.id = q.reservation_id
        WHERE r.id IS NULL GROUP BY q.restaurant_id, q.reservation_id
        """,
    ),
    Invariant(
        # A diner with a test clock in the future may take over a hold; the event history shows that.
        "A hold that has not lapsed has its tables",
        """
        SELECT format('restaurant %s, hold %s lacks %s quarter hours', d.restaurant_id, d.id, count(*))
        FROM quarters_due AS d
        WHERE d.status = 'held' AND d.expires_at > :now
          AND NOT EXISTS (SELECT FROM table_quarter q WHERE q.restaurant_id = d.restaurant_id AND q.reservation_id = d.id
            AND q.table_id = d.table_id AND q.starts_at = d.starts_at AND q.held_until = d.expires_at)
          AND NOT EXISTS (SELECT FROM reservation_event e
            WHERE e.restaurant_id = d.restaurant_id AND e.occurred_at > d.expires_at)
        GROUP BY d.restaurant_id, d.id
        """,
    ),
    Invariant(
        "Covers are counted once, in the quarter hour in which the party sits down",
        """
        SELECT format('restaurant %s, reservation %s of %s: %s covers at its start and %s later',
            restaurant_id, id, party_size, at_start, later)
        FROM (
            SELECT r.restaurant_id, r.id, r.party_size,
                coalesce(sum(q.covers) FILTER (WHERE q.starts_at <= r.starts_at), 0) AS at_start,
                coalesce(sum(q.covers) FILTER (WHERE q.starts_at > r.starts_at), 0) AS later
            FROM reservation r JOIN table_quarter q ON q.restaurant_id = r.restaurant_id AND q.reservation_id = r.id
            WHERE r.status = 'confirmed' GROUP BY r.restaurant_id, r.id, r.party_size
        ) AS counted WHERE at_start <> party_size OR later <> 0
        """,
    ),
    Invariant(
        # An import that lowers the limit later is reported too, on purpose.
        "No more covers begin in a quarter hour than the kitchen takes",
        """
        SELECT format('%s, %s: %s covers, %s are allowed', h.slug, r.quarter, sum(r.party_size), h.most)
        FROM (
            SELECT restaurant_id, party_size, date_bin('15 minutes', starts_at, 'epoch') AS quarter
            FROM reservation WHERE status = 'confirmed'
        ) AS r JOIN (
            SELECT id, slug, (document #>> '{policy,pacing_covers}')::integer AS most FROM restaurant
        ) AS h ON h.id = r.restaurant_id
        GROUP BY h.slug, r.quarter, h.most HAVING sum(r.party_size) > h.most
        """,
    ),
    Invariant(
        "A confirmation code means one reservation",
        """
        SELECT format('restaurant %s, code number %s: %s reservations', restaurant_id, code_number, count(*))
        FROM reservation WHERE code_number IS NOT NULL GROUP BY restaurant_id, code_number HAVING count(*) > 1
        """,
    ),
    Invariant(
        "A diner finds every reservation of theirs",
        """
        SELECT format('restaurant %s, reservation %s is not among those of %s', r.restaurant_id, r.id, r.diner_phone)
        FROM reservation r LEFT JOIN diner_booking d ON d.phone = r.diner_phone AND d.restaurant_id = r.restaurant_id
            AND d.reservation_id = r.id
        WHERE r.status = 'confirmed' AND d.phone IS NULL AND r.diner_phone <> ''
        """,
    ),
    Invariant(
        "Every message has one answer, a promise and then one answer, or is silenced",
        """
        SELECT format('message %s of conversation %s, %s: %s answers, %s promises', i.sid, i.conversation_id, i.status,
            coalesce(o.answers, 0), coalesce(o.promises, 0))
        FROM inbound i LEFT JOIN answered AS o ON o.conversation_id = i.conversation_id AND o.reply_to = i.sid
        WHERE (i.status IN ('received', 'promised') AND i.received_at <= now() - CAST(:patience AS interval))
           OR (i.status IN ('answered', 'failed') AND coalesce(o.answers, 0) <> 1)
           OR (i.status = 'silenced' AND coalesce(o.answers, 0) <> 0) OR coalesce(o.promises, 0) > 1
        """,
    ),
    Invariant(
        "Messages of a diner are dealt with in their order",
        """
        SELECT format('message %s of conversation %s was answered before an older one', sid, conversation_id)
        FROM (
            SELECT i.conversation_id, i.sid, o.answered, min(o.answered) OVER (
                PARTITION BY i.conversation_id ORDER BY i.seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next
            FROM inbound i JOIN answered AS o ON o.conversation_id = i.conversation_id AND o.reply_to = i.sid
        ) AS told WHERE next < answered
        """,
    ),
    Invariant(
        # Several may go out as one text, so the first plain words of each are looked for in all texts, as often as they occur.
        "A late answer to a text goes out by the outbox",
        """
        SELECT format('conversation %s: %s late answers are alike, and %s texts', id, answers, texts) FROM (
            SELECT late.id, late.answers, coalesce(sum(
                (length(x.body) - length(replace(x.body, late.words, ''))) / length(late.words)), 0) AS texts
            FROM (
                SELECT c.id, coalesce(substring(o.text FROM '[A-Za-z0-9 ,]{1,24}'), ' ') AS words, count(*) AS answers
                FROM conversation c JOIN outbound o ON o.conversation_id = c.id
                WHERE c.channel = 'sms' AND NOT c.opted_out AND o.reply_to IS NOT NULL AND o.carried_by IS NULL
                  AND NOT coalesce((o.payload->>'promised')::boolean, false)
                GROUP BY 1, 2
            ) AS late LEFT JOIN (SELECT conversation_id, payload->>'body' AS body FROM outbox WHERE kind = 'text') AS x
                ON x.conversation_id = late.id
            GROUP BY late.id, late.words, late.answers
        ) AS told WHERE texts < answers
        """,
    ),
    Invariant(
        "What is due is sent",
        """
        SELECT format('%s to %s has been due since %s: %s', kind, to_phone, next_attempt_at, coalesce(last_error, 'not tried'))
        FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL AND voided_at IS NULL
          AND greatest(next_attempt_at, retry_at) <= CAST(:now AS timestamptz) - CAST(:patience AS interval)
        """,
    ),
    Invariant(
        SENT_ONCE,
        """
        SELECT format('%s rows of the outbox were sent as %s', count(*), coalesce(provider_sid, 'nothing'))
        FROM outbox WHERE sent_at IS NOT NULL GROUP BY provider_sid HAVING count(*) > 1 OR provider_sid IS NULL
        """,
    ),
    Invariant(
        "Every instant knows its zone",
        """
        SELECT format('column %s of %s', column_name, table_name) FROM information_schema.columns
        WHERE table_schema = current_schema() AND data_type IN ('timestamp without time zone', 'time without time zone')
        UNION ALL
        SELECT format('%s in %s', said, place) FROM (
            SELECT 'reservation_event' AS place, state AS told FROM reservation_event
            UNION ALL SELECT 'outbox', payload FROM outbox UNION ALL SELECT 'outbound', payload FROM outbound
        ) AS document CROSS JOIN jsonb_path_query(told, '$.** ? (@.type() == "object").keyvalue()
            ? (@.key like_regex "_at$").value ? (@.type() == "string")') AS instant CROSS JOIN LATERAL (
            SELECT instant #>> '{}' AS said
        ) AS spelled WHERE said !~ '(Z|[+-][0-9]{2}[:][0-9]{2})$'
        """,
    ),
)
