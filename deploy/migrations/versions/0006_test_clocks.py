"""A conversation may live at a time of its own, for testers; its texts are sent by the service's clock all the same."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CLOCKS = {
    "due_at": "by the clock of the conversation",
    "next_attempt_at": "by the clock of the service, which sends it",
}


def upgrade() -> None:
    op.add_column(
        "conversation",
        sa.Column(
            "clock_shift",
            sa.Interval(),
            nullable=False,
            server_default="0",
            comment="how far its clock is ahead of the service's; only testers move it",
        ),
    )
    for column, comment in _CLOCKS.items():
        op.alter_column("outbox", column, comment=comment)


def downgrade() -> None:
    for column in _CLOCKS:
        op.alter_column("outbox", column, comment=None)
    op.drop_column("conversation", "clock_shift")
