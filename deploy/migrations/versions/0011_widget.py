"""A conversation knows which site it was opened from and whether with an API key, and its token ends."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "conversation",
        sa.Column("origin", sa.Text(), comment="of the site it was opened from; its token works there only"),
    )
    op.add_column(
        "conversation",
        sa.Column(
            "with_key", sa.Boolean(), nullable=False, server_default=sa.false(), comment="opened with an API key"
        ),
    )
    op.add_column(
        "conversation", sa.Column("token_used_at", _INSTANT, comment="about when, by the clock of the service")
    )
    op.add_column("conversation", sa.Column("token_ends_at", _INSTANT, comment="however much it is used"))
    # Tokens from before are as old as their conversations, and were just used.
    op.execute(
        "UPDATE conversation SET token_used_at = now(), token_ends_at = now() + interval '30 days'"
        " WHERE token_digest IS NOT NULL"
    )


def downgrade() -> None:
    for column in ("token_ends_at", "token_used_at", "with_key", "origin"):
        op.drop_column("conversation", column)
