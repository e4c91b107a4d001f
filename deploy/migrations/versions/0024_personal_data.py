"""What is old can be found and deleted, and a diner can be forgotten; an opt-out and the record of consent outlive that."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

_BY_AGE = {
    "ix_reservation_ends_at": ("reservation", "ends_at"),
    "ix_reservation_event_occurred_at": ("reservation_event", "occurred_at"),
    "inbound_received_at": ("inbound", "received_at"),
    "outbound_created_at": ("outbound", "created_at"),
    "delivery_received_at": ("delivery", "received_at"),
}


def upgrade() -> None:
    op.create_table(
        "text_consent",
        sa.Column(
            "thread_digest",
            sa.Text(),
            nullable=False,
            comment="of the thread between a phone and a number of ours",
        ),
        sa.Column("key_id", sa.Text(), nullable=False, comment="which key made the digest"),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("thread_digest", name=op.f("pk_text_consent")),
        sa.CheckConstraint("agreed_by IN ('text', 'booking')", name=op.f("ck_text_consent_agreed_by_known")),
    )
    op.add_column(
        "conversation",
        sa.Column(
            "forget_at",
            sa.DateTime(timezone=True),
            comment="when its diner is to be forgotten, who asked for it; by the clock of the service",
        ),
    )
    op.create_index("conversation_phone", "conversation", ["phone"], postgresql_where=sa.text("phone IS NOT NULL"))
    op.create_index(
        "conversation_forget_at", "conversation", ["forget_at"], postgresql_where=sa.text("forget_at IS NOT NULL")
    )
    for name, (table, column) in _BY_AGE.items():
        op.create_index(name, table, [column], postgresql_using="brin")


def downgrade() -> None:
    for name, (table, _) in reversed(_BY_AGE.items()):
        op.drop_index(name, table)
    op.drop_index("conversation_forget_at", "conversation")
    op.drop_index("conversation_phone", "conversation")
    op.drop_column("conversation", "forget_at")
    op.drop_table("text_consent")
