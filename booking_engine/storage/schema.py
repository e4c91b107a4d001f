"""The database tables.

Data of a restaurant is hash-partitioned by `restaurant_id`, which leads every key, so that the same tables can be
distributed by restaurant on Citus. `restaurant` and `catalogue` are small and read by every process; on Citus they would
be reference tables.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB, TIMESTAMP, UUID
from sqlalchemy.types import BigInteger, Boolean, Float, Integer, SmallInteger, Text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

PARTITIONS = 4
"""Hash partitions per partitioned table. Kept low because a generic plan locks all partitions, whichever it uses."""

Instant = TIMESTAMP(timezone=True)
_BY_RESTAURANT = "HASH (restaurant_id)"

catalogue = Table(
    "catalogue",
    metadata,
    Column("id", SmallInteger, nullable=False, autoincrement=False),
    Column("version", BigInteger, nullable=False, comment="an import that changes anything adds one"),
    Column("code_key", BYTEA, nullable=False, comment="secret of the confirmation codes"),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="one_row"),
    comment="one row: what every process must agree on about the restaurants",
)

restaurant = Table(
    "restaurant",
    metadata,
    Column("id", Integer, nullable=False, autoincrement=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("cuisines", ARRAY(Text), nullable=False),
    Column("sms_number", Text),  # in its canonical form; texts are sent from the number as the document has it
    Column("latitude", Float),
    Column("longitude", Float),
    Column("document", JSONB, nullable=False, comment="the line it was imported from, with defaults filled in"),
    Column("version", BigInteger, nullable=False, comment="the catalogue version that last changed it"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("slug"),
    UniqueConstraint("sms_number"),
)

dining_table = Table(
    "dining_table",
    metadata,
    Column("restaurant_id", Integer, nullable=False),
    Column("table_id", SmallInteger, nullable=False, autoincrement=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("restaurant_id", "table_id"),
    UniqueConstraint("restaurant_id", "name"),
    ForeignKeyConstraint(["restaurant_id"], ["restaurant.id"]),
    postgresql_partition_by=_BY_RESTAURANT,
    comment="gives each table of a floor a number for good; a table that left the floor keeps its row",
)

pacing_quarter = Table(
    "pacing_quarter",
    metadata,
    Column("restaurant_id", Integer, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("version", BigInteger, nullable=False, server_default="0", comment="every booking in it adds one"),
    PrimaryKeyConstraint("restaurant_id", "starts_at"),
    postgresql_partition_by=_BY_RESTAURANT,
    comment="a row to lock, or to find unchanged, when the covers that start in this quarter hour are counted",
)

reservation = Table(
    "reservation",
    metadata,
    Column("restaurant_id", Integer, nullable=False),
    Column(
        "id", BigInteger, nullable=False, autoincrement=False, comment="random: an unguessable hold id is made of it"
    ),
    Column("status", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("party_size", Integer, nullable=False),
    Column("table_ids", ARRAY(SmallInteger), nullable=False),
    Column("expires_at", Instant, comment="of a hold"),
    Column("code_number", Integer, comment="given when confirmed; with the restaurant it makes the confirmation code"),
    Column("diner_name", Text),
    Column("diner_phone", Text),
    Column("notes", Text, nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("cancelled_at", Instant),
    Column("reminder_id", UUID(as_uuid=True), comment="the outbox row that reminds of it"),
    Column("area", Text, comment="where the diner asked to sit"),
    Column("area_must", Boolean, nullable=False, server_default="false", comment="nowhere else, then"),
    Column("features", ARRAY(Text), nullable=False, server_default="{}", comment="what the table was asked to have"),
    Column("locale", Text, comment="of the conversation in which it was booked: its texts go by it"),
    Column("extensions", SmallInteger, nullable=False, server_default="0", comment="how often the hold was extended"),
    PrimaryKeyConstraint("restaurant_id", "id"),
    ForeignKeyConstraint(["restaurant_id"], ["restaurant.id"]),
    CheckConstraint("status IN ('held', 'released', 'confirmed', 'cancelled')", name="status_known"),
    CheckConstraint("(status = 'held') <= (expires_at IS NOT NULL)", name="hold_expires"),
    CheckConstraint(
        "status NOT IN ('confirmed', 'cancelled')"
        " OR (code_number IS NOT NULL AND diner_name IS NOT NULL AND diner_phone IS NOT NULL)",
        name="confirmed_complete",
    ),
    CheckConstraint("party_size > 0", name="party_size_positive"),
    CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    postgresql_partition_by=_BY_RESTAURANT,
)
Index(
    "uq_reservation_code",
    reservation.c.restaurant_id,
    reservation.c.code_number,
    unique=True,
    postgresql_where=text("code_number IS NOT NULL"),
)

table_quarter = Table(
    "table_quarter",
    metadata,
    Column("restaurant_id", Integer, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("table_id", SmallInteger, nullable=False),
    Column(
        "covers", SmallInteger, nullable=False, comment="guests who sit down now: the party size on one row, else 0"
    ),
    Column("reservation_id", BigInteger, nullable=False),
    Column("held_at", Instant, nullable=False),
    Column("held_until", Instant, comment="NULL once confirmed; a hold past it may be taken over by anyone"),
    # The order matters: it keeps the quarter hours of an evening together, for searching and for a consistent lock order.
    PrimaryKeyConstraint("restaurant_id", "starts_at", "table_id"),
    # No foreign keys. One to dining_table would lock the table's row there for every seating, many at once on a busy evening,
    # and those rows are never deleted anyway. One to reservation would be checked for each quarter hour, which takes a tenth
    # of the time of hold and confirm, although the same statement writes the reservation.
    CheckConstraint("mod(extract(epoch FROM starts_at)::bigint, 900) = 0", name="on_the_quarter"),
    postgresql_partition_by=_BY_RESTAURANT,
    comment="a row for each quarter hour and table that a seating takes: its primary key is what refuses a double booking",
)

reservation_event = Table(
    "reservation_event",
    metadata,
    Column("restaurant_id", Integer, nullable=False),
    Column("command_key", UUID(as_uuid=True), nullable=False, comment="digest of the caller's command id"),
    Column("reservation_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("state", JSONB, nullable=False, comment="the reservation as this command left it"),
    PrimaryKeyConstraint("restaurant_id", "command_key"),
    postgresql_partition_by=_BY_RESTAURANT,
    comment="history, only ever appended to; the same command again finds its first answer here",
)
Index("ix_reservation_event_reservation", reservation_event.c.restaurant_id, reservation_event.c.reservation_id)

diner_booking = Table(
    "diner_booking",
    metadata,
    Column("phone", Text, nullable=False),
    Column("restaurant_id", Integer, nullable=False),
    Column("reservation_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("booked_at", Instant, nullable=False),
    PrimaryKeyConstraint("phone", "restaurant_id", "reservation_id"),
    postgresql_partition_by="HASH (phone)",
    comment="what a diner has booked, kept a second time by diner so that asking for it touches one partition",
)

# By age, for cleanup: block ranges cost next to nothing, and rows come about in the order of their times.
Index("ix_reservation_ends_at", reservation.c.ends_at, postgresql_using="brin")
Index("ix_reservation_event_occurred_at", reservation_event.c.occurred_at, postgresql_using="brin")

outbox = Table(
    "outbox",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("restaurant_id", Integer),
    Column("reservation_id", BigInteger),
    Column("reservation_code", Text),
    Column("conversation_id", UUID(as_uuid=True)),
    Column("to_phone", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("due_at", Instant, nullable=False, comment="by the clock of the conversation"),
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", Instant, nullable=False, comment="when it is due, by the clock of the service"),
    Column("retry_at", Instant, comment="after a failure: not to be tried before, by the clock of the service"),
    Column("claimed_by", UUID(as_uuid=True), comment="the worker that sends it now"),
    Column("claimed_until", Instant),
    Column(
        "sending_at",
        Instant,
        comment="committed before the provider is called; set and not sent means: ask the provider",
    ),
    Column("sent_at", Instant),
    Column("provider_sid", Text),
    Column("failed_at", Instant, comment="will not be sent, or was not delivered: a dead letter, unless it is dropped"),
    Column("dropped_at", Instant, comment="failed, and nobody needs to look at it: of no more use, or sent again"),
    Column("voided_at", Instant, comment="withdrawn with what it was about"),
    Column("last_error", Text),
    Column("resend_of", UUID(as_uuid=True), comment="the text that was not delivered and that this one repeats"),
    PrimaryKeyConstraint("id"),
    CheckConstraint(
        "kind IN ('reservation_confirmed', 'reservation_changed', 'reservation_cancelled', 'reminder', 'text', "
        "'phone_code')",
        name="kind_known",
    ),
)
OUTBOX_OPEN = "sent_at IS NULL AND failed_at IS NULL AND voided_at IS NULL"
OUTBOX_PRIORITY = """
CASE kind
    WHEN 'text' THEN 0
    WHEN 'phone_code' THEN 0
    WHEN 'reminder' THEN 2
    ELSE 1
END"""
"""Of a text, in SQL: what somebody waits for comes first, reminders come last. The lines break where PostgreSQL breaks them,
because Alembic compares the index with this text."""

Index("ix_outbox_due", text(f"({OUTBOX_PRIORITY})"), outbox.c.next_attempt_at, postgresql_where=text(OUTBOX_OPEN))
Index("ix_outbox_phone", outbox.c.to_phone, outbox.c.next_attempt_at, postgresql_where=text(OUTBOX_OPEN))
Index("ix_outbox_sid", outbox.c.provider_sid, postgresql_where=text("provider_sid IS NOT NULL"))
Index("ix_outbox_dead", outbox.c.failed_at, postgresql_where=text("failed_at IS NOT NULL AND dropped_at IS NULL"))

PARTITIONED = (dining_table, pacing_quarter, reservation, table_quarter, reservation_event, diner_booking)
"""Tables whose hash partitions a migration creates as `<table>_p<n>`."""
