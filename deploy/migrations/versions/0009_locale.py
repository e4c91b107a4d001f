"""A reservation keeps the language in which it was made, so that its texts are in that language too."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "reservation",
        sa.Column("locale", sa.Text(), comment="of the conversation in which it was booked: its texts go by it"),
    )


def downgrade() -> None:
    op.drop_column("reservation", "locale")
