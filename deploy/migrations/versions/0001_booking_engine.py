"""Tables of the booking engine, partitioned by restaurant."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTITIONED = ("dining_table", "pacing_quarter", "reservation", "table_quarter", "reservation_event", "diner_booking")
PARTITIONS = 4


def upgrade() -> None:
    op.create_table(
        "catalogue",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="an import that changes anything adds one"),
        sa.Column("code_key", postgresql.BYTEA(), nullable=False, comment="secret of the confirmation codes"),
        sa.CheckConstraint("id = 1", name=op.f("ck_catalogue_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue")),
        comment="one row: what every process must agree on about the restaurants",
    )
    op.create_table(
        "diner_booking",
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("restaurant_id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("booked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone", "restaurant_id", "reservation_id", name=op.f("pk_diner_booking")),
        comment="what a diner has booked, kept a second time by diner so that asking for it touches one partition",
        postgresql_partition_by="HASH (phone)",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("restaurant_id", sa.Integer(), nullable=True),
        sa.Column("reservation_id", sa.BigInteger(), nullable=True),
        sa.Column("reservation_code", sa.Text(), nullable=True),
        sa.Column("conversation_id", sa.UUID(), nullable=True),
        sa.Column("to_phone", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("claimed_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "sending_at",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="committed before the provider is called; set and not sent means: ask the provider",
        ),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("provider_sid", sa.Text(), nullable=True),
        sa.Column("failed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("voided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('reservation_confirmed', 'reservation_changed', 'reservation_cancelled', 'reminder', 'text')",
            name=op.f("ck_outbox_kind_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL AND voided_at IS NULL"),
    )
    op.create_table(
        "pacing_quarter",
        sa.Column("restaurant_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("restaurant_id", "starts_at", name=op.f("pk_pacing_quarter")),
        comment="a row to lock before the covers that start in this quarter hour are counted",
        postgresql_partition_by="HASH (restaurant_id)",
    )
    op.create_table(
        "reservation_event",
        sa.Column("restaurant_id", sa.Integer(), nullable=False),
        sa.Column("command_key", sa.UUID(), nullable=False, comment="digest of the caller's command id"),
        sa.Column("reservation_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "state",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the reservation as this command left it",
        ),
        sa.PrimaryKeyConstraint("restaurant_id", "command_key", name=op.f("pk_reservation_event")),
        comment="history, only ever appended to; the same command again finds its first answer here",
        postgresql_partition_by="HASH (restaurant_id)",
    )
    op.create_index(
        "ix_reservation_event_reservation", "reservation_event", ["restaurant_id", "reservation_id"], unique=False
    )
    op.create_table(
        "restaurant",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("cuisines", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sms_number", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column(
            "document",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the line it was imported from, with defaults filled in",
        ),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="the catalogue version that last changed it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restaurant")),
        sa.UniqueConstraint("slug", name=op.f("uq_restaurant_slug")),
        sa.UniqueConstraint("sms_number", name=op.f("uq_restaurant_sms_number")),
    )
    op.create_table(
        "dining_table",
        sa.Column("restaurant_id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["restaurant_id"], ["restaurant.id"], name=op.f("fk_dining_table_restaurant")),
        sa.PrimaryKeyConstraint("restaurant_id", "table_id", name=op.f("pk_dining_table")),
        sa.UniqueConstraint("restaurant_id", "name", name=op.f("uq_dining_table_restaurant_id_name")),
        comment="gives each table of a floor a number for good; a table that left the floor keeps its row",
        postgresql_partition_by="HASH (restaurant_id)",
    )
    op.create_table(
        "reservation",
        sa.Column("restaurant_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="random: an unguessable hold id is made of it",
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("party_size", sa.Integer(), nullable=False),
        sa.Column("table_ids", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True, comment="of a hold"),
        sa.Column(
            "code_number",
            sa.Integer(),
            nullable=True,
            comment="given when confirmed; with the restaurant it makes the confirmation code",
        ),
        sa.Column("diner_name", sa.Text(), nullable=True),
        sa.Column("diner_phone", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cancelled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reminder_id", sa.UUID(), nullable=True, comment="the outbox row that reminds of it"),
        sa.CheckConstraint("(status = 'held') <= (expires_at IS NOT NULL)", name=op.f("ck_reservation_hold_expires")),
        sa.CheckConstraint(
            "status IN ('held', 'released', 'confirmed', 'cancelled')", name=op.f("ck_reservation_status_known")
        ),
        sa.CheckConstraint(
            "status NOT IN ('confirmed', 'cancelled')"
            " OR (code_number IS NOT NULL AND diner_name IS NOT NULL AND diner_phone IS NOT NULL)",
            name=op.f("ck_reservation_confirmed_complete"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_reservation_ends_after_start")),
        sa.CheckConstraint("party_size > 0", name=op.f("ck_reservation_party_size_positive")),
        sa.ForeignKeyConstraint(["restaurant_id"], ["restaurant.id"], name=op.f("fk_reservation_restaurant")),
        sa.PrimaryKeyConstraint("restaurant_id", "id", name=op.f("pk_reservation")),
        postgresql_partition_by="HASH (restaurant_id)",
    )
    op.create_index(
        "uq_reservation_code",
        "reservation",
        ["restaurant_id", "code_number"],
        unique=True,
        postgresql_where=sa.text("code_number IS NOT NULL"),
    )
    op.create_table(
        "table_quarter",
        sa.Column("restaurant_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("table_id", sa.SmallInteger(), nullable=False),
        sa.Column(
            "covers",
            sa.SmallInteger(),
            nullable=False,
            comment="guests who sit down now: the party size on one row, else 0",
        ),
        sa.Column("reservation_id", sa.BigInteger(), nullable=False),
        sa.Column("held_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "held_until",
            postgresql.TIMESTAMP(timezone=True),
            nullable=True,
            comment="NULL once confirmed; a hold past it may be taken over by anyone",
        ),
        sa.CheckConstraint(
            "mod(extract(epoch FROM starts_at)::bigint, 900) = 0", name=op.f("ck_table_quarter_on_the_quarter")
        ),
        sa.ForeignKeyConstraint(
            ["restaurant_id", "reservation_id"],
            ["reservation.restaurant_id", "reservation.id"],
            name=op.f("fk_table_quarter_reservation"),
        ),
        sa.PrimaryKeyConstraint("restaurant_id", "starts_at", "table_id", name=op.f("pk_table_quarter")),
        comment="a row for each quarter hour and table that a seating takes: its primary key is what refuses a double booking",
        postgresql_partition_by="HASH (restaurant_id)",
    )
    for table in PARTITIONED:
        for number in range(PARTITIONS):
            op.execute(
                f"CREATE TABLE {table}_p{number} PARTITION OF {table}"
                f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
            )
    # The key of the confirmation codes is made here, once, and never leaves this database.
    op.execute(
        "INSERT INTO catalogue (id, version, code_key)"
        " VALUES (1, 1, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))"
    )


def downgrade() -> None:
    op.drop_table("table_quarter")
    op.drop_index("uq_reservation_code", table_name="reservation", postgresql_where=sa.text("code_number IS NOT NULL"))
    op.drop_table("reservation")
    op.drop_table("dining_table")
    op.drop_table("restaurant")
    op.drop_index("ix_reservation_event_reservation", table_name="reservation_event")
    op.drop_table("reservation_event")
    op.drop_table("pacing_quarter")
    op.drop_index(
        "ix_outbox_due",
        table_name="outbox",
        postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL AND voided_at IS NULL"),
    )
    op.drop_table("outbox")
    op.drop_table("diner_booking")
    op.drop_table("catalogue")
