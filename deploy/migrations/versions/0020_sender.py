"""Texts are claimed by priority and by a named worker, failures are dead letters, and open messages are found by indexes.

What the provider failed to deliver before counts as dealt with: it is too late to send it again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

_INSTANT = postgresql.TIMESTAMP(timezone=True)
_OPEN = sa.text("sent_at IS NULL AND failed_at IS NULL AND voided_at IS NULL")
_PRIORITY = "(CASE kind WHEN 'text' THEN 0 WHEN 'phone_code' THEN 0 WHEN 'reminder' THEN 2 ELSE 1 END)"
_COMMENTS = {
    "next_attempt_at": ("by the clock of the service, which sends it", "when it is due, by the clock of the service"),
    "failed_at": (None, "will not be sent, or was not delivered: a dead letter, unless it is dropped"),
    "voided_at": (None, "withdrawn with what it was about"),
}
_COLUMNS = (
    ("retry_at", _INSTANT, "after a failure: not to be tried before, by the clock of the service"),
    ("claimed_by", sa.UUID(), "the worker that sends it now"),
    ("dropped_at", _INSTANT, "failed, and nobody needs to look at it: of no more use, or sent again"),
    ("resend_of", sa.UUID(), "the text that was not delivered and that this one repeats"),
)


def upgrade() -> None:
    for name, kind, comment in _COLUMNS:
        op.add_column("outbox", sa.Column(name, kind, comment=comment))
    for name, (old, new) in _COMMENTS.items():
        op.alter_column("outbox", name, comment=new, existing_comment=old, existing_type=_INSTANT)
    op.drop_index("ix_outbox_due", table_name="outbox")
    op.create_index("ix_outbox_due", "outbox", [sa.text(_PRIORITY), "next_attempt_at"], postgresql_where=_OPEN)
    op.create_index("ix_outbox_phone", "outbox", ["to_phone", "next_attempt_at"], postgresql_where=_OPEN)
    op.create_index("ix_outbox_sid", "outbox", ["provider_sid"], postgresql_where=sa.text("provider_sid IS NOT NULL"))
    op.create_index(
        "ix_outbox_dead",
        "outbox",
        ["failed_at"],
        postgresql_where=sa.text("failed_at IS NOT NULL AND dropped_at IS NULL"),
    )
    op.add_column(
        "delivery",
        sa.Column(
            "settled_at",
            sa.DateTime(timezone=True),
            comment="of a failure: when the worker had dealt with it, by the clock of the database",
        ),
    )
    op.execute("UPDATE delivery SET settled_at = received_at WHERE status IN ('failed', 'undelivered')")
    op.create_index(
        "ix_delivery_unsettled",
        "delivery",
        ["received_at"],
        postgresql_where=sa.text("settled_at IS NULL AND status IN ('failed', 'undelivered')"),
    )
    op.create_index("inbound_promised", "inbound", ["retry_at"], postgresql_where=sa.text("status = 'promised'"))
    op.create_index("inbound_received", "inbound", ["received_at"], postgresql_where=sa.text("status = 'received'"))
    # Every message leaves a dead entry in both indexes. At the default, a fifth of the table, they would be as long as it.
    op.execute("ALTER TABLE inbound SET (autovacuum_vacuum_scale_factor = 0.01)")


def downgrade() -> None:
    op.execute("ALTER TABLE inbound RESET (autovacuum_vacuum_scale_factor)")
    op.drop_index("inbound_received", table_name="inbound")
    op.drop_index("inbound_promised", table_name="inbound")
    op.drop_column("delivery", "settled_at")
    for name in ("dead", "sid", "phone", "due"):
        op.drop_index(f"ix_outbox_{name}", table_name="outbox")
    op.create_index("ix_outbox_due", "outbox", ["next_attempt_at"], postgresql_where=_OPEN)
    for name, (old, new) in _COMMENTS.items():
        op.alter_column("outbox", name, comment=old, existing_comment=new, existing_type=_INSTANT)
    for name, _, _ in _COLUMNS:
        op.drop_column("outbox", name)
