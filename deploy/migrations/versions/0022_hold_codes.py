"""Codes that are texted to the phones of visitors who confirm a hold; those of chats are no longer counted in their table."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold_code",
        sa.Column("hold_id", sa.Text(), nullable=False),
        sa.Column(
            "code_id", sa.UUID(), nullable=False, comment="with a secret of the servers' it makes the six digits"
        ),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column(
            "issued_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="by the clock of the service, like the next one",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_hold_code")),
    )
    op.create_index("hold_code_issued_at", "hold_code", ["issued_at"])
    op.drop_index("phone_code_address", "phone_code")


def downgrade() -> None:
    op.create_index("phone_code_address", "phone_code", ["address", "issued_at"])
    op.drop_table("hold_code")
