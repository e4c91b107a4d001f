"""Reservations remember what their table was asked to have."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "reservation",
        sa.Column(
            "features",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            server_default="{}",
            comment="what the table was asked to have",
        ),
    )


def downgrade() -> None:
    op.drop_column("reservation", "features")
