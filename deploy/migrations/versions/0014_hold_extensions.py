"""A hold can be extended; a confirmation notices that it was."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_CONFIRM_HOLD = """
    CREATE OR REPLACE FUNCTION confirm_hold(
        p_restaurant_id integer, p_reservation_id bigint, p_code_number integer, p_diner_name text, p_diner_phone text,
        p_notes text, p_reminder_id uuid, p_locale text, p_now timestamptz, p_shift interval,
        p_first timestamptz, p_last timestamptz, p_last_paced timestamptz, p_rows bigint, p_version bigint,
        p_command_key uuid, p_kind text, p_channel text, p_state jsonb,
        p_text_ids uuid[], p_text_kinds text[], p_due timestamptz[], p_code text, p_payload jsonb, p_ahead interval
    ) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        kept bigint;
    BEGIN
        -- A count of covers that saw this hold lapse must not stand beside it when it was in time after all.
        UPDATE pacing_quarter SET version = version + 1
        WHERE restaurant_id = p_restaurant_id AND starts_at >= p_first AND starts_at <= p_last_paced;
        -- A hold may lapse and be taken over between the look and this: then a row is missing.{note}
        UPDATE table_quarter SET held_at = p_now, held_until = NULL
        WHERE restaurant_id = p_restaurant_id AND starts_at >= p_first AND starts_at <= p_last
            AND reservation_id = p_reservation_id AND held_until > statement_timestamp() + p_shift{condition}
        GET DIAGNOSTICS kept = ROW_COUNT;
        -- Refused for want of a kind unless every quarter hour was kept, and all of this with it; also when an import came
        -- between, after which another quarter hour may have to be locked, or the texts tell of another name.
        INSERT INTO reservation_event
            (restaurant_id, command_key, reservation_id, kind, channel, occurred_at, state)
        VALUES (p_restaurant_id, p_command_key, p_reservation_id, CASE WHEN kept = p_rows
            AND p_version = (SELECT version FROM catalogue) THEN p_kind END, p_channel, p_now, p_state);
        UPDATE reservation SET status = 'confirmed', code_number = p_code_number, diner_name = p_diner_name,
            diner_phone = p_diner_phone, notes = p_notes, confirmed_at = p_now, reminder_id = p_reminder_id,
            locale = p_locale
        WHERE restaurant_id = p_restaurant_id AND id = p_reservation_id;
        INSERT INTO outbox (id, kind, restaurant_id, reservation_id, reservation_code, to_phone, payload, due_at,
            created_at, next_attempt_at)
        SELECT q.id, q.kind, p_restaurant_id, p_reservation_id, p_code, p_diner_phone, p_payload, q.due_at, p_now,
            q.due_at - p_ahead
        FROM unnest(p_text_ids, p_text_kinds, p_due) AS q (id, kind, due_at);
        INSERT INTO diner_booking (phone, restaurant_id, reservation_id, name, booked_at)
        VALUES (p_diner_phone, p_restaurant_id, p_reservation_id, p_diner_name, p_now);
    END
    $$
"""
_NOTE = """ It may also have been extended
        -- meanwhile, perhaps at another table: then it no longer ends when the decision says."""
_CONDITION = """
            AND held_until = (p_state->>'expires_at')::timestamptz;"""


def upgrade() -> None:
    op.add_column(
        "reservation",
        sa.Column(
            "extensions",
            sa.SmallInteger(),
            nullable=False,
            server_default="0",
            comment="how often the hold was extended",
        ),
    )
    op.execute(_CONFIRM_HOLD.format(note=_NOTE, condition=_CONDITION))


def downgrade() -> None:
    op.execute(_CONFIRM_HOLD.format(note="", condition=";"))
    op.drop_column("reservation", "extensions")
