"""Reservations remember where the diner asked to sit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reservation", sa.Column("area", sa.Text(), comment="where the diner asked to sit"))
    op.add_column(
        "reservation",
        sa.Column("area_must", sa.Boolean(), nullable=False, server_default="false", comment="nowhere else, then"),
    )


def downgrade() -> None:
    op.drop_column("reservation", "area_must")
    op.drop_column("reservation", "area")
