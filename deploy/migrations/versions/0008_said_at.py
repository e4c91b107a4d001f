"""A message knows when it was said by the clock of its conversation, so that the thread can be played again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "inbound",
        sa.Column("said_at", sa.DateTime(timezone=True), comment="by the clock of the conversation"),
    )


def downgrade() -> None:
    op.drop_column("inbound", "said_at")
