"""Answers kept under idempotency keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_answer",
        sa.Column("key_digest", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("key_digest", name=op.f("pk_kept_answer")),
    )
    op.create_index("ix_kept_answer_asked_at", "kept_answer", ["asked_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_kept_answer_asked_at", table_name="kept_answer")
    op.drop_table("kept_answer")
