"""A line has one number, however its carrier writes it: what was booked and said under two becomes one diner's.

Of two threads with the same number of ours, the one written in last goes on, with its open question and its dialogue. An
opt-out in either stays one. Which row came from which form is not kept, so a downgrade leaves the rows as they are.
"""

import re
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# As in booking_engine/phones.py at the time: Mexico, Argentina, Brazil.
_FORMS = (
    (r"^\+521([2-9]\d{9})$", r"+52\1"),
    (r"^\+54([123]\d{9})$", r"+549\1"),
    (r"^\+55([1-9]{2})([689]\d{7})$", r"+55\g<1>9\2"),
)
_ANY_FORM = "|".join(form for form, _ in _FORMS)
_SMS_THREADS = uuid.UUID("6f1d3c1e-6a55-4c53-9d59-5b6a1a0c7d11")
_PHONES = (
    ("conversation", "phone"),
    ("reservation", "diner_phone"),
    ("diner_booking", "phone"),
    ("outbox", "to_phone"),
    ("phone_code", "phone"),
    ("restaurant", "sms_number"),
)
_OF_A_THREAD = ("inbound", "outbound", "phone_code", "outbox")
_TAKEN_OVER = ("expects", "asked_at", "clock_shift", "lately", "address", "dialogue_id")


def upgrade() -> None:
    op.add_column(
        "conversation",
        sa.Column(
            "address", sa.Text(), comment="of a text thread: the number that texted last, as its carrier writes it"
        ),
    )
    connection = op.get_bind()
    for old in connection.execute(
        sa.text(
            "SELECT * FROM conversation WHERE channel = 'sms' AND (phone ~ :form OR our_number ~ :form) ORDER BY created_at"
        ),
        {"form": _ANY_FORM},
    ).mappings():
        _move(connection, dict(old))
    for table, column in _PHONES:
        _rewrite(connection, table, column)
    _rewrite_history(connection)


def _canonical(number: str) -> str:
    for form, known_as in _FORMS:
        number = re.sub(form, known_as, number)
    return number


def _move(connection: sa.Connection, old: dict[str, object]) -> None:
    """Put a thread under the id that its canonical numbers have, together with the thread that is there, if any."""
    phone, our_number = _canonical(str(old["phone"])), _canonical(str(old["our_number"]))
    new_id = uuid.uuid5(_SMS_THREADS, f"{phone} {our_number}")
    # The dialogue has its state under the old id, in tables of its own.
    moved = old | {
        "id": new_id,
        "phone": phone,
        "address": old["phone"],
        "dialogue_id": old["dialogue_id"] or old["id"],
    }
    table = sa.table("conversation", *map(sa.column, moved))
    table.c.lately.type = sa.dialects.postgresql.JSONB(none_as_null=True)
    there = connection.execute(sa.select(table.c.opted_out).where(table.c.id == new_id)).first()
    if there is None:
        connection.execute(sa.insert(table).values(moved))
    else:
        changes = {"opted_out": bool(old["opted_out"]) or there.opted_out}
        if _last_written(connection, old["id"]) > _last_written(connection, new_id):
            changes |= {name: moved[name] for name in _TAKEN_OVER}
        connection.execute(sa.update(table).where(table.c.id == new_id).values(changes))
    for name in _OF_A_THREAD:
        connection.execute(
            sa.text(f"UPDATE {name} SET conversation_id = :new WHERE conversation_id = :old"),  # noqa: S608
            {"new": new_id, "old": old["id"]},
        )
    connection.execute(sa.text("DELETE FROM conversation WHERE id = :old"), {"old": old["id"]})


def _last_written(connection: sa.Connection, conversation_id: object) -> int:
    newest = sa.text("SELECT coalesce(max(seq), 0) FROM inbound WHERE conversation_id = :id")
    return int(connection.execute(newest, {"id": conversation_id}).scalar_one())


def _rewrite(connection: sa.Connection, table: str, column: str) -> None:
    numbers = connection.scalars(
        sa.text(f"SELECT DISTINCT {column} FROM {table} WHERE {column} ~ :form"),  # noqa: S608
        {"form": _ANY_FORM},
    ).all()
    for number in numbers:
        connection.execute(
            sa.text(f"UPDATE {table} SET {column} = :new WHERE {column} = :old"),  # noqa: S608
            {"new": _canonical(number), "old": number},
        )


def _rewrite_history(connection: sa.Connection) -> None:
    """A command that is repeated is answered from the history, for the diner as known by now."""
    known = sa.text(
        "SELECT DISTINCT state ->> 'diner_phone' FROM reservation_event WHERE state ->> 'diner_phone' ~ :form"
    )
    change = sa.text(
        """
        UPDATE reservation_event SET state = jsonb_set(state, '{diner_phone}', to_jsonb(CAST(:new AS text)))
        WHERE state ->> 'diner_phone' = :old
        """
    )
    for number in connection.scalars(known, {"form": _ANY_FORM}).all():
        connection.execute(change, {"new": _canonical(number), "old": number})


def downgrade() -> None:
    op.drop_column("conversation", "address")
